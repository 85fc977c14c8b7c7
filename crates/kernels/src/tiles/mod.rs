//! The fast path: tiles of distances, rows of slopes, and two matrix products per tile.
//!
//! Anchors go by in groups. In a group, tiles of anchors run in parallel: distances, then slopes, as
//! weights in the distances' place or, where there are few, one by one, then the anchors' gradient `W C`.
//! Then blocks of candidates run in parallel: their gradient `W^T A` over the group's anchors. Groups,
//! tiles and blocks are cut by the shapes alone and every sum has one owner, so the bits do not depend on
//! the number of threads.
//!
//! `task` is what all tiles read, `sums` goes through groups and tiles, `weigh` turns one anchor's slopes into weights and
//! those into a gradient, `summaries` looks at distances alone, `scratch` is what is left to the next evaluation.

mod scratch;
mod summaries;
mod sums;
mod task;
mod weigh;

pub(crate) use scratch::TilesScratch;
pub(crate) use summaries::summaries;
pub(crate) use sums::{partial, sums};
