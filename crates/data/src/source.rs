//! From a description to what it describes: the one place that decides how files are read.
//!
//! | file | what |
//! |---|---|
//! | `images.rs` | labelled pictures, split by class |
//! | `question.rs` | whether labels are such that something can be asked about them |
//! | `rows.rs` | tables of tuples, of scored and judged pairs, of labelled texts |
//! | `image_rows.rs` | tables whose cells are pictures |
//! | `vectors.rs` | vectors with labels, and tables whose cells are vectors |
//! | `captioned.rs` | pictures with captions |

use crate::description::is_table;
use crate::manifest::is_labelled;
use crate::{DataLayout, Description, Error};

mod captioned;
mod image_rows;
mod images;
mod question;
mod rows;
mod vectors;

pub use captioned::CaptionedSet;
pub use image_rows::ImageRowSet;
pub use images::{ImageSet, images};
pub(crate) use question::Labelling;
pub use rows::{RowSet, Table};
pub use vectors::{VectorRowSet, VectorSet, Vectors};

/// What a [`Description`] describes, opened.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum DataSource {
    /// Labelled pictures.
    Images(ImageSet),
    /// Tuples, scored or judged pairs of pictures.
    ImageRows(ImageRowSet),
    /// Tuples, scored or judged pairs of texts, or labelled texts.
    Texts(RowSet<String>),
    /// Labelled vectors.
    Vectors(VectorSet),
    /// Tuples, scored or judged pairs of vectors.
    VectorRows(VectorRowSet),
    /// Pictures with captions.
    Captioned(CaptionedSet),
}

/// Opens a data set: reads what its files say, and checks it. Classes are split by (their name, `seed`).
///
/// Pictures of a folder or of a manifest are each decoded once, those of tables of rows and of captions only looked for.
///
/// # Errors
/// Those of [`Description::check`] and of the readers, each with its file and line; [`Error::SmallSplit`] for a split
/// that was asked for and has nothing to ask about; [`Error::OneClass`], [`Error::NoPairs`] or [`Error::NothingShared`]
/// for labels from which nothing can be learnt; [`Error::HoldOut`], [`Error::CaptionKind`], [`Error::NoEmoji`].
///
/// ```
/// use tercet_data::{DataSource, Description, Example, RowKind, open};
/// let folder = tempfile::tempdir().expect("a place to write");
/// let path = folder.path().join("pairs.csv");
/// std::fs::write(&path, "text_a,text_b,score\nA cat.,A dog.,1.5\n").expect("room");
/// let keys = "set = \"texts\"\npath = \"pairs.csv\"\nscore_range = [0, 5]";
/// let mut description: Description = toml::from_str(keys).expect("keys of a description");
/// description.path = Some(path);
/// let DataSource::Texts(rows) = open(&description, 0)? else { panic!("texts") };
/// assert_eq!(rows.train.kind, RowKind::Scored);
/// assert!(matches!(rows.train.examples.row(0)?, Example::Scored { score: 0.3, .. }));
/// # Ok::<(), tercet_data::Error>(())
/// ```
pub fn open(description: &Description, seed: u64) -> Result<DataSource, Error> {
    use DataLayout::{Emoji, Folder, Manifest, Nli, StsBenchmark, Texts, Vectors};
    description.check()?;
    Ok(match description.set {
        Manifest if !is_labelled(description.path()?)? => {
            DataSource::ImageRows(image_rows::open(description)?)
        }
        Emoji | Folder | Manifest => DataSource::Images(images::open(description, seed)?),
        Texts | Nli | StsBenchmark => DataSource::Texts(rows::texts(description)?),
        Vectors if is_table(description.path()?) => {
            DataSource::VectorRows(vectors::rows(description)?)
        }
        Vectors => DataSource::Vectors(vectors::labelled(description, seed)?),
        _ => DataSource::Captioned(captioned::open(description, seed)?),
    })
}
