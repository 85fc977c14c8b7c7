use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::captioned::CaptionedPictures;
use super::document::{caption, document, misfit};
use crate::Error;

/// A part of the sets as Karpathy and Fei-Fei split them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KarpathySplit {
    /// `train`: of Flickr30K 29,000 pictures, of COCO 82,783.
    Train,
    /// `restval`: COCO's 30,504 pictures that were for validation and are in neither of the next two; most train on
    /// them, too.
    RestVal,
    /// `val`: 1,014 and 5,000.
    Val,
    /// `test`: 1,000 and 5,000.
    Test,
}

impl fmt::Display for KarpathySplit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Train => "train",
            Self::RestVal => "restval",
            Self::Val => "val",
            Self::Test => "test",
        })
    }
}

#[derive(Deserialize)]
struct Document {
    images: Vec<Image>,
}

#[derive(Deserialize)]
struct Image {
    filename: String,
    /// The folder of the picture, in COCO alone: `train2014` or `val2014`.
    #[serde(default)]
    filepath: PathBuf,
    imgid: Option<u64>,
    split: KarpathySplit,
    sentences: Vec<Sentence>,
}

#[derive(Deserialize)]
struct Sentence {
    raw: String,
    imgid: Option<u64>,
}

/// Karpathy's `dataset_flickr30k.json`, `dataset_flickr8k.json` or `dataset_coco.json`: the pictures of these splits, in
/// the order of the file, with their captions (`sentences`, of each `raw`). `folder` is where the pictures are; for COCO
/// that of `train2014` and `val2014`.
///
/// The file is read whole, and all of it is checked whatever is asked for.
///
/// Source: Karpathy, Fei-Fei 2015, *Deep Visual-Semantic Alignments*, arXiv:1412.2306.
///
/// # Errors
///
/// [`Error::Missing`], [`Error::Read`], [`Error::Document`] for what is no such JSON, an unknown split among it;
/// [`Error::Entry`] for a picture that is there twice, a picture without caption, a caption with the `imgid` of another
/// picture, an empty caption; [`Error::NoSplit`] where these splits have no picture.
///
/// ```
/// use tercet_data::{KarpathySplit, karpathy};
/// # let folder = tempfile::tempdir().expect("a place to write");
/// # let path = folder.path().join("dataset_flickr30k.json");
/// let json = r#"{"dataset": "flickr30k", "images": [
///     {"filename": "1.jpg", "imgid": 0, "split": "train", "sentences": [{"raw": "A dog.", "imgid": 0}]},
///     {"filename": "2.jpg", "imgid": 1, "split": "test", "sentences": [{"raw": "A cat.", "imgid": 1}]}]}"#;
/// std::fs::write(&path, json).expect("room");
/// let set = karpathy(&path, "flickr30k-images", &[KarpathySplit::Test])?;
/// assert_eq!((set.pictures().len(), set.captions()[0].as_str()), (1, "A cat."));
/// # Ok::<(), tercet_data::Error>(())
/// ```
pub fn karpathy(
    path: impl AsRef<Path>,
    folder: impl AsRef<Path>,
    splits: &[KarpathySplit],
) -> Result<CaptionedPictures, Error> {
    let (path, folder) = (path.as_ref(), folder.as_ref());
    let Document { images } =
        document(path, "an object with images, as Karpathy's splits have it")?;
    let given = images.len();
    let mut seen = HashSet::new();
    let mut kept = Vec::new();
    for (index, image) in images.into_iter().enumerate() {
        let file = image.filepath.join(&image.filename);
        if !seen.insert(file.clone()) {
            let place = format!("images[{index}].filename");
            let wanted = "a picture that no earlier one is";
            return Err(misfit(path, place, wanted, file.display()));
        }
        let texts = texts(path, index, &image)?;
        if splits.contains(&image.split) {
            kept.push((folder.join(file), texts));
        }
    }
    if kept.is_empty() {
        let names: Vec<String> = splits.iter().map(KarpathySplit::to_string).collect();
        return Err(Error::NoSplit {
            path: path.to_owned(),
            wanted: names.join(", "),
            given,
        });
    }
    Ok(CaptionedPictures::of(kept))
}

/// The captions of a picture.
fn texts(path: &Path, index: usize, image: &Image) -> Result<Vec<String>, Error> {
    if image.sentences.is_empty() {
        let place = format!("images[{index}].sentences");
        return Err(misfit(path, place, "at least one caption", "none"));
    }
    let sentences = image.sentences.iter().enumerate();
    let each = sentences.map(|(number, sentence)| {
        let place = |key| format!("images[{index}].sentences[{number}].{key}");
        if let (Some(own), Some(other)) = (image.imgid, sentence.imgid)
            && own != other
        {
            let wanted = "the imgid of its picture";
            return Err(misfit(path, place("imgid"), wanted, other));
        }
        caption(&sentence.raw).ok_or_else(|| misfit(path, place("raw"), "some text", "nothing"))
    });
    each.collect()
}
