//! The circle loss.

use serde::{Deserialize, Serialize};

use super::exponentials::{self, similarity_of_zero};
use crate::number::{NonNegative, Positive};
use crate::row::{Row, RowLoss};
use crate::simd::{sum, vectorized};
use crate::{Count, Distance, Needs, Real, Reduce, Slopes, Terms};

/// The circle loss: pairs weighed by how far they are from where they should be.
///
/// ```text
/// z_p = -gamma a_p (s_p - (1 - m)),  a_p = [1 + m - s_p]+
/// z_n =  gamma a_n (s_n - m),        a_n = [s_n + m]+
/// cost of an anchor = ln(1 + sum_n e^(z_n) sum_p e^(z_p))
/// ```
///
/// `s = 1 - d` is the cosine; a distance other than [`Distance::Cosine`] is an
/// [`Error::Distance`](crate::Error::Distance). `m` is in units of similarity.
///
/// The weights `a` are constants of the gradient, as in the paper and its followers' code, so the gradient is not
/// the derivative of the value: with `z` the argument of the logarithm's exponential and `g = 1 / (1 + e^-z)`, slopes
/// are `g gamma a_p e^(z_p) / sum_p e^(z_p)` on `d_p` and `-g gamma a_n e^(z_n) / sum_n e^(z_n)` on `d_n`.
///
/// A term is an anchor with a positive and a negative; others cost nothing and are not counted. Defaults: `margin`
/// 0.4, `gamma` 80 (pytorch-metric-learning's; the paper has 0.25 and 256 for faces, 0.4 and 80 for retrieval),
/// [`Distance::Cosine`], [`Reduce::MeanAnchors`]. If all embeddings are equal, the gradient is 0.
///
/// Source: Sun, Cheng, Zhang, Zhang, Zheng, Wang, Wei, *Circle Loss: A Unified Perspective of Pair Similarity
/// Optimization*, CVPR 2020, arXiv:2002.10857, eq. 4-8. Agrees with pytorch-metric-learning's `CircleLoss`, which
/// averages over anchors whose cost is above 0: here only one that underflows (below 1e-300) is not.
///
/// ```
/// use tercet_kernels::{Batch, Circle, Distance, Objective, Reduce, Rows};
/// // Cosine 1 of the positive pair, 0 of all others: z_p = -80 0.4 0.4, z_n = -80 0.4 0.4.
/// let rows = Rows::new(&[1.0, 0.0, 2.0, 0.0, 0.0, 1.0], 2)?;
/// let objective = Objective::new(Distance::Cosine, Circle::default(), Reduce::MeanAnchors)?;
/// let value = objective.evaluate(&Batch::within(rows, &[0, 0, 1])?)?.value;
/// assert!((value / (-25.6f64).exp() - 1.0).abs() < 1e-10);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Circle {
    /// `m`: positives should be above `1 - m`, negatives below `m`.
    pub margin: NonNegative,
    /// The scale of similarities.
    pub gamma: Positive,
}

impl Default for Circle {
    fn default() -> Self {
        Self {
            margin: NonNegative::of(0.4),
            gamma: Positive::of(80.0),
        }
    }
}

/// What a row's pairs are weighed with, in f64: `z` is quadratic in numbers that nobody bounds.
#[derive(Clone, Copy)]
struct Weights {
    margin: f64,
    gamma: f64,
    /// The similarity at distance 0.
    zero: f64,
}

impl Weights {
    /// `gamma a` and `z` of a positive.
    fn pull(self, distance: f64) -> (f64, f64) {
        let similarity = self.zero - distance;
        let weight = self.gamma * (1.0 + self.margin - similarity).max(0.0);
        (weight, -weight * (similarity - (1.0 - self.margin)))
    }

    /// `gamma a` and `z` of a negative.
    #[inline(always)]
    fn push(self, distance: f64) -> (f64, f64) {
        let similarity = self.zero - distance;
        let weight = self.gamma * (similarity + self.margin).max(0.0);
        (weight, weight * (similarity - self.margin))
    }

    /// The largest `z` of the negatives.
    fn top<T: Real>(self, row: &Row<'_, T>) -> f64 {
        vectorized(|| {
            let runs = row.negative_runs();
            runs.fold(f64::NEG_INFINITY, |top, run| {
                top.max(self.top_of(&row.distances[run]))
            })
        })
    }

    #[inline(always)]
    fn top_of<T: Real>(self, distances: &[T]) -> f64 {
        let mut lanes = [f64::NEG_INFINITY; 8];
        let chunks = distances.chunks_exact(8);
        let rest = chunks.remainder();
        for chunk in chunks {
            for (lane, &distance) in lanes.iter_mut().zip(chunk) {
                *lane = larger(*lane, self.push(distance.to_f64()).1);
            }
        }
        for (lane, &distance) in lanes.iter_mut().zip(rest) {
            *lane = larger(*lane, self.push(distance.to_f64()).1);
        }
        lanes.into_iter().fold(f64::NEG_INFINITY, larger)
    }

    /// `ln sum_n e^(z_n)`; leaves `gamma a_n e^(z_n) / sum_n e^(z_n)` in the negatives' slopes, times a factor to come.
    fn write<T: Real>(self, row: &Row<'_, T>, slopes: &mut [T]) -> f64 {
        let top = self.top(row);
        let total = vectorized(|| {
            let mut total = 0.0;
            for run in row.negative_runs() {
                let slopes = &mut slopes[run.clone()];
                let each = || row.distances[run.clone()].iter();
                for (slope, distance) in slopes.iter_mut().zip(each()) {
                    *slope = T::from_f64(self.push(distance.to_f64()).1 - top).exp();
                }
                total += sum(slopes);
                for (slope, distance) in slopes.iter_mut().zip(each()) {
                    *slope *= T::from_f64(self.push(distance.to_f64()).0);
                }
            }
            total
        });
        exponentials::multiply(row, slopes, 1.0 / total);
        top + total.ln()
    }
}

#[inline(always)]
fn larger(one: f64, other: f64) -> f64 {
    if other > one { other } else { one }
}

impl RowLoss for Circle {
    const DISTANCE: Distance = Distance::Cosine;
    const REDUCE: Reduce = Reduce::MeanAnchors;

    fn row<T: Real>(&self, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) -> Terms {
        if row.pairs() == 0 {
            return Terms::default();
        }
        let weights = Weights {
            margin: self.margin.get(),
            gamma: self.gamma.get(),
            zero: similarity_of_zero(row.distance),
        };
        let slopes = slopes.all();
        let each = |positive: usize| weights.pull(row.distances[positive].to_f64());
        let pull = exponentials::log_sum(row.positives().map(|positive| each(positive).1));
        let z = weights.write(row, slopes) + pull;
        let small = (-z.abs()).exp();
        let slope = if z >= 0.0 { 1.0 } else { small } / (1.0 + small);
        exponentials::multiply(row, slopes, -slope);
        for positive in row.positives() {
            let (weight, power) = each(positive);
            slopes[positive] = T::from_f64(slope * weight * (power - pull).exp());
        }
        let cost = z.max(0.0) + small.ln_1p();
        Terms::one(Count {
            sum: cost,
            terms: 1,
            active: u64::from(cost > 0.0),
            anchors: 1,
            pairs: row.pairs(),
            ..Count::default()
        })
    }

    fn needs(&self) -> Needs {
        Needs::none().only(&[Distance::Cosine])
    }
}
