//! The circle loss.

use serde::{Deserialize, Serialize};

use super::softmax::{
    BLOCK, Sums, less, lesser, log_sum, multiply, read, similarity_of_zero, write,
};
use crate::number::{NonNegative, Positive};
use crate::row::{Row, RowLoss};
use crate::simd::{LANES, vectorized};
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

/// What a row's pairs are weighed with.
#[derive(Clone, Copy)]
struct Weights<R> {
    margin: R,
    gamma: R,
    /// The similarity at distance 0.
    zero: R,
}

impl<R: Real> Weights<R> {
    fn new(loss: &Circle, distance: Distance) -> Self {
        Self {
            margin: R::from_f64(loss.margin.get()),
            gamma: R::from_f64(loss.gamma.get()),
            zero: R::from_f64(similarity_of_zero(distance)),
        }
    }

    /// `gamma a` and `z` of a positive.
    fn pull(self, distance: R) -> (R, R) {
        let similarity = self.zero - distance;
        let weight = self.gamma * (R::ONE + self.margin - similarity).max(R::ZERO);
        (weight, -weight * (similarity - (R::ONE - self.margin)))
    }

    /// `gamma a` and `z` of a negative.
    #[inline(always)]
    fn push(self, distance: R) -> (R, R) {
        let similarity = self.zero - distance;
        let above = similarity + self.margin;
        let weight = self.gamma * if above > R::ZERO { above } else { R::ZERO };
        (weight, weight * (similarity - self.margin))
    }

    /// `ln sum_n e^(z_n)`, of which `top` is the largest `z`; leaves `gamma a_n e^(z_n - top)` in the negatives'
    /// slopes and gives their factor, one over the sum.
    fn write<T: Real>(self, row: &Row<'_, T>, top: f64, slopes: &mut [T]) -> (f64, f64) {
        let (mut sums, pivot) = (Sums::default(), R::from_f64(top));
        vectorized(
            #[inline(always)]
            || {
                write(
                    row,
                    slopes,
                    #[inline(always)]
                    |_, block, places| {
                        let (mut values, none) = ([R::ZERO; BLOCK], [R::ZERO; BLOCK]);
                        for index in 0..BLOCK {
                            let inside = block[index] < T::INFINITY;
                            let (weight, z) = self.push(R::from_f64(block[index].to_f64()));
                            let value = (z - pivot).exp();
                            values[index] = if inside { value } else { R::ZERO };
                            let slope = if inside { weight * value } else { R::ZERO };
                            places[index] = T::from_f64(slope.to_f64());
                        }
                        sums.add(&values, &none);
                    },
                );
            },
        );
        let (total, _) = sums.total();
        (top + total.ln(), 1.0 / total)
    }
}

/// The largest `z` of the negatives: it falls and then rises with the similarity, so it is that of the nearest or that
/// of the farthest.
fn top<T: Real>(weights: Weights<f64>, row: &Row<'_, T>) -> f64 {
    let mut near = [T::INFINITY; LANES];
    let mut far = [T::INFINITY; LANES];
    vectorized(
        #[inline(always)]
        || {
            read(
                row,
                #[inline(always)]
                |block| {
                    near = lesser(near, block);
                    let turned = block.map(|x| if x < T::INFINITY { -x } else { x });
                    far = lesser(far, &turned);
                },
            );
        },
    );
    let [near, far] = [near, far].map(|lanes| lanes.into_iter().fold(T::INFINITY, less).to_f64());
    weights.push(near).1.max(weights.push(-far).1)
}

impl Circle {
    /// Whether `z` of every cosine has digits after the point in `f32`.
    fn is_small(&self) -> bool {
        self.gamma.get() * (1.0 + self.margin.get()).powi(2) < 1e3
    }
}

impl RowLoss for Circle {
    const DISTANCE: Distance = Distance::Cosine;
    const REDUCE: Reduce = Reduce::MeanAnchors;

    fn row<T: Real>(&self, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) -> Terms {
        if row.pairs() == 0 {
            return Terms::default();
        }
        let weights = Weights::<f64>::new(self, row.distance);
        let slopes = slopes.all();
        let each = |positive: usize| weights.pull(row.distances[positive].to_f64());
        let pull = log_sum(row.positives().map(|positive| each(positive).1));
        let top = top(weights, row);
        let (push, factor) = match self.is_small() {
            true => Weights::<T>::new(self, row.distance).write(row, top, slopes),
            false => weights.write(row, top, slopes),
        };
        let z = push + pull;
        let small = (-z.abs()).exp();
        let slope = if z >= 0.0 { 1.0 } else { small } / (1.0 + small);
        multiply(slopes, -slope * factor);
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
