//! Memory that tiles leave to those of the next evaluation.

use crate::distance::{Padding, SideScratch};
use crate::labels::Related;
use crate::scratch_pool::ScratchPool;
use crate::tile_scratch::TileScratch;
use crate::weights::Part;

/// What one evaluation leaves to the next.
#[derive(Debug, Default)]
pub(crate) struct TilesScratch<T> {
    pub(super) sides: SidesScratch<T>,
    /// One per denominator, and one that may wait.
    pub(super) parts: [Part<T>; 2],
    /// One per tile of a group.
    pub(super) tiles: Vec<TileScratch<T>>,
    /// One per candidate, if the loss asked for them.
    pub(crate) summaries: Vec<[f64; 2]>,
    pub(super) pool: ScratchPool<SummaryScratch<T>>,
}

/// Memory for the rows of both sides, as they are and from another origin.
#[derive(Debug, Default)]
pub(super) struct SidesScratch<T> {
    pub(super) candidates: SideScratch<T>,
    pub(super) anchors: SideScratch<T>,
    pub(super) moved_candidates: SideScratch<T>,
    pub(super) moved_anchors: SideScratch<T>,
}

/// Memory for a tile whose distances are looked at alone.
#[derive(Debug, Default)]
pub(super) struct SummaryScratch<T> {
    pub(super) distances: Vec<T>,
    pub(super) related: Related,
    pub(super) padding: Padding<T>,
}
