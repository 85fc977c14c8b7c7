//! How far two embeddings are: one file per distance, and the tile computation they share.
//!
//! Every distance has the same five functions: `between` (plain, one pair), `pull` (plain, the gradient
//! of one pair), `prepare` (what is needed once per row), `fix` (a row of dot products into distances)
//! and `weigh` (a row of slopes into weights of the gradient's matrix products).

mod cosine;
mod euclidean;
mod kind;
mod negative_dot;
mod prepared;
mod side;
mod squared_euclidean;
mod tile;
mod weigh;

pub use kind::Distance;
pub use prepared::Prepared;
pub(crate) use side::{Side, SideScratch, View};
pub(crate) use tile::Padding;
