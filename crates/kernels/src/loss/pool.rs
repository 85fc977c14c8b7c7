//! The softmax over an anchor's negatives.

use crate::margin::soft;
use crate::row::Row;
use crate::simd::{sum, vectorized};
use crate::{Count, Real};

/// Lanes of a minimum.
const LANES: usize = 16;

/// The negatives of a row under logits `-scale d_n`, pooled to `ln sum_n e^(-scale d_n)`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pool {
    scale: f64,
    /// `sum_n e^(scale (near - d_n))`, with the nearest negative's distance: from 1 to their number.
    sum: f64,
    /// `ln sum_n e^(-scale d_n)`; minus infinity without negatives.
    pub(super) log: f64,
}

impl Pool {
    /// Leaves each negative's term of the sum in its place in `slopes`, for [`share`](Self::share).
    pub(super) fn new<T: Real>(row: &Row<'_, T>, scale: f64, slopes: &mut [T]) -> Self {
        let (near, sum) = vectorized(|| {
            let mut near = T::INFINITY;
            for run in row.negative_runs() {
                near = smaller(near, least(&row.distances[run]));
            }
            let (factor, mut total) = (T::from_f64(scale), 0.0);
            for run in row.negative_runs() {
                let out = &mut slopes[run.clone()];
                exponentials(&row.distances[run], near, factor, out);
                total += sum(out);
            }
            (near.to_f64(), total)
        });
        let log = sum.ln() - scale * near;
        Self { scale, sum, log }
    }

    /// Turns what [`new`](Self::new) left into slopes, where `weight` is the slope of the cost on
    /// [`log`](Self::log): `-scale weight softmax_n`.
    pub(super) fn share<T: Real>(&self, row: &Row<'_, T>, weight: f64, slopes: &mut [T]) {
        let factor = T::from_f64(-self.scale * weight / self.sum);
        vectorized(|| {
            for run in row.negative_runs() {
                multiply(&mut slopes[run], factor);
            }
        });
    }
}

/// The cross-entropy of every positive of a row, each alone against all negatives with logits `-scale d_n`:
/// `ln(1 + sum_n e^(-scale d_n - z_p))`, where `logit` gives `z_p` and its slope of a distance. The positive is
/// not in the sum if `apart`: then the cost is `ln sum_n e^(-scale d_n) - z_p`, and nothing without negatives.
pub(super) fn cross_entropy<T: Real>(
    row: &Row<'_, T>,
    scale: f64,
    apart: bool,
    slopes: &mut [T],
    logit: impl Fn(f64) -> (f64, f64),
) -> Count {
    let pool = Pool::new(row, scale, slopes);
    let mut count = Count::default();
    let mut weight = 0.0;
    for positive in row.positives() {
        let (at, slope) = logit(row.distances[positive].to_f64());
        let short = pool.log - at;
        let (cost, pull) = if apart { (short, 1.0) } else { soft(short) };
        slopes[positive] = T::from_f64(-pull * slope);
        weight += pull;
        count.sum += cost;
        count.terms += 1;
        count.active += u64::from(cost > 0.0);
    }
    pool.share(row, weight, slopes);
    count.anchors = u64::from(count.terms > 0);
    count.pairs = row.pairs();
    count
}

#[inline(always)]
fn smaller<T: Real>(one: T, other: T) -> T {
    if other < one { other } else { one }
}

#[inline(always)]
fn least<T: Real>(numbers: &[T]) -> T {
    let mut lanes = [T::INFINITY; LANES];
    let chunks = numbers.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, &number) in lanes.iter_mut().zip(chunk) {
            *lane = smaller(*lane, number);
        }
    }
    let whole = lanes.into_iter().fold(T::INFINITY, smaller);
    rest.iter().copied().fold(whole, smaller)
}

#[inline(always)]
fn exponentials<T: Real>(distances: &[T], near: T, factor: T, out: &mut [T]) {
    for (place, &distance) in out.iter_mut().zip(distances) {
        *place = ((near - distance) * factor).exp();
    }
}

#[inline(always)]
fn multiply<T: Real>(numbers: &mut [T], factor: T) {
    for place in numbers {
        *place *= factor;
    }
}
