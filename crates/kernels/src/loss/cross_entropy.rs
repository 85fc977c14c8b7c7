//! One cross-entropy per positive, each alone against all negatives of its anchor.
//!
//! Negatives have logits `-k d`, with `k` the scale; whatever is constant in a similarity cancels. With
//! `l = ln sum_n e^(-k d_n)` over the negatives, a positive of logit `z` costs `ln(1 + e^(l - z))`, which is its
//! cross-entropy among itself and the negatives.

use super::softmax::{BLOCK, Logits, Softmax, Sums, nearest, write};
use crate::margin::soft;
use crate::row::Row;
use crate::simd::{add_scaled, vectorized};
use crate::{Count, Real, Slopes};

/// What one positive costs.
struct Pull {
    cost: f64,
    /// The slope on `l`.
    weight: f64,
    /// The slope on its own distance.
    slope: f64,
}

/// Costs every positive and writes all slopes.
fn each<T: Real>(
    row: &Row<'_, T>,
    scale: f64,
    slopes: &mut Slopes<'_, T>,
    mut pull: impl FnMut(usize, &Softmax) -> Pull,
) -> Count {
    let mut count = Count::default();
    if row.positive_count() == 0 {
        return count;
    }
    let mut pulls = std::mem::take(&mut slopes.buffer.room.pulls);
    let out = slopes.all();
    let negatives = Logits::around(nearest(row), scale).write(row, out);
    let mut weight = 0.0;
    pulls.clear();
    for positive in row.positives() {
        let found = pull(positive, &negatives);
        pulls.push(T::from_f64(found.slope));
        weight += found.weight;
        count.sum += found.cost;
        count.terms += 1;
        count.active += u64::from(found.cost > 0.0);
    }
    negatives.share(weight, out);
    for (positive, &slope) in row.positives().zip(&pulls) {
        out[positive] = slope;
    }
    slopes.buffer.room.pulls = pulls;
    count.anchors = 1;
    count.pairs = row.pairs();
    count
}

/// The cross-entropy of every positive, where `logit` gives its logit and that one's slope of the distance. The
/// positive is not in the sum if `apart`: then the cost is `l - z`.
pub(super) fn with_logit<T: Real>(
    row: &Row<'_, T>,
    (scale, apart): (f64, bool),
    slopes: &mut Slopes<'_, T>,
    logit: impl Fn(f64) -> (f64, f64),
) -> Count {
    each(row, scale, slopes, |positive, negatives| {
        let (at, slope) = logit(row.distances[positive].to_f64());
        let short = negatives.log - at;
        let (cost, weight) = if apart { (short, 1.0) } else { soft(short) };
        Pull {
            cost,
            weight,
            slope: -weight * slope,
        }
    })
}

/// The cross-entropy of every positive with logit `-k d` as all others.
///
/// `both`: a pair costs half of this and half of the same among its candidate's own negatives, from the
/// [`column`] of every candidate.
pub(super) fn pairs<T: Real>(
    row: &Row<'_, T>,
    scale: f64,
    both: bool,
    slopes: &mut Slopes<'_, T>,
) -> Count {
    let share = if both { 0.5 } else { 1.0 };
    let mut parameter = 0.0;
    let mut count = each(row, scale, slopes, |positive, negatives| {
        let distance = row.distances[positive].to_f64();
        let (mut cost, weight) = soft(negatives.log + scale * distance);
        let mut slope = weight;
        parameter += share * weight * (distance - negatives.mean);
        if both {
            let (more, back) = soft(row.summaries[positive][0] + scale * distance);
            parameter += share * back * distance;
            (cost, slope) = (cost + more, slope + back);
        }
        Pull {
            cost: share * cost,
            weight: share * weight,
            slope: share * scale * slope,
        }
    });
    if both {
        parameter -= share * push_back(row, scale, share, slopes.all());
    }
    count.parameter = parameter;
    count
}

/// What a candidate's pairs cost seen from it, from its row among the anchors: `l`, as above, and `l - ln w` with `w`
/// the sum of its positives' slopes on `l`, so that an anchor which is no positive is pushed by
/// `w e^(-k d - l) = e^(-k d - (l - ln w))`. The second is infinite, so that nothing is pushed, without a positive or
/// a negative.
pub(super) fn column<T: Real>(row: &Row<'_, T>, scale: f64) -> [f64; 2] {
    let log = Logits::around(nearest(row), scale).sum(row).log;
    let slope = |positive: usize| soft(log + scale * row.distances[positive].to_f64()).1;
    let weight: f64 = row.positives().map(slope).sum();
    let push = if weight > 0.0 {
        log - weight.ln()
    } else {
        f64::INFINITY
    };
    [log, push]
}

/// The candidates' push on the row's anchor, added to all negatives; gives `sum e d` of it.
fn push_back<T: Real>(row: &Row<'_, T>, scale: f64, share: f64, out: &mut [T]) -> f64 {
    let factor = T::from_f64(-share * scale);
    let mut sums = Sums::default();
    vectorized(
        #[inline(always)]
        || {
            write(
                row,
                out,
                #[inline(always)]
                |start, block, places| {
                    let pushes = pushes(block, &row.summaries[start..], scale);
                    let mut weighted = [T::ZERO; BLOCK];
                    for index in 0..BLOCK {
                        let inside = block[index] < T::INFINITY;
                        let product = pushes[index] * block[index];
                        weighted[index] = if inside { product } else { T::ZERO };
                    }
                    add_scaled(places, factor, &pushes);
                    sums.add(&pushes, &weighted);
                },
            );
        },
    );
    sums.total().1
}

/// `e^(-k d - column)`, with the second number of the [`column`], of all negatives of a block, 0 of all others.
#[inline(always)]
fn pushes<T: Real>(block: &[T; BLOCK], columns: &[[f64; 2]], scale: f64) -> [T; BLOCK] {
    let (scale, mut pushes) = (T::from_f64(scale), [T::INFINITY; BLOCK]);
    for (place, &[_, column]) in pushes.iter_mut().zip(columns) {
        *place = T::from_f64(column);
    }
    for (place, &distance) in pushes.iter_mut().zip(block) {
        let value = (-(scale * distance) - *place).exp();
        let inside = distance < T::INFINITY;
        *place = if inside { value } else { T::ZERO };
    }
    pushes
}
