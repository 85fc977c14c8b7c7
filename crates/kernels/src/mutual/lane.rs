//! What one share of the tiles adds up.

use crate::Real;

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
    pub(super) fn new(n: usize, dim: usize, size: usize) -> Self {
        Self {
            gradient: vec![T::ZERO; n * dim],
            own: vec![0.0; n],
            tally: vec![0; n * size],
            sum: 0.0,
        }
    }

    /// Adds another lane's sums to these.
    pub(super) fn add(&mut self, other: &Self) {
        let each = self.gradient.iter_mut().zip(&other.gradient);
        each.for_each(|(sum, &more)| *sum += more);
        let each = self.own.iter_mut().zip(&other.own);
        each.for_each(|(sum, &more)| *sum += more);
        let each = self.tally.iter_mut().zip(&other.tally);
        each.for_each(|(sum, &more)| *sum += more);
        self.sum += other.sum;
    }
}
