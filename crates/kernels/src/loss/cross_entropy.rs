//! One cross-entropy per positive, each alone against all negatives of its anchor.
//!
//! Negatives have logits `-k d`, with `k` the scale; whatever is constant in a similarity cancels. With
//! `l = ln sum_n e^(-k d_n)` over the negatives, a positive of logit `z` costs `ln(1 + e^(l - z))`, which is its
//! cross-entropy among itself and the negatives.
//!
//! Under a hardness `h`, a negative of similarity `s` has logit `-k d + h s`, of which `h s` is held constant: it shares
//! in the sum as if the scale were `k + h`, and its slope is that of `k`.

use super::softmax::{BLOCK, Logits, Softmax, Sums, nearest, similarity_of_zero, write};
use crate::margin::soft;
use crate::row::Row;
use crate::simd::{add_scaled, vectorized};
use crate::{Count, Real, Slopes};

/// What logits are made with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scales {
    /// What distances are multiplied with, `k`.
    pub(super) scale: f64,
    /// What the similarities of negatives are weighed with, `h`.
    pub(super) hardness: f64,
}

impl Scales {
    /// All negatives alike.
    pub(super) fn plain(scale: f64) -> Self {
        let hardness = 0.0;
        Self { scale, hardness }
    }

    fn both(self) -> f64 {
        self.scale + self.hardness
    }

    /// The sums of a row's exponentials as they are meant.
    fn meant<T: Real>(self, found: Softmax, row: &Row<'_, T>) -> Softmax {
        if self.hardness == 0.0 {
            return found;
        }
        found.held(self.scale, self.hardness, similarity_of_zero(row.distance))
    }
}

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
    scales: Scales,
    slopes: &mut Slopes<'_, T>,
    mut pull: impl FnMut(usize, &Softmax) -> Pull,
) -> Count {
    let mut count = Count::default();
    if row.positive_count() == 0 {
        return count;
    }
    let mut pulls = std::mem::take(&mut slopes.buffer.scratch.pulls);
    let out = slopes.all();
    let found = Logits::around(nearest(row), scales.both()).write(row, out);
    let negatives = scales.meant(found, row);
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
    slopes.buffer.scratch.pulls = pulls;
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
    each(row, Scales::plain(scale), slopes, |positive, negatives| {
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
    scales: Scales,
    both: bool,
    slopes: &mut Slopes<'_, T>,
) -> Count {
    let scale = scales.scale;
    let share = if both { 0.5 } else { 1.0 };
    let mut parameter = 0.0;
    let mut count = each(row, scales, slopes, |positive, negatives| {
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
        parameter -= share * push_back(row, scales, share, slopes.all());
    }
    count.parameters = [parameter, 0.0];
    count
}

/// What a candidate's pairs cost seen from it, from its row among the anchors: `l`, as above, and `l - ln w` with `w`
/// the sum of its positives' slopes on `l`, so that an anchor which is no positive is pushed by
/// `w e^(-k d - l) = e^(-k d - (l - ln w))`. Under a hardness the second is that of `k + h` and `l` without its constant
/// `h` times the similarity at distance 0. The second is infinite, so that nothing is pushed, without a positive or
/// a negative.
pub(super) fn column<T: Real>(row: &Row<'_, T>, scales: Scales) -> [f64; 2] {
    let found = Logits::around(nearest(row), scales.both()).sum(row);
    let log = scales.meant(found, row).log;
    let slope = |positive: usize| soft(log + scales.scale * row.distances[positive].to_f64()).1;
    let weight: f64 = row.positives().map(slope).sum();
    let push = if weight > 0.0 {
        found.log - weight.ln()
    } else {
        f64::INFINITY
    };
    [log, push]
}

/// The candidates' push on the row's anchor, added to all negatives; gives `sum e d` of it.
fn push_back<T: Real>(row: &Row<'_, T>, scales: Scales, share: f64, out: &mut [T]) -> f64 {
    let (factor, scale) = (T::from_f64(-share * scales.scale), scales.both());
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
