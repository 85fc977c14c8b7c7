//! What the losses with a soft-max share: one cross-entropy per positive pair, over whole rows at once.
//!
//! Logits are `-k d`, with `k` the scale; whatever is constant in a similarity cancels. With
//! `l = ln sum_n e^(-k d_n)` over the negatives, a positive pair costs
//! `ln(1 + e^z)`, `z = l + k d_p`, which is its cross-entropy among itself and the negatives.
//! Exponentials are taken relative to the nearest negative, so that no scale overflows.

use crate::margin::soft;
use crate::row::Row;
use crate::simd::{add_scaled, sum, vectorized};
use crate::{Count, Real};

/// Lanes of a sum or a minimum.
const LANES: usize = 16;
/// Numbers at a time where exponentials have no place of their own: loops that do one thing vectorise.
const BLOCK: usize = 256;

/// `sum e^(k (least - d))` over the negatives of a row, and the same weighted with `d`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exponentials {
    pub(super) least: f64,
    pub(super) sum: f64,
    pub(super) weighted: f64,
}

impl Exponentials {
    /// Writes every negative's exponential into its place of `out`. `least` is at most every distance.
    pub(super) fn write<T: Real>(row: &Row<'_, T>, scale: f64, least: T, out: &mut [T]) -> Self {
        let (mut total, mut weighted) = (0.0, 0.0);
        let k = T::from_f64(scale);
        vectorized(|| {
            for run in row.negative_runs() {
                let (distances, out) = (&row.distances[run.clone()], &mut out[run]);
                exponentials(distances, k, least, out);
                total += sum(out);
                weighted += dot(out, distances);
            }
        });
        Self {
            least: least.to_f64(),
            sum: total,
            weighted,
        }
    }

    /// `ln sum e^(-k d)`; -infinity over nothing.
    pub(super) fn log_sum(&self, scale: f64) -> f64 {
        if self.sum == 0.0 {
            return f64::NEG_INFINITY;
        }
        self.sum.ln() - scale * self.least
    }

    /// The mean distance, weighted with the exponentials; 0 over nothing.
    fn mean(&self) -> f64 {
        if self.sum == 0.0 {
            return 0.0;
        }
        self.weighted / self.sum
    }
}

/// The distance to the nearest negative; infinite without any.
pub(super) fn nearest<T: Real>(row: &Row<'_, T>) -> T {
    let mut least = T::INFINITY;
    vectorized(|| {
        for run in row.negative_runs() {
            least = less(least, minimum(&row.distances[run]));
        }
    });
    least
}

/// Multiplies what stands in the negatives' places.
pub(super) fn multiply<T: Real>(row: &Row<'_, T>, factor: f64, out: &mut [T]) {
    let factor = T::from_f64(factor);
    vectorized(|| {
        for run in row.negative_runs() {
            for place in &mut out[run] {
                *place *= factor;
            }
        }
    });
}

/// Costs every positive pair, each for itself, and writes all slopes.
///
/// `both`: a pair costs half of this and half of the same among its candidate's own negatives, from the
/// [`column`] of every candidate.
pub(super) fn pairs<T: Real>(row: &Row<'_, T>, scale: f64, both: bool, out: &mut [T]) -> Count {
    let share = if both { 0.5 } else { 1.0 };
    let mut count = Count {
        terms: row.positive_count() as u64,
        anchors: u64::from(row.positive_count() > 0),
        pairs: row.pairs(),
        ..Count::default()
    };
    if count.terms > 0 {
        let negatives = Exponentials::write(row, scale, nearest(row), out);
        let (log_sum, mean) = (negatives.log_sum(scale), negatives.mean());
        let mut pulls = 0.0;
        for positive in row.positives() {
            let distance = row.distances[positive].to_f64();
            let (mut cost, mut pull) = soft(log_sum + scale * distance);
            count.parameter += share * pull * (distance - mean);
            pulls += share * pull;
            if both {
                let (more, back) = pull_back(row.summaries[positive] + scale * distance);
                count.parameter += share * back * distance;
                (cost, pull) = (cost + more, pull + back);
            }
            count.sum += share * cost;
            count.active += u64::from(cost > 0.0);
            out[positive] = T::from_f64(share * scale * pull);
        }
        let total = if negatives.sum > 0.0 {
            negatives.sum
        } else {
            1.0
        };
        multiply(row, -scale * pulls / total, out);
    }
    if both {
        count.parameter -= share * push_back(row, scale, share, out);
    }
    count
}

/// `ln sum e^(-k d)` of a candidate over its anchors: its negatives and its positive. Infinite, so that
/// nothing is pushed from there, for a candidate with no positive or several.
pub(super) fn column<T: Real>(row: &Row<'_, T>, scale: f64) -> f64 {
    let mut positives = row.positives();
    let (Some(positive), None) = (positives.next(), positives.next()) else {
        return f64::INFINITY;
    };
    let distance = row.distances[positive];
    let least = less(nearest(row), distance);
    let k = T::from_f64(scale);
    let mut total = (k * (least - distance)).exp().to_f64();
    let mut block = [T::ZERO; BLOCK];
    vectorized(|| {
        for run in row.negative_runs() {
            for distances in row.distances[run].chunks(BLOCK) {
                let block = &mut block[..distances.len()];
                exponentials(distances, k, least, block);
                total += sum(block);
            }
        }
    });
    total.ln() - scale * least.to_f64()
}

/// Cost and pull of a pair in its candidate's column; 0 where that has none.
fn pull_back(cost: f64) -> (f64, f64) {
    if !cost.is_finite() {
        return (0.0, 0.0);
    }
    // Both directions round for themselves, so that the cost may come out below 0.
    let cost = cost.max(0.0);
    (cost, -(-cost).exp_m1())
}

/// The candidates' push on the row's anchor, added to all negatives; gives `sum e d` of it.
fn push_back<T: Real>(row: &Row<'_, T>, scale: f64, share: f64, out: &mut [T]) -> f64 {
    let factor = T::from_f64(-share * scale);
    let mut weighted = 0.0;
    vectorized(|| {
        for run in row.negative_runs() {
            let (distances, columns) = (&row.distances[run.clone()], &row.summaries[run.clone()]);
            weighted += add_pushes((distances, columns), scale, factor, &mut out[run]);
        }
    });
    weighted
}

/// Adds `factor e` to every slope, `e = e^(-k d - column)`; gives `sum e d`.
#[inline(always)]
fn add_pushes<T: Real>(
    (distances, columns): (&[T], &[f64]),
    scale: f64,
    factor: T,
    out: &mut [T],
) -> f64 {
    let (mut block, mut weighted) = ([T::ZERO; BLOCK], 0.0);
    let each = distances.chunks(BLOCK).zip(columns.chunks(BLOCK));
    for ((distances, columns), out) in each.zip(out.chunks_mut(BLOCK)) {
        let block = &mut block[..distances.len()];
        for ((place, &distance), &column) in block.iter_mut().zip(distances).zip(columns) {
            *place = T::from_f64(-scale * distance.to_f64() - column).exp();
        }
        add_scaled(out, factor, block);
        weighted += dot(block, distances);
    }
    weighted
}

#[inline(always)]
fn exponentials<T: Real>(distances: &[T], scale: T, least: T, out: &mut [T]) {
    for (place, &distance) in out.iter_mut().zip(distances) {
        *place = (scale * (least - distance)).exp();
    }
}

/// The sum of products, in f64.
#[inline(always)]
fn dot<T: Real>(one: &[T], other: &[T]) -> f64 {
    let mut lanes = [0.0; LANES];
    let (one, other) = (one.chunks_exact(LANES), other.chunks_exact(LANES));
    let rest = one.remainder().iter().zip(other.remainder());
    for (one, other) in one.zip(other) {
        for ((lane, &x), &y) in lanes.iter_mut().zip(one).zip(other) {
            *lane += x.to_f64() * y.to_f64();
        }
    }
    for (lane, (&x, &y)) in lanes.iter_mut().zip(rest) {
        *lane += x.to_f64() * y.to_f64();
    }
    lanes.iter().sum()
}

#[inline(always)]
fn minimum<T: Real>(numbers: &[T]) -> T {
    let mut lanes = [T::INFINITY; LANES];
    let chunks = numbers.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, &number) in lanes.iter_mut().zip(chunk) {
            *lane = less(*lane, number);
        }
    }
    for (lane, &number) in lanes.iter_mut().zip(rest) {
        *lane = less(*lane, number);
    }
    lanes.into_iter().fold(T::INFINITY, less)
}

#[inline(always)]
fn less<T: Real>(one: T, other: T) -> T {
    if other < one { other } else { one }
}
