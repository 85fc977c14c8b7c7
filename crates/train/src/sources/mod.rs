//! Where the batches of recipes come from.
//!
//! `items` are labelled images or rows of numbers, `rows` the rows of a table (tuples, pairs, labelled cells), `captions`
//! images with their captions; `labelling` is what classes say of how rows belong together.

mod captions;
mod items;
mod labelling;
mod rows;

pub(crate) use captions::{CaptionBatches, CaptionedThings};
pub(crate) use items::ItemBatches;
pub(crate) use labelling::Labelling;
pub(crate) use rows::RowBatches;
