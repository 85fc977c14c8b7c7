//! Negatives drawn so that near and far ones are seen alike.
//!
//! Distances between uniform points on the sphere crowd around the square root of 2: their density is
//! `q(D) ~ D^(d-2) (1 - D^2/4)^((d-3)/2)`. A negative is drawn with a probability proportional to `1 / q(D)`, by
//! logarithms in f64 less the row's largest, since they go into the hundreds.

use crate::Real;
use crate::row::Row;

/// Below it `1 - D^2/4` counts as this: opposite rows, and rows that are not of length 1.
const LEAST: f64 = 1e-8;

/// The negatives of one row that may be drawn.
pub(super) struct Sampler {
    negatives: Vec<usize>,
    /// Sums of weights up to and including each of them.
    sums: Vec<f64>,
}

impl Sampler {
    /// Negatives nearer than `farthest`, distances counted from `cutoff` up.
    pub(super) fn new<T: Real>(row: &Row<'_, T>, cutoff: f64, farthest: f64) -> Self {
        let far = |index: usize| row.distances[index].to_f64();
        let dim = row.candidates.dim() as f64;
        let negatives: Vec<usize> = row.negatives().filter(|&n| far(n) < farthest).collect();
        let counted = |&negative: &usize| far(negative).max(cutoff);
        let powers = negatives.iter().map(|n| power(counted(n), dim));
        let mut sums: Vec<f64> = powers.collect();
        let top = sums.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut total = 0.0;
        for (place, negative) in sums.iter_mut().zip(&negatives) {
            total += (*place - top).exp() / counted(negative);
            *place = total;
        }
        Self { negatives, sums }
    }

    /// The negative at `uniform`, in `[0, 1)`, of all weights laid end to end; none if none may be drawn.
    pub(super) fn draw(&self, uniform: f64) -> Option<usize> {
        let target = uniform * self.sums.last()?;
        let place = self.sums.partition_point(|&sum| sum <= target);
        // Rounding may lift the target to the total itself.
        Some(self.negatives[place.min(self.negatives.len() - 1)])
    }
}

/// `-ln q(D) + ln D`, but for a constant: so that one logarithm does for both factors.
fn power(distance: f64, dim: f64) -> f64 {
    let squared = (distance * distance).max(f64::MIN_POSITIVE);
    let rest = (1.0 - 0.25 * squared).max(LEAST);
    -0.5 * (dim - 3.0) * (squared * rest).ln()
}
