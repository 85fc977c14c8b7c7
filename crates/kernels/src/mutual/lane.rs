//! What one share of the tiles adds up.

use crate::simd::wide;
use crate::{Real, Workspace};

/// Sums over the tiles of one lane, for all `n` rows.
pub(super) struct Lane<T> {
    /// `(n, d)`, without what a row's weights on itself add.
    pub(super) gradient: Vec<T>,
    /// Each row's weight on itself: minus the sum of its weights.
    pub(super) own: Vec<f64>,
    /// `(n, size)`: how many negatives of an anchor lie below so many of its thresholds.
    pub(super) tally: Vec<u16>,
    /// `-sum_n c_n d_n`.
    pub(super) sum: f64,
}

impl<T: Real> Lane<T> {
    pub(super) fn new(n: usize, dim: usize, size: usize, workspace: &Workspace<T>) -> Self {
        Self {
            gradient: workspace.numbers.take(n * dim),
            own: workspace.wide.take(n),
            tally: workspace.counts.take(n * size),
            sum: 0.0,
        }
    }

    /// Leaves its memory to the next.
    pub(super) fn leave(self, workspace: &Workspace<T>) {
        workspace.numbers.give(self.gradient);
        workspace.wide.give(self.own);
        workspace.counts.give(self.tally);
    }

    /// Adds another lane's sums to these.
    pub(super) fn add(&mut self, other: &Self) {
        add(&mut self.gradient, &other.gradient);
        add(&mut self.own, &other.own);
        let each = self.tally.iter_mut().zip(&other.tally);
        each.for_each(|(sum, &more)| *sum += more);
        self.sum += other.sum;
    }
}

wide! {
    fn add<'w, T>(sums: &'w mut [T], more: &'w [T]) -> () {
        for (sum, &more) in sums.iter_mut().zip(more) {
            *sum += more;
        }
    }
}
