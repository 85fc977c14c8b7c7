//! All triplets within one set of rows, twice as fast: a distance serves both of its rows as anchors.
//!
//! Under a hard margin the slope on `d(i, j)` between two classes is `-(c_ij + c_ji)`: in how many windows of the
//! positives `p` of `i` (below `d(i, p) + m`, and, if it is asked, above `d(i, p)`) it lies, and in how many of those
//! of `j`. So each distance is computed once, in a tile of two blocks of rows, counted in both directions, and the
//! tile of summed weights gives both blocks their gradient: three halves of a matrix product of all rows
//! instead of three.
//!
//! `sorted` brings classes together, `thresholds` finds every anchor's windows; `accumulator` is what one share of the
//! tiles adds up; `tile` is one pair of blocks, `weigh` one row of it; `positives` is what the other side of the
//! triplets adds; `total` deals the tiles out and brings the results home. Everything is kept for the next batch.
//! Accumulators, blocks and the order of every sum depend on the number of rows alone, never on threads.

mod accumulator;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod positives;
mod scratch;
mod settings;
mod sorted;
mod sums;
mod thresholds;
mod tile;
mod total;
mod transpose;
mod weigh;

pub(crate) use settings::Settings;
pub(crate) use sums::Sums;
pub(crate) use total::{SymmetricScratch, total};
pub(crate) use weigh::{weigh as weigh_plain, weigh_f32};
