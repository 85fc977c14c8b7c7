//! What one share of the tiles adds up.

use rayon::prelude::*;

use super::scratch::BlockScratch;
use crate::simd::wide;
use crate::{Real, share};

/// Rows whose sums are added together.
const ROWS: usize = 128;

/// Sums over the tiles of one accumulator, for all `n` rows.
#[derive(Debug, Default)]
pub(super) struct Accumulator<T> {
    /// `(n, d)`, without what a row's weights on itself add.
    pub(super) gradient: Vec<T>,
    /// Each row's weight on itself: minus the sum of its weights.
    pub(super) own: Vec<f64>,
    /// `(n, size)`: how many negatives of an anchor have each level.
    pub(super) tally: Vec<u16>,
    /// `-sum_n c_n d_n`.
    pub(super) sum: f64,
    /// Memory for one tile.
    pub(super) scratch: BlockScratch<T>,
}

impl<T: Real> Accumulator<T> {
    /// Nothing added yet.
    pub(super) fn reset(&mut self, n: usize, dim: usize, size: usize) {
        self.gradient.clear();
        self.gradient.resize(n * dim, T::ZERO);
        self.own.clear();
        self.own.resize(n, 0.0);
        self.tally.clear();
        self.tally.resize(n * size, 0);
        self.sum = 0.0;
    }

    /// Adds the sums of other accumulators to these.
    pub(super) fn gather(&mut self, others: &[Self]) {
        let n = self.own.len().max(1);
        let (dim, size) = (self.gradient.len() / n, self.tally.len() / n);
        let gradients = self.gradient.par_chunks_mut(ROWS * dim.max(1));
        let tallies = self.tally.par_chunks_mut(ROWS * size.max(1));
        let own = self.own.par_chunks_mut(ROWS);
        let each = gradients.zip(tallies).zip(own).enumerate();
        // A number from far away takes as long as many products.
        let least = share::least(16 * ROWS * dim * others.len());
        each.with_min_len(least)
            .for_each(|(chunk, ((gradient, tally), own))| {
                let row = chunk * ROWS;
                for other in others {
                    add(gradient, &other.gradient[row * dim..]);
                    count(tally, &other.tally[row * size..]);
                    let each = own.iter_mut().zip(&other.own[row..]);
                    each.for_each(|(sum, more)| *sum += more);
                }
            });
        others.iter().for_each(|other| self.sum += other.sum);
    }
}

wide! {
    fn add<'w, T>(sums: &'w mut [T], more: &'w [T]) -> () {
        for (sum, &more) in sums.iter_mut().zip(more) {
            *sum += more;
        }
    }
}

/// Adds whole numbers.
fn count(sums: &mut [u16], more: &[u16]) {
    for (sum, &more) in sums.iter_mut().zip(more) {
        *sum += more;
    }
}
