//! The losses: one file each, and the list of them.
//!
//! `triplet` costs the pairs that a selection pushes; `pick` says by plain loops which those are. Where loops
//! are slow, `counting` costs all triplets at once, `nearest_above` and `drawn` find the negatives that
//! semi-hard selections choose, `soft_all` costs all triplets under the soft margin. `softmax` is what the losses
//! with exponentials make of an anchor's negatives, `cross_entropy` what a positive costs beside them,
//! `distance_weighted` draws negatives.

mod arc_face;
mod circle;
mod contrastive;
mod cos_face;
mod counting;
mod cross_entropy;
mod distance_weighted;
mod drawn;
mod generalized_lifted;
mod info_nce;
mod ladder;
mod lifted;
mod list;
mod margin_loss;
mod multi_similarity;
mod n_pair;
mod nearest_above;
mod nt_xent;
mod pick;
mod proxy_anchor;
mod proxy_nca;
mod sigmoid;
mod soft_all;
mod soft_triple;
mod softmax;
mod sup_con;
mod triplet;
mod vse;

pub use arc_face::ArcFace;
pub use circle::Circle;
pub use contrastive::Contrastive;
pub use cos_face::CosFace;
pub use generalized_lifted::GeneralizedLifted;
pub use info_nce::InfoNce;
pub use ladder::{Ladder, LadderSampling, LadderVariant, Rung};
pub use lifted::Lifted;
pub use list::Loss;
pub use margin_loss::{MarginLoss, MarginPairs};
pub use multi_similarity::MultiSimilarity;
pub use n_pair::NPair;
pub use nt_xent::NtXent;
pub use proxy_anchor::ProxyAnchor;
pub use proxy_nca::ProxyNca;
pub use sigmoid::Sigmoid;
pub use soft_triple::SoftTriple;
pub use sup_con::SupCon;
pub use triplet::Triplet;
pub use vse::{Hinges, Vse};
