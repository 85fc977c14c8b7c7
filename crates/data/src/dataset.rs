use std::path::Path;

use image::RgbImage;
use rayon::prelude::*;

use crate::source::Labelling;
use crate::{Error, LabelKind, Preprocess, Split};

/// A list of labelled pictures. `items` is the whole of it; pictures are decoded when asked for.
pub trait Dataset: Send + Sync {
    /// All pictures, in an order that is the same every time.
    fn items(&self) -> &[Item];

    /// The names of the classes; [`Item::class`] points here.
    fn classes(&self) -> &[String];

    /// The names of the groups, which retrieval can leave out of a query's candidates (the same
    /// design, the same camera); [`Item::group`] points here. Empty where there are none.
    fn groups(&self) -> &[String] {
        &[]
    }

    /// The names of the sources (who drew or took the picture); [`Item::source`] points here. Empty
    /// where unknown.
    fn sources(&self) -> &[String] {
        &[]
    }

    /// The picture of item `index`, upright, with transparent parts on white.
    ///
    /// # Errors
    ///
    /// [`Error::Index`] if there is no such item; otherwise what keeps the picture from being read.
    fn image(&self, index: usize) -> Result<RgbImage, Error>;
}

/// One picture of a [`Dataset`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its name: the path relative to the folder or manifest, or `noto/1f600-grinning-face`.
    pub name: String,
    /// What it shows: an index into [`Dataset::classes`].
    pub class: u32,
    /// What it shares with pictures of other classes: an index into [`Dataset::groups`].
    pub group: Option<u32>,
    /// Who made it: an index into [`Dataset::sources`].
    pub source: Option<u32>,
    /// The split that the data themselves prescribe; see [`Splits::assign`](crate::Splits::assign).
    pub split: Option<Split>,
}

/// Pictures without variation, for evaluation: `(n, size, size, 3)` numbers, row-major, in the
/// order of `indices`.
///
/// Decodes in parallel on rayon's pool; the bits do not depend on its size.
///
/// # Errors
///
/// The error of the first picture, in the order of `indices`, that cannot be read.
pub fn load(
    dataset: &dyn Dataset,
    indices: &[usize],
    preprocess: &Preprocess,
) -> Result<Vec<f32>, Error> {
    let numbers = preprocess.numbers();
    let mut pixels = vec![0.0; indices.len() * numbers];
    let outcomes: Vec<Result<(), Error>> = pixels
        .par_chunks_mut(numbers)
        .zip(indices)
        .map(|(place, &index)| {
            preprocess.apply(&dataset.image(index)?, place);
            Ok(())
        })
        .collect();
    outcomes.into_iter().collect::<Result<(), Error>>()?;
    Ok(pixels)
}

/// Refuses a data set from which no triplet can be made; `from` is named in the message.
///
/// # Errors
///
/// [`Error::NoImages`] without any item, [`Error::OneClass`] if there is nothing to tell apart,
/// [`Error::NoPairs`] if no class has two samples.
pub fn trainable(dataset: &dyn Dataset, from: &Path) -> Result<(), Error> {
    let labelling = Labelling {
        kind: LabelKind::Classes,
        classes: dataset.classes(),
    };
    labelling.trainable(from, dataset.items().iter().map(|item| item.class))
}
