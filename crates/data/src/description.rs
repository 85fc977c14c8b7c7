use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{Error, LabelKind, ScoreRange, Splits};

mod check;

/// Which data set, and how it is split: `[data]` of a recipe. [`open`](crate::open) opens it.
///
/// ```
/// use tercet_data::{DataLayout, Description};
/// let description: Description = toml::from_str("set = \"folder\"\npath = \"faces\"\ntest = 0.5")?;
/// assert_eq!((description.set, description.validation), (DataLayout::Folder, 0.095));
/// # Ok::<(), toml::de::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Description {
    /// How the data lie; default `emoji`.
    pub set: DataLayout,
    /// The folder, the manifest, the table, the file of captions or of labels, relative to the current directory; not for
    /// `emoji`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// Pictures with captions in files: the folder of the pictures; default the current directory, for `captioned`
    /// always that of the table. For COCO the folder that holds `train2017` and `val2017`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pictures: Option<PathBuf>,
    /// Vectors alone: the `.npy` or `.safetensors` file whose rows they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vectors: Option<PathBuf>,
    /// Rows of texts, pictures or vectors and COCO's captions alone: the file that chooses the model. Without it the
    /// last weights are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation_path: Option<PathBuf>,
    /// Rows of texts, pictures or vectors and COCO's captions alone: the file that is looked at once, at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_path: Option<PathBuf>,
    /// Tuples alone: negatives of each anchor. Without it: those of the first row, of lists one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub negatives: Option<usize>,
    /// How labels are read: as classes, places in a hierarchy or sets; default `classes`.
    pub labels: LabelKind,
    /// Scored pairs alone: the lowest and the highest score that the file may hold, brought to 0 and 1; without it
    /// scores are in `[0, 1]`. Those of `sts-benchmark` are always of `[0, 5]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score_range: Option<ScoreRange>,
    /// The embedded pictures with captions alone: the sources (vendors) that are not learnt from, only tested; default
    /// none.
    pub hold_out: Vec<String>,
    /// The embedded pictures with captions alone: which texts of a class are its captions: `name`, `keywords`, or the
    /// name in a language by its code (`de`, `fr`, ...); default `["name", "keywords"]`.
    pub captions: Vec<String>,
    /// Labelled pictures and vectors, pictures with captions: share of the classes for validation, in `[0, 1)`; default
    /// 0.095.
    pub validation: f64,
    /// Labelled pictures and vectors, pictures with captions: share of the classes for the test, in `[0, 1)`; default
    /// 0.25.
    pub test: f64,
    /// Whether an unreadable picture is an error instead of being left out and counted; default false.
    pub strict: bool,
}

impl Default for Description {
    fn default() -> Self {
        Self {
            set: DataLayout::Emoji,
            path: None,
            pictures: None,
            vectors: None,
            validation_path: None,
            test_path: None,
            negatives: None,
            labels: LabelKind::Classes,
            score_range: None,
            hold_out: Vec::new(),
            captions: vec!["name".into(), "keywords".into()],
            validation: 0.095,
            test: 0.25,
            strict: false,
        }
    }
}

impl Description {
    /// What a path means to someone who looks at pictures: `emoji` is the embedded set (`./emoji` a folder of that
    /// name), a name that ends in `.csv`, `.tsv`, `.jsonl` or `.ndjson` a manifest or a table of rows, anything else a
    /// folder. Nothing is held out, but what a manifest prescribes.
    ///
    /// ```
    /// use tercet_data::{DataLayout, Description};
    /// assert_eq!(Description::of_images("faces.csv").set, DataLayout::Manifest);
    /// assert_eq!(Description::of_images("faces").test, 0.0);
    /// ```
    pub fn of_images(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        let set = match path {
            path if path == Path::new("emoji") => DataLayout::Emoji,
            path if is_table(path) => DataLayout::Manifest,
            _ => DataLayout::Folder,
        };
        Self {
            set,
            path: (set != DataLayout::Emoji).then(|| path.to_owned()),
            ..Self::whole()
        }
    }

    /// A file of texts whose columns say what its rows are.
    pub fn of_texts(path: impl AsRef<Path>) -> Self {
        Self {
            set: DataLayout::Texts,
            path: Some(path.as_ref().to_owned()),
            ..Self::whole()
        }
    }

    /// The default, without anything held out.
    fn whole() -> Self {
        Self {
            validation: 0.0,
            test: 0.0,
            ..Self::default()
        }
    }

    /// Which class is in which split; the seed is that of the run.
    ///
    /// # Errors
    /// [`Error::Number`] for fractions outside `[0, 1)` or a sum of 1 or more.
    pub fn splits(&self, seed: u64) -> Result<Splits, Error> {
        Splits::new(self.validation, self.test, seed)
    }
}

/// Whether a name ends like that of a table.
pub(crate) fn is_table(path: &Path) -> bool {
    let end = path.extension().unwrap_or_default().to_string_lossy();
    ["csv", "tsv", "jsonl", "ndjson"].contains(&end.to_ascii_lowercase().as_str())
}

/// How a data set lies in files, or that it is embedded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DataLayout {
    /// The embedded pictures ([`emoji`](crate::emoji()); feature `emoji`).
    #[default]
    Emoji,
    /// Pictures: a tree with a folder per class ([`folder`](crate::folder)).
    Folder,
    /// Pictures: a `.csv`, `.tsv` or `.jsonl` table with the columns `path,label[,split][,group]`
    /// ([`manifest`](crate::manifest())), or rows of pictures: `anchor,positive[,negative]`, `path_a,path_b,score`,
    /// `path_a,path_b,same` ([`RowKind`](crate::RowKind)).
    Manifest,
    /// Texts: a `.jsonl`, `.csv` or `.tsv` file whose columns say what its rows are ([`RowKind`](crate::RowKind)).
    Texts,
    /// Rows of a `.npy` or `.safetensors` file, with labels or with a table of their numbers.
    Vectors,
    /// The embedded pictures with what they are called ([`captions`](crate::captions()); feature `emoji`).
    EmojiCaptions,
    /// Pictures with captions: a table of one's own ([`caption_table`](crate::caption_table)).
    Captioned,
    /// Pictures with captions: Flickr30K's `results.csv` ([`flickr30k`](crate::flickr30k)).
    #[serde(rename = "flickr30k")]
    Flickr30k,
    /// Pictures with captions: Karpathy's splits of Flickr8K, Flickr30K or COCO ([`karpathy`](crate::karpathy)).
    Karpathy,
    /// Pictures with captions: COCO as published ([`coco_captions`](crate::coco_captions)), a file for each split.
    CocoCaptions,
    /// Texts: SNLI or MultiNLI as published ([`nli`](crate::nli)).
    Nli,
    /// Texts: STSbenchmark as published ([`sts_benchmark`](crate::sts_benchmark)).
    StsBenchmark,
}

impl DataLayout {
    /// Whether it is one of texts.
    pub fn is_text(self) -> bool {
        matches!(self, Self::Texts | Self::Nli | Self::StsBenchmark)
    }

    /// Whether it is one of pictures with captions.
    pub fn has_captions(self) -> bool {
        use DataLayout::{Captioned, CocoCaptions, EmojiCaptions, Flickr30k, Karpathy};
        matches!(
            self,
            EmojiCaptions | Captioned | Flickr30k | Karpathy | CocoCaptions
        )
    }

    /// Whether it is embedded, so that it has no path.
    pub fn is_embedded(self) -> bool {
        matches!(self, Self::Emoji | Self::EmojiCaptions)
    }
}

impl fmt::Display for DataLayout {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Emoji => "emoji",
            Self::Folder => "folder",
            Self::Manifest => "manifest",
            Self::Texts => "texts",
            Self::Vectors => "vectors",
            Self::EmojiCaptions => "emoji-captions",
            Self::Captioned => "captioned",
            Self::Flickr30k => "flickr30k",
            Self::Karpathy => "karpathy",
            Self::CocoCaptions => "coco-captions",
            Self::Nli => "nli",
            Self::StsBenchmark => "sts-benchmark",
        })
    }
}
