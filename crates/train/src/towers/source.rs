//! Pictures with captions, from wherever a recipe has them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tercet_data::{
    Caption, CaptionedPictures, Dataset, KarpathySplit, Split, caption_table, coco_captions,
    flickr30k, karpathy,
};

use crate::Error;
use crate::run::{DataRecipe, DataSet};

/// Things with pictures and captions; a thing is a class of the data set.
pub(super) struct Source {
    pub(super) dataset: Arc<dyn Dataset>,
    /// `(things,)`: at least one each.
    pub(super) captions: Vec<Vec<String>>,
    /// `(things,)`: where each belongs, if that is known.
    pub(super) things: Option<Arc<[Caption]>>,
}

impl Source {
    /// # Errors
    /// The set cannot be read; a caption of a kind that there is not; a picture that is missing.
    pub(super) fn open(data: &DataRecipe) -> Result<Self, Error> {
        let path = || data.path.as_deref().ok_or(Error::NoPath { set: data.set });
        let folder = data.pictures.clone().unwrap_or_default();
        match data.set {
            DataSet::EmojiCaptions => emoji(data),
            DataSet::Captioned => table(path()?),
            DataSet::Flickr30k => of(flickr30k(path()?, &folder)?, &folder, None),
            DataSet::Karpathy => splits_of(path()?, &folder),
            DataSet::CocoCaptions => coco(data, path()?, &folder),
            set => Err(Error::NoCaptions { set }),
        }
    }
}

fn emoji(data: &DataRecipe) -> Result<Source, Error> {
    let known = tercet_data::captions()?;
    let captions = known
        .iter()
        .map(|caption| texts(caption, &data.captions, &known));
    Ok(Source {
        captions: captions.collect::<Result<_, _>>()?,
        things: Some(known.clone().into()),
        dataset: Arc::new(tercet_data::emoji()?),
    })
}

/// The texts of a caption that are asked for by name; without those that it lacks, and the name if it lacks all.
fn texts(caption: &Caption, kinds: &[String], all: &[Caption]) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    for kind in kinds {
        match kind.as_str() {
            "name" => found.push(caption.name.clone()),
            "keywords" => found.push(caption.keywords.join(", ")),
            language if all.iter().any(|one| one.names.contains_key(language)) => {
                found.extend(caption.names.get(language).cloned());
            }
            given => {
                return Err(Error::CaptionKind {
                    given: given.to_owned(),
                });
            }
        }
    }
    found.retain(|text| !text.is_empty());
    if found.is_empty() {
        found.push(caption.name.clone());
    }
    Ok(found)
}

fn table(path: &Path) -> Result<Source, Error> {
    let table = caption_table(path)?;
    let folder = path.parent().map_or_else(PathBuf::new, Path::to_owned);
    let source = of(table.pictures, &folder, table.splits.as_deref())?;
    Ok(Source {
        things: Some(table.things.into()),
        ..source
    })
}

/// The four parts of Karpathy's file; `restval` is learnt from, too.
fn splits_of(path: &Path, folder: &Path) -> Result<Source, Error> {
    let parts = [
        (
            [KarpathySplit::Train, KarpathySplit::RestVal].as_slice(),
            Split::Train,
        ),
        (&[KarpathySplit::Val], Split::Validation),
        (&[KarpathySplit::Test], Split::Test),
    ];
    let mut read = Vec::new();
    for (names, split) in parts {
        read.push((karpathy(path, folder, names)?, split));
    }
    joined(read, folder)
}

/// COCO's files; the pictures of `captions_val2017.json` are in `val2017`, if there is such a folder.
fn coco(data: &DataRecipe, path: &Path, folder: &Path) -> Result<Source, Error> {
    let parts = [
        (Some(path), Split::Train),
        (data.validation_path.as_deref(), Split::Validation),
        (data.test_path.as_deref(), Split::Test),
    ];
    let mut read = Vec::new();
    for (path, split) in parts {
        if let Some(path) = path {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            let inside = folder.join(stem.trim_start_matches("captions_"));
            let place = if inside.is_dir() { &inside } else { folder };
            read.push((coco_captions(path, place)?, split));
        }
    }
    joined(read, folder)
}

fn joined(parts: Vec<(CaptionedPictures, Split)>, folder: &Path) -> Result<Source, Error> {
    let splits: Vec<Split> = parts
        .iter()
        .flat_map(|(pictures, split)| vec![*split; pictures.pictures().len()])
        .collect();
    let all = parts.into_iter().map(|(pictures, _)| pictures);
    let Some(all) = all.reduce(CaptionedPictures::and) else {
        return Err(Error::NoCaptions {
            set: DataSet::CocoCaptions,
        });
    };
    // Without parts for it, data.validation and data.test say what is held out.
    let prescribed = splits.iter().any(|split| *split != Split::Train);
    of(all, folder, prescribed.then_some(&splits))
}

fn of(
    pictures: CaptionedPictures,
    folder: &Path,
    splits: Option<&[Split]>,
) -> Result<Source, Error> {
    pictures.check_files()?;
    let captions = (0..pictures.pictures().len())
        .map(|picture| pictures.captions()[pictures.captions_of(picture)].to_vec());
    Ok(Source {
        captions: captions.collect(),
        things: None,
        dataset: Arc::new(pictures.dataset(folder, splits)),
    })
}
