//! Pictures or texts, and the network they go through.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tercet_data::{Preprocess, Resample};
use tercet_nn::ConvNetConfig;

use super::{PictureRecipe, SentenceRecipe, TowersRecipe};
use crate::model::preprocess_of;
use crate::{Error, Layout};

/// `[data]`: which pictures, and how their classes are split; or which texts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DataRecipe {
    /// Default `emoji`.
    pub set: DataSet,
    /// The folder, the manifest or the file of texts, relative to the current directory; not for `emoji`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// Pictures with captions in files: the folder of the pictures; default the current directory, for `captioned`
    /// always that of the table. For COCO the folder that holds `train2017` and `val2017`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pictures: Option<PathBuf>,
    /// Texts and COCO's captions alone: the file that chooses the model. Without it: the last weights are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validation_path: Option<PathBuf>,
    /// Texts and COCO's captions alone: the file that is looked at once, at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_path: Option<PathBuf>,
    /// Tuples of texts alone: negatives of each anchor. Without it: those of the first row, of lists one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub negatives: Option<usize>,
    /// The embedded pictures with captions alone: the sources (vendors) that are not learnt from, only tested; default none.
    pub hold_out: Vec<String>,
    /// The embedded pictures with captions alone: which texts of a class are its captions: `name`, `keywords`, or the name in a
    /// language by its code (`de`, `fr`, ...); default `["name", "keywords"]`.
    pub captions: Vec<String>,
    /// Pictures alone: share of the classes for validation, in `[0, 1)`; default 0.095.
    pub validation: f64,
    /// Pictures alone: share of the classes for the test, in `[0, 1)`; default 0.25.
    pub test: f64,
    /// Whether an unreadable picture ends the run instead of being skipped and counted; default false.
    pub strict: bool,
}

impl Default for DataRecipe {
    fn default() -> Self {
        Self {
            set: DataSet::Emoji,
            path: None,
            pictures: None,
            validation_path: None,
            test_path: None,
            negatives: None,
            hold_out: Vec::new(),
            captions: vec!["name".into(), "keywords".into()],
            validation: 0.095,
            test: 0.25,
            strict: false,
        }
    }
}

/// Where pictures or texts come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DataSet {
    /// The embedded set.
    #[default]
    Emoji,
    /// A tree with a folder per class.
    Folder,
    /// A CSV table with the columns `path,label[,split][,group]`.
    Manifest,
    /// Texts: a `.jsonl`, `.csv` or `.tsv` file whose columns say what its rows are ([`tercet_data::Kind`]).
    Texts,
    /// The embedded pictures with what they are called ([`tercet_data::captions`]), for two towers.
    EmojiCaptions,
    /// Pictures with captions: a table of one's own ([`tercet_data::caption_table`]).
    Captioned,
    /// Pictures with captions: Flickr30K's `results.csv` ([`tercet_data::flickr30k`]).
    #[serde(rename = "flickr30k")]
    Flickr30k,
    /// Pictures with captions: Karpathy's splits of Flickr8K, Flickr30K or COCO ([`tercet_data::karpathy`]).
    Karpathy,
    /// Pictures with captions: COCO as published ([`tercet_data::coco_captions`]), a file for each split.
    CocoCaptions,
    /// Texts: SNLI or MultiNLI as published ([`tercet_data::nli`]).
    Nli,
    /// Texts: STSbenchmark as published ([`tercet_data::sts_benchmark`]).
    StsBenchmark,
}

impl DataSet {
    /// Whether it is one of texts.
    pub fn is_text(self) -> bool {
        matches!(self, Self::Texts | Self::Nli | Self::StsBenchmark)
    }

    /// Whether it is one of pictures with captions.
    pub fn has_captions(self) -> bool {
        use DataSet::{Captioned, CocoCaptions, EmojiCaptions, Flickr30k, Karpathy};
        matches!(
            self,
            EmojiCaptions | Captioned | Flickr30k | Karpathy | CocoCaptions
        )
    }
}

impl std::fmt::Display for DataSet {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::Emoji => "emoji",
            Self::Folder => "folder",
            Self::Manifest => "manifest",
            Self::Texts => "texts",
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

/// `[preprocess]`: from a picture to `(size, size, 3)` numbers, `(pixel / 255 - mean) / std`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PreprocessRecipe {
    /// Height and width in pixels. Without it: 32, or what the files of a network that others have trained say, a crop
    /// of the middle included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u32>,
    /// With `size` alone: pixels of a picture's shorter side, of which the middle square of `size` is taken; without it
    /// the picture is stretched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shortest_edge: Option<u32>,
    /// What is taken from red, green and blue in `[0, 1]`. Without it: 0.5 each, or what those files say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_mean: Option<[f32; 3]>,
    /// What they are divided by. Without it: as `image_mean`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_std: Option<[f32; 3]>,
    /// How pictures are brought to that size: `bilinear`, `bicubic` or `lanczos`. Without it: bilinear, or what those
    /// files say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resample: Option<Resample>,
}

/// Height and width of pictures where nothing says otherwise.
const SIZE: u32 = 32;

impl PreprocessRecipe {
    /// The same for a network, checked.
    ///
    /// # Errors
    /// [`Error::Data`] for a size of 0 or a deviation that is not above 0; [`Error::Nn`] for a size that the network
    /// does not read.
    pub fn preprocess(&self, layout: &Layout) -> Result<Preprocess, Error> {
        let usual = match layout {
            Layout::Convnet(_) => Preprocess::square(SIZE)?,
            Layout::Encoder(model) => preprocess_of(model)?,
        };
        let size = self.size.unwrap_or(usual.size());
        let mean = self.image_mean.unwrap_or(usual.image_mean());
        let std = self.image_std.unwrap_or(usual.image_std());
        let resample = self.resample.unwrap_or(usual.resample());
        let stretched = Preprocess::new(size, mean, std, resample)?;
        let edge = match self.size {
            Some(_) => self.shortest_edge,
            None => usual.shortest_edge(),
        };
        if let Layout::Encoder(model) = layout {
            model.encoder.check([1, size as usize, size as usize, 3])?;
        }
        match edge {
            Some(edge) => Ok(stretched.cropped(edge)?),
            None => Ok(stretched),
        }
    }
}

/// `[model]`: the network; `kind` and the sizes of that kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ModelRecipe {
    /// A small convolutional network for pictures of 32 to 64 pixels, trained from nothing.
    Convnet(ConvNetConfig),
    /// A picture network that others have trained.
    Picture(PictureRecipe),
    /// A pretrained text encoder.
    Sentence(SentenceRecipe),
    /// Both, with one space.
    Towers(TowersRecipe),
}

impl Default for ModelRecipe {
    fn default() -> Self {
        Self::Convnet(ConvNetConfig::default())
    }
}
