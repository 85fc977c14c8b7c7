//! The losses: one file each, and the list of them.
//!
//! `triplet` costs the pairs that a selection pushes; `pick` says by plain loops which those are,
//! `nearest_above` and `counting` do the same for the two selections where loops are slow.

mod contrastive;
mod counting;
mod list;
mod nearest_above;
mod pick;
mod triplet;

pub use contrastive::Contrastive;
pub use list::Loss;
pub use triplet::Triplet;
