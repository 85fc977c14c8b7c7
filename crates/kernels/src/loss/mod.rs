//! The losses: one file each, and the list of them.
//!
//! `triplet` costs the pairs that a selection pushes; `pick` says by plain loops which those are,
//! `nearest_above` and `counting` do the same for the two selections where loops are slow.
//! `pool` is the softmax over an anchor's negatives that the losses with proxies share.

mod arc_face;
mod contrastive;
mod cos_face;
mod counting;
mod list;
mod nearest_above;
mod pick;
mod pool;
mod proxy_anchor;
mod proxy_nca;
mod soft_triple;
mod triplet;

pub use arc_face::ArcFace;
pub use contrastive::Contrastive;
pub use cos_face::CosFace;
pub use list::Loss;
pub use proxy_anchor::ProxyAnchor;
pub use proxy_nca::ProxyNca;
pub use soft_triple::SoftTriple;
pub use triplet::Triplet;
