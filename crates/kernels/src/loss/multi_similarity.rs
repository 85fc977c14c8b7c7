//! The multi-similarity loss.

use serde::{Deserialize, Serialize};

use super::softmax::{Logits, less, multiply, nearest, similarity_of_zero};
use crate::number::{Finite, NonNegative, Positive};
use crate::row::{Row, RowLoss};
use crate::{Count, Distance, Needs, Real, Reduce, Slopes, Terms};

/// The multi-similarity loss: positives below a similarity and negatives above it, weighed against one another.
///
/// ```text
/// cost of an anchor = 1/alpha ln(1 + sum_p e^(-alpha (s_p - base))) + 1/beta ln(1 + sum_n e^(beta (s_n - base)))
/// ```
///
/// `s` is the similarity: `1 - d` under [`Distance::Cosine`], `-d` under [`Distance::NegativeDot`]; others are
/// an [`Error::Distance`](crate::Error::Distance). With `mining`, the sums run over the pairs that violate
/// another one, up to `epsilon`: negatives with `s_n + epsilon > min_p s_p`, positives with
/// `s_p - epsilon < max_n s_n`; the choice has no gradient. An anchor without positives then keeps no
/// negative, and the other way round; without `mining` it costs what it has.
///
/// Slopes: `e^(alpha (base - s_p)) / (1 + sum)` on `d_p`, `-e^(beta (s_n - base)) / (1 + sum)` on `d_n`; each sum
/// of slopes is below 1. An empty sum costs 0.
///
/// A term is an anchor, whatever it has: the average is over all anchors, as published. Defaults: `alpha` 2, `beta`
/// 50, `base` 0.5, `mining` with `epsilon` 0.1, [`Distance::Cosine`], [`Reduce::MeanAnchors`].
///
/// Source: Wang, Han, Huang, Dong, Scott, *Multi-Similarity Loss With General Pair Weighting for Deep Metric
/// Learning*, CVPR 2019, arXiv:1904.06627, eq. 13-15. Agrees with pytorch-metric-learning's
/// `MultiSimilarityLoss`, with its `MultiSimilarityMiner` if `mining`; the authors' code has `beta` 40, and
/// drops positives of similarity above 1 - 1e-5, which we keep.
///
/// ```
/// use tercet_kernels::{Batch, Distance, MultiSimilarity, Objective, Reduce, Rows};
/// // Cosines: 0 (0-1), 0 (1-2), 1 (0-2).
/// let rows = Rows::new(&[1.0, 0.0, 0.0, 1.0, 2.0, 0.0], 2)?;
/// let loss = MultiSimilarity { mining: false, ..MultiSimilarity::default() };
/// let objective = Objective::new(Distance::Cosine, loss, Reduce::Sum)?;
/// let value = objective.evaluate(&Batch::within(rows, &[0, 0, 1])?)?.value;
/// // Two positives at 0: 1/2 ln(1 + e) each; negatives at 1 (0-2, 2-0): about 1/2 each; at 0 (1-2, 2-1): 3e-13.
/// let pull = 0.5 * (1.0 + 1.0f64.exp()).ln();
/// assert!((value - 2.0 * pull - 1.0).abs() < 1e-10);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MultiSimilarity {
    /// How sharply the least similar positives stand out.
    pub alpha: Positive,
    /// How sharply the most similar negatives stand out.
    pub beta: Positive,
    /// The similarity that pairs are pulled above and pushed below, `lambda`.
    pub base: Finite,
    /// Whether pairs that violate no other one are left out.
    pub mining: bool,
    /// How far from a violation a mined pair may be, in units of similarity.
    pub epsilon: NonNegative,
}

impl Default for MultiSimilarity {
    fn default() -> Self {
        Self {
            alpha: Positive::of(2.0),
            beta: Positive::of(50.0),
            base: Finite::of(0.5),
            mining: true,
            epsilon: NonNegative::of(0.1),
        }
    }
}

impl MultiSimilarity {
    /// Above which distance a positive is kept, below which a negative.
    fn limits<T: Real>(&self, row: &Row<'_, T>, nearest: T) -> (T, T) {
        if !self.mining {
            return (-T::INFINITY, T::INFINITY);
        }
        let epsilon = T::from_f64(self.epsilon.get());
        let positives = row.positives().map(|positive| row.distances[positive]);
        let farthest = positives.fold(-T::INFINITY, T::max);
        (nearest - epsilon, farthest + epsilon)
    }

    /// The cost of the positives beyond `above`; adds their slopes. `edge` is the distance of similarity `base`.
    fn pull<T: Real>(&self, row: &Row<'_, T>, (above, edge): (T, f64), slopes: &mut [T]) -> f64 {
        let alpha = self.alpha.get();
        let kept = row.positives().filter(|&p| row.distances[p] > above);
        let power = |positive: usize| alpha * (row.distances[positive].to_f64() - edge);
        let top = kept.clone().map(power).fold(0.0, f64::max);
        let mut sum = 0.0;
        for positive in kept.clone() {
            let share = (power(positive) - top).exp();
            slopes[positive] = T::from_f64(share);
            sum += share;
        }
        let factor = T::from_f64(1.0 / ((-top).exp() + sum));
        kept.for_each(|positive| slopes[positive] *= factor);
        log_one_plus(top, sum) / alpha
    }

    /// The cost of some negatives of similarity `base` at distance `edge`, and their slopes, 0 for all others.
    fn push<T: Real>(
        &self,
        row: &Row<'_, T>,
        (each, edge): (Logits<T>, f64),
        out: &mut [T],
    ) -> f64 {
        let sum = each.write(row, out).sum;
        let top = each.scale * (edge - each.pivot.to_f64());
        multiply(out, -1.0 / ((-top).exp() + sum));
        log_one_plus(top, sum) / each.scale
    }
}

/// `ln(1 + e^top sum)`, exact for small sums too.
fn log_one_plus(top: f64, sum: f64) -> f64 {
    top + ((-top).exp_m1() + sum).ln_1p()
}

impl RowLoss for MultiSimilarity {
    const DISTANCE: Distance = Distance::Cosine;
    const REDUCE: Reduce = Reduce::MeanAnchors;

    fn row<T: Real>(&self, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) -> Terms {
        if row.distances.is_empty() {
            return Terms::default();
        }
        let nearest = nearest(row);
        let (above, limit) = self.limits(row, nearest);
        let edge = similarity_of_zero(row.distance) - self.base.get();
        let mut cost = 0.0;
        let slopes = slopes.all();
        if nearest < limit {
            let each = Logits {
                scale: self.beta.get(),
                pivot: less(nearest, T::from_f64(edge)),
                limit,
            };
            cost += self.push(row, (each, edge), slopes);
        }
        cost += self.pull(row, (above, edge), slopes);
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
        Needs::none().only(&[Distance::Cosine, Distance::NegativeDot])
    }
}
