//! All triplets within one set of rows, twice as fast: a distance serves both of its rows as anchors.
//!
//! Under a hard margin the slope on `d(i, j)` between two classes is `-(c_ij + c_ji)`: how many thresholds
//! (`d(i, p) + m`, the positives `p` of `i`) lie above it for anchor `i`, and how many for anchor `j`. So
//! each distance is computed once, in a tile of two blocks of rows, counted in both directions, and the
//! tile of summed weights gives both blocks their gradient: three halves of a matrix product of all rows
//! instead of three.
//!
//! `sorted` brings classes together and finds every anchor's thresholds; `lane` is what one share of the
//! tiles adds up; `tile` is one pair of blocks, `weigh` one row of it; `total` deals the tiles out and brings the results home.
//! Lanes, blocks and the order of every sum depend on the number of rows alone, never on threads.

#[cfg(target_arch = "x86_64")]
mod avx512;
mod lane;
mod sorted;
mod tile;
mod total;
mod transpose;
mod weigh;

pub(crate) use total::total;
pub(crate) use weigh::{Sums, weigh as weigh_plain, weigh_f32};
