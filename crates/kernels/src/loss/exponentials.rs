//! Sums of exponentials over the negatives of a row, as losses with a soft maximum need them.
//!
//! `ln sum_n e^(s (c - d_n))` is `s (c - p) + ln sum_n e^(s (p - d_n))` for any pivot `p`. With the nearest
//! negative as pivot no exponential is above 1 and one of them is 1, so nothing overflows.

use crate::row::Row;
use crate::simd::{fold, vectorized};
use crate::{Distance, Real};

/// Lanes of a minimum.
const LANES: usize = 16;

/// The similarity of embeddings at distance 0, so that a similarity is this less the distance.
pub(super) fn similarity_of_zero(distance: Distance) -> f64 {
    match distance {
        Distance::Cosine => 1.0,
        _ => 0.0,
    }
}

/// The distance of the nearest negative; infinite if there is none.
pub(super) fn nearest<T: Real>(row: &Row<'_, T>) -> T {
    vectorized(|| {
        let runs = row.negative_runs();
        runs.fold(T::INFINITY, |nearest, run| {
            lesser(nearest, least(&row.distances[run]))
        })
    })
}

#[inline(always)]
fn least<T: Real>(numbers: &[T]) -> T {
    let mut lanes = [T::INFINITY; LANES];
    let chunks = numbers.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, &number) in lanes.iter_mut().zip(chunk) {
            *lane = lesser(*lane, number);
        }
    }
    for (lane, &number) in lanes.iter_mut().zip(rest) {
        *lane = lesser(*lane, number);
    }
    lanes.into_iter().fold(T::INFINITY, lesser)
}

#[inline(always)]
fn lesser<T: Real>(one: T, other: T) -> T {
    if other < one { other } else { one }
}

/// Which exponentials: `e^(scale (pivot - d))` of every `d` below `limit`, 0 of all others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exponentials<T> {
    pub(super) scale: T,
    pub(super) pivot: T,
    pub(super) limit: T,
}

impl<T: Real> Exponentials<T> {
    /// `e^(pivot - d)`.
    pub(super) fn plain(pivot: T) -> Self {
        Self {
            scale: T::ONE,
            pivot,
            limit: T::INFINITY,
        }
    }

    #[inline(always)]
    fn of(self, distance: T) -> T {
        let value = (self.scale * (self.pivot - distance)).exp();
        if distance < self.limit {
            value
        } else {
            T::ZERO
        }
    }

    /// Their sum over all negatives.
    pub(super) fn sum(self, row: &Row<'_, T>) -> f64 {
        vectorized(|| {
            let runs = row.negative_runs();
            runs.map(|run| fold(&row.distances[run], |distance| self.of(distance).to_f64()))
                .sum()
        })
    }

    /// Their sum over all negatives; every one is left in its negative's slope.
    pub(super) fn write(self, row: &Row<'_, T>, slopes: &mut [T]) -> f64 {
        vectorized(|| {
            let mut sum = 0.0;
            for run in row.negative_runs() {
                let slopes = &mut slopes[run.clone()];
                for (slope, &distance) in slopes.iter_mut().zip(&row.distances[run]) {
                    *slope = self.of(distance);
                }
                sum += crate::simd::sum(slopes);
            }
            sum
        })
    }
}

/// Multiplies the slopes of all negatives.
pub(super) fn multiply<T: Real>(row: &Row<'_, T>, slopes: &mut [T], factor: f64) {
    let factor = T::from_f64(factor);
    vectorized(|| {
        for run in row.negative_runs() {
            slopes[run].iter_mut().for_each(|slope| *slope *= factor);
        }
    });
}

/// `ln sum e^z`, and `-inf` of nothing.
pub(super) fn log_sum(numbers: impl Iterator<Item = f64> + Clone) -> f64 {
    let top = numbers.clone().fold(f64::NEG_INFINITY, f64::max);
    if top == f64::NEG_INFINITY {
        return top;
    }
    top + numbers.map(|z| (z - top).exp()).sum::<f64>().ln()
}
