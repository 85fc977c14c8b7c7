use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::{Error, Files, Split};

/// Pictures with captions, at least one each: what [`flickr30k`](crate::flickr30k), [`karpathy`](crate::karpathy) and
/// [`coco_captions`](crate::coco_captions) read.
///
/// Captions stand picture by picture, so that those of a picture are a range: the order in which VSE++ and others judge
/// both directions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaptionedPictures {
    pictures: Vec<PathBuf>,
    captions: Vec<String>,
    picture_of: Vec<usize>,
    /// Where the captions of each picture begin, and where the last one's end: `(n + 1,)`.
    begins: Vec<usize>,
}

impl CaptionedPictures {
    /// From every picture with its captions, of which the reader has seen that there is one.
    pub(super) fn of(each: impl IntoIterator<Item = (PathBuf, Vec<String>)>) -> Self {
        let (mut pictures, mut captions) = (Vec::new(), Vec::new());
        let (mut picture_of, mut begins) = (Vec::new(), vec![0]);
        for (path, texts) in each {
            picture_of.extend(texts.iter().map(|_| pictures.len()));
            captions.extend(texts);
            pictures.push(path);
            begins.push(captions.len());
        }
        Self {
            pictures,
            captions,
            picture_of,
            begins,
        }
    }

    /// The files of the pictures `(n,)`, in the order of what was read.
    pub fn pictures(&self) -> &[PathBuf] {
        &self.pictures
    }

    /// The captions `(m,)`, without blanks around them.
    pub fn captions(&self) -> &[String] {
        &self.captions
    }

    /// The picture of each caption `(m,)`, ascending.
    pub fn picture_of(&self) -> &[usize] {
        &self.picture_of
    }

    /// The captions of a picture, as indices; not empty.
    ///
    /// # Panics
    /// If there is no such picture.
    pub fn captions_of(&self, picture: usize) -> Range<usize> {
        self.begins[picture]..self.begins[picture + 1]
    }

    /// A group for each picture `(n,)` and for each caption `(m,)`: a caption has that of its picture.
    pub fn groups(&self) -> (Vec<u32>, Vec<u32>) {
        let captions = self.picture_of.iter().map(|&picture| picture as u32);
        (
            (0..self.pictures.len() as u32).collect(),
            captions.collect(),
        )
    }

    /// The pictures as a data set in which each is a class of its own, named by its path below `folder`, with the split
    /// that the files prescribe, if they do. No picture is opened.
    ///
    /// # Panics
    /// If there are splits, but not one for each picture.
    pub fn dataset(&self, folder: &Path, splits: Option<&[Split]>) -> Files {
        let each = self.pictures.iter().enumerate();
        Files::of_their_own(each.map(|(index, path)| {
            let name = path.strip_prefix(folder).unwrap_or(path);
            let name = name.to_string_lossy().into_owned();
            (name, path.clone(), splits.map(|splits| splits[index]))
        }))
    }

    /// The pictures of both, these first.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let each = |one: Self| {
            let captions: Vec<Vec<String>> = (0..one.pictures.len())
                .map(|picture| one.captions[one.captions_of(picture)].to_vec())
                .collect();
            one.pictures.into_iter().zip(captions)
        };
        Self::of(each(self).chain(each(other)))
    }

    /// Looks whether the pictures are where they are said to be. None is opened.
    ///
    /// # Errors
    /// [`Error::Missing`] names the first that is not.
    pub fn check_files(&self) -> Result<(), Error> {
        let missing = self.pictures.iter().find(|path| !path.is_file());
        missing.map_or(Ok(()), |path| {
            Err(Error::Missing {
                path: path.clone(),
                wanted: "file",
            })
        })
    }
}
