//! The losses: one file each, and the list of them.
//!
//! `triplet` costs the pairs that a selection pushes; `pick` says by plain loops which those are,
//! `nearest_above` and `counting` do the same for the two selections where loops are slow. `exponentials`
//! sums what losses with a soft maximum make of the negatives, `distance_weighted` draws negatives.

mod circle;
mod contrastive;
mod counting;
mod distance_weighted;
mod exponentials;
mod generalized_lifted;
mod lifted;
mod list;
mod margin_loss;
mod multi_similarity;
mod nearest_above;
mod pick;
mod triplet;

pub use circle::Circle;
pub use contrastive::Contrastive;
pub use generalized_lifted::GeneralizedLifted;
pub use lifted::Lifted;
pub use list::Loss;
pub use margin_loss::{MarginLoss, MarginPairs};
pub use multi_similarity::MultiSimilarity;
pub use triplet::Triplet;
