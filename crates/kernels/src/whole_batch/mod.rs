//! Losses that are no sum over anchors: what one pair costs depends on all others.
//!
//! `loss` says what such a loss is, `objective` costs a batch by one, `list` has all of them; each other file is a loss.
//! A further one is a file here and a line in `list`.

mod histogram;
mod list;
mod loss;
mod objective;

pub use histogram::Histogram;
pub use list::WholeBatchLoss;
pub use loss::{BatchLoss, Settled};
pub use objective::{BatchObjective, BatchPartial};
