//! Scores of networks on data that they have not learnt from.
//!
//! | file | what |
//! |---|---|
//! | `evaluator.rs` | [`Evaluator`](crate::Evaluator): who judges |
//! | `labelled.rs` | [`LabelledInputs`](crate::LabelledInputs): any inputs with a class each |
//! | `known.rs`, `items.rs`, `gallery.rs` | labelled images and vectors: retrieval and one-shot accuracy |
//! | `labels.rs` | embeddings with labels of any kind |
//! | `rows.rs` | the rows of a table: search, triplet accuracy, correlation with scores, retrieval |
//! | `captions.rs` | images and captions, both ways |

mod captions;
mod evaluator;
mod gallery;
mod items;
mod known;
mod labelled;
mod labels;
mod rows;

pub(crate) use captions::CaptionEvaluator;
pub use evaluator::Evaluator;
pub(crate) use evaluator::Noted;
pub(crate) use items::{ItemEvaluator, raw_pixels};
pub(crate) use known::Items;
pub use labelled::LabelledInputs;
pub(crate) use rows::RowEvaluator;
