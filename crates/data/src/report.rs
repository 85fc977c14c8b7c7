use std::path::PathBuf;

use image::RgbImage;
use serde::Serialize;
use xxhash_rust::xxh3::Xxh3;

/// What was learnt about a data set while it was opened: every picture was decoded once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpeningReport {
    path: PathBuf,
    pictures: Vec<Picture>,
    unreadable: Vec<Unreadable>,
    others: usize,
}

/// A picture that was left out, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unreadable {
    /// The name that its item would have had.
    pub name: String,
    /// The error's message.
    pub reason: String,
}

/// The size of a picture, and its pixels in 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Picture {
    /// In pixels, upright.
    pub width: u32,
    /// In pixels, upright.
    pub height: u32,
    /// xxh3 over the size and the decoded pixels: equal for equal pictures, whatever the file
    /// format.
    pub hash: u64,
}

impl Picture {
    pub(crate) fn of(image: &RgbImage) -> Self {
        let (width, height) = image.dimensions();
        let mut hasher = Xxh3::new();
        hasher.update(&width.to_le_bytes());
        hasher.update(&height.to_le_bytes());
        hasher.update(image.as_raw());
        Self {
            width,
            height,
            hash: hasher.digest(),
        }
    }
}

impl OpeningReport {
    pub(crate) fn new(
        path: PathBuf,
        pictures: Vec<Picture>,
        unreadable: Vec<Unreadable>,
        others: usize,
    ) -> Self {
        Self {
            path,
            pictures,
            unreadable,
            others,
        }
    }

    /// Where the data came from.
    pub fn path(&self) -> &std::path::Path {
        &self.path
    }

    /// One for each item of the data set, in its order.
    pub fn pictures(&self) -> &[Picture] {
        &self.pictures
    }

    /// The pictures that were skipped.
    pub fn unreadable(&self) -> &[Unreadable] {
        &self.unreadable
    }

    /// How many files were passed over because their names are not those of pictures.
    pub fn others(&self) -> usize {
        self.others
    }
}
