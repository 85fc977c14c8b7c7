//! The losses: one file each, and the list of them.
//!
//! `triplet` costs the pairs that a selection pushes; `pick` says by plain loops which those are,
//! `nearest_above` and `counting` do the same for the two selections where loops are slow. `exponentials`
//! sums what losses with a soft maximum make of the negatives.

mod contrastive;
mod counting;
mod exponentials;
mod generalized_lifted;
mod lifted;
mod list;
mod nearest_above;
mod pick;
mod triplet;

pub use contrastive::Contrastive;
pub use generalized_lifted::GeneralizedLifted;
pub use lifted::Lifted;
pub use list::Loss;
pub use triplet::Triplet;
