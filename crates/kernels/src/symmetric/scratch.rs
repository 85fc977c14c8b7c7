//! Memory for the work on one class, and on one tile.

use crate::Real;
use crate::distance::Padding;
use crate::simd::LANES;
use crate::threshold_search::Windows;

/// Memory for the work on one class, used again for the next.
#[derive(Debug, Default)]
pub(crate) struct ClassScratch<T> {
    /// Distances within the class, or weights.
    pub(super) numbers: Vec<T>,
    pub(super) padding: Padding<T>,
    pub(super) windows: Windows<T>,
    /// How many negatives of an anchor have at least each level.
    pub(super) reach: Vec<u32>,
}

/// Memory for one tile, used again for the next.
#[derive(Debug, Default)]
pub(super) struct BlockScratch<T> {
    /// Distances, then weights.
    pub(super) weights: Vec<T>,
    /// In how many windows of the row each distance lies, then of the column too.
    pub(super) counts: Vec<u16>,
    /// The counts of the rows alone, of a block with itself.
    pub(super) mine: Vec<u16>,
    /// Some columns of the distances.
    pub(super) strip: [Vec<T>; LANES],
    /// Their counts.
    pub(super) strip_counts: [Vec<u16>; LANES],
    /// Sums of the weights of each column.
    pub(super) column_sums: Vec<f64>,
    pub(super) padding: Padding<T>,
}

impl<T: Real> BlockScratch<T> {
    /// For blocks of at most `most` rows; what is in it does not matter.
    pub(super) fn reset(&mut self, most: usize) {
        self.weights.resize(most * most, T::ZERO);
        self.counts.resize(most * most, 0);
        self.mine.resize(most * most, 0);
        self.column_sums.resize(most, 0.0);
        let strips = self.strip.iter_mut().zip(&mut self.strip_counts);
        strips.for_each(|(strip, counts)| {
            strip.resize(most, T::ZERO);
            counts.resize(most, 0);
        });
    }
}
