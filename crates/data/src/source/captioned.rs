use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::{
    Caption, CaptionedPictures, DataLayout, Dataset, Description, Error, KarpathySplit, Split,
    Splits, caption_table, coco_captions, flickr30k, karpathy,
};

/// Pictures of things, captions of the same things, and which of them are learnt from. A thing is a class of the data
/// set; the items of each split are ascending.
#[derive(Clone)]
pub struct CaptionedSet {
    /// The pictures.
    pub dataset: Arc<dyn Dataset>,
    /// `(things,)`: at least one each.
    pub captions: Arc<[Vec<String>]>,
    /// `(things,)`: captions that are near and wrong, any number each; empty where the set has none.
    pub negative_captions: Arc<[Vec<String>]>,
    /// `(things,)`: where each belongs, if that is known.
    pub things: Option<Arc<[Caption]>>,
    /// Which thing is in which split.
    pub splits: Splits,
    /// Learnt from.
    pub train: Arc<[usize]>,
    /// Looked at while training.
    pub validation: Vec<usize>,
    /// Pictures of things that are not learnt from, by sources that are.
    pub test: Vec<usize>,
    /// Pictures of things that are learnt from, by sources that are held out.
    pub test_sources: Vec<usize>,
}

impl fmt::Debug for CaptionedSet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = out.debug_struct("CaptionedSet");
        shown
            .field("things", &self.captions.len())
            .field("train", &self.train.len())
            .field("validation", &self.validation.len())
            .field("test", &self.test.len());
        shown.finish_non_exhaustive()
    }
}

/// What was read, before it is split.
struct Read {
    dataset: Arc<dyn Dataset>,
    captions: Vec<Vec<String>>,
    negatives: Vec<Vec<String>>,
    things: Option<Arc<[Caption]>>,
}

pub(super) fn open(description: &Description, seed: u64) -> Result<CaptionedSet, Error> {
    let read = read(description)?;
    let held = held_out(read.dataset.as_ref(), &description.hold_out)?;
    let splits = description.splits(seed)?;
    let items = |split: Split, held_out: bool| -> Vec<usize> {
        let members = splits.members(read.dataset.as_ref(), split).into_iter();
        let of = |&item: &usize| held.contains(&read.dataset.items()[item].source) == held_out;
        members.filter(of).collect()
    };
    Ok(CaptionedSet {
        train: items(Split::Train, false).into(),
        validation: items(Split::Validation, false),
        test: items(Split::Test, false),
        test_sources: items(Split::Train, true),
        splits,
        captions: read.captions.into(),
        negative_captions: read.negatives.into(),
        things: read.things,
        dataset: read.dataset,
    })
}

fn read(description: &Description) -> Result<Read, Error> {
    let folder = description.pictures.clone().unwrap_or_default();
    match description.set {
        DataLayout::EmojiCaptions => emoji(&description.captions),
        DataLayout::Captioned => table(description.path()?),
        DataLayout::Flickr30k => of(flickr30k(description.path()?, &folder)?, &folder, None),
        DataLayout::Karpathy => splits_of(description.path()?, &folder),
        _ => coco(description, &folder),
    }
}

/// The sources to hold out.
fn held_out(dataset: &dyn Dataset, names: &[String]) -> Result<Vec<Option<u32>>, Error> {
    let find = |name: &String| {
        let place = dataset.sources().iter().position(|source| source == name);
        let place = place.ok_or_else(|| Error::HoldOut {
            wanted: match dataset.sources() {
                [] => "none, as these pictures have no sources".to_owned(),
                sources => format!("some of {}", sources.join(", ")),
            },
            given: name.clone(),
        })?;
        Ok(Some(place as u32))
    };
    names.iter().map(find).collect()
}

#[cfg(not(feature = "emoji"))]
fn emoji(_: &[String]) -> Result<Read, Error> {
    Err(Error::NoEmoji {
        set: DataLayout::EmojiCaptions,
    })
}

#[cfg(feature = "emoji")]
fn emoji(kinds: &[String]) -> Result<Read, Error> {
    let known = crate::captions()?;
    let captions = known.iter().map(|caption| texts(caption, kinds, &known));
    Ok(Read {
        captions: captions.collect::<Result<_, _>>()?,
        negatives: Vec::new(),
        things: Some(known.clone().into()),
        dataset: Arc::new(crate::emoji()?),
    })
}

/// The texts of a caption that are asked for by name; without those that it lacks, and the name if it lacks all.
#[cfg(feature = "emoji")]
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

fn table(path: &Path) -> Result<Read, Error> {
    let table = caption_table(path)?;
    let folder = path.parent().map_or_else(PathBuf::new, Path::to_owned);
    let read = of(table.pictures, &folder, table.splits.as_deref())?;
    Ok(Read {
        things: Some(table.things.into()),
        negatives: table.negatives.unwrap_or_default(),
        ..read
    })
}

/// The four parts of Karpathy's file; `restval` is learnt from, too.
fn splits_of(path: &Path, folder: &Path) -> Result<Read, Error> {
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
fn coco(description: &Description, folder: &Path) -> Result<Read, Error> {
    let parts = [
        (Some(description.path()?), Split::Train),
        (description.validation_path.as_deref(), Split::Validation),
        (description.test_path.as_deref(), Split::Test),
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

fn joined(parts: Vec<(CaptionedPictures, Split)>, folder: &Path) -> Result<Read, Error> {
    let splits: Vec<Split> = parts
        .iter()
        .flat_map(|(pictures, split)| vec![*split; pictures.pictures().len()])
        .collect();
    let all = parts.into_iter().map(|(pictures, _)| pictures);
    let all = all.reduce(CaptionedPictures::and);
    let all = all.expect("at least the part to learn from");
    // Without parts for it, data.validation and data.test say what is held out.
    let prescribed = splits.iter().any(|split| *split != Split::Train);
    of(all, folder, prescribed.then_some(&splits))
}

fn of(pictures: CaptionedPictures, folder: &Path, splits: Option<&[Split]>) -> Result<Read, Error> {
    pictures.check_files()?;
    let captions = (0..pictures.pictures().len())
        .map(|picture| pictures.captions()[pictures.captions_of(picture)].to_vec());
    Ok(Read {
        captions: captions.collect(),
        negatives: Vec::new(),
        things: None,
        dataset: Arc::new(pictures.dataset(folder, splits)),
    })
}
