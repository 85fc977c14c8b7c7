use std::collections::{BTreeSet, HashMap};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use image::RgbImage;
use rayon::prelude::*;

use crate::decode::decode;
use crate::report::{OpeningReport, Picture, Unreadable};
use crate::{Dataset, Error, Item, Split};

/// What to do about a picture that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Strict {
    /// Leave it out, and say so in the [`OpeningReport`]. The default.
    #[default]
    No,
    /// Refuse the data set.
    Yes,
}

/// Pictures in files: what [`folder`](crate::folder) and [`manifest`](crate::manifest) open.
///
/// Every file has been decoded once; they are read again whenever asked for. Classes and groups are
/// in the order of their names. [`CaptionedPictures::dataset`](crate::CaptionedPictures::dataset) opens none, and its
/// classes are in the order of the pictures.
#[derive(Debug, Clone)]
pub struct Files {
    items: Vec<Item>,
    classes: Vec<String>,
    groups: Vec<String>,
    paths: Vec<PathBuf>,
}

/// A file that should hold a picture.
pub(crate) struct Entry {
    pub(crate) path: PathBuf,
    pub(crate) name: String,
    pub(crate) class: String,
    pub(crate) group: Option<String>,
    pub(crate) split: Option<Split>,
}

/// Files that were found, before any was opened.
pub(crate) struct Found {
    /// The folder or the manifest.
    pub(crate) path: PathBuf,
    pub(crate) entries: Vec<Entry>,
    /// Trouble on the way to them.
    pub(crate) unreadable: Vec<Unreadable>,
    /// Files of other kinds.
    pub(crate) others: usize,
}

impl Files {
    /// The path of item `index`, or `None` if there is no such item.
    pub fn path(&self, index: usize) -> Option<&Path> {
        self.paths.get(index).map(PathBuf::as_path)
    }

    /// Pictures that are each a class of their own, in this order: name, path, prescribed split. None is opened.
    pub(crate) fn of_their_own(
        pictures: impl Iterator<Item = (String, PathBuf, Option<Split>)>,
    ) -> Self {
        let (mut items, mut classes, mut paths) = (Vec::new(), Vec::new(), Vec::new());
        for (class, (name, path, split)) in (0..).zip(pictures) {
            items.push(Item {
                name: name.clone(),
                class,
                group: None,
                source: None,
                split,
            });
            classes.push(name);
            paths.push(path);
        }
        Self {
            items,
            classes,
            groups: Vec::new(),
            paths,
        }
    }

    /// Decodes every picture, in parallel, and keeps those that can be read.
    pub(crate) fn open(found: Found, strict: Strict) -> Result<(Self, OpeningReport), Error> {
        let Found {
            path,
            entries,
            mut unreadable,
            others,
        } = found;
        let outcomes: Vec<Result<Picture, Error>> = entries
            .par_iter()
            .map(|entry| read(&entry.path).map(|image| Picture::of(&image)))
            .collect();
        let (mut kept, mut pictures) = (Vec::new(), Vec::new());
        for (entry, outcome) in entries.into_iter().zip(outcomes) {
            match outcome {
                Ok(picture) => {
                    kept.push(entry);
                    pictures.push(picture);
                }
                Err(error) if strict == Strict::Yes => return Err(error),
                Err(error) => unreadable.push(Unreadable {
                    name: entry.name,
                    reason: reason(&error),
                }),
            }
        }
        if kept.is_empty() {
            return Err(Error::NoImages {
                path,
                unreadable: unreadable.len(),
                others,
            });
        }
        Ok((
            Self::list(kept),
            OpeningReport::new(path, pictures, unreadable, others),
        ))
    }

    fn list(entries: Vec<Entry>) -> Self {
        let (classes, class_of) = numbered(entries.iter().map(|entry| entry.class.as_str()));
        let (groups, group_of) =
            numbered(entries.iter().filter_map(|entry| entry.group.as_deref()));
        let items = entries.iter().map(|entry| Item {
            name: entry.name.clone(),
            class: class_of[&entry.class],
            group: entry.group.as_ref().map(|group| group_of[group]),
            source: None,
            split: entry.split,
        });
        let items = items.collect();
        Self {
            items,
            classes,
            groups,
            paths: entries.into_iter().map(|entry| entry.path).collect(),
        }
    }
}

/// The different names in order, and the place of each.
fn numbered<'a>(names: impl Iterator<Item = &'a str>) -> (Vec<String>, HashMap<String, u32>) {
    let names: BTreeSet<&str> = names.collect();
    let list: Vec<String> = names.into_iter().map(str::to_owned).collect();
    let places = list.iter().cloned().zip(0..).collect();
    (list, places)
}

/// The bytes of a file.
///
/// # Errors
/// [`Error::Missing`], [`Error::Read`].
pub(crate) fn whole(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|source| match source.kind() {
        ErrorKind::NotFound => Error::Missing {
            path: path.to_owned(),
            wanted: "file",
        },
        _ => Error::Read {
            path: path.to_owned(),
            source,
        },
    })
}

fn read(path: &Path) -> Result<RgbImage, Error> {
    // `std` here and not `fs_err`: the error names the path itself.
    let bytes = std::fs::read(path).map_err(|source| Error::Read {
        path: path.to_owned(),
        source,
    })?;
    decode(&bytes, path)
}

/// The error without the path, which the report has beside it.
fn reason(error: &Error) -> String {
    match error {
        Error::Read { source, .. } => source.to_string(),
        Error::Decode { source, .. } => source.to_string(),
        Error::Truncated { bytes, .. } => {
            format!("ends after {bytes} bytes without the end marker of a jpeg")
        }
        other => other.to_string(),
    }
}

impl Dataset for Files {
    fn items(&self) -> &[Item] {
        &self.items
    }

    fn classes(&self) -> &[String] {
        &self.classes
    }

    fn groups(&self) -> &[String] {
        &self.groups
    }

    fn image(&self, index: usize) -> Result<RgbImage, Error> {
        let path = self.paths.get(index).ok_or(Error::Index {
            wanted: self.paths.len(),
            given: index,
        })?;
        read(path)
    }
}
