//! The lifted structured loss.

use serde::{Deserialize, Serialize};

use super::softmax::{Logits, log_sum, multiply, nearest};
use crate::number::NonNegative;
use crate::row::{Row, RowLoss};
use crate::{Count, Distance, Margin, Needs, Real, Reduce, Slopes, Terms};

/// The lifted structured loss: every positive pair (i, j) against all negatives of both its ends.
///
/// ```text
/// J_ij = ln(E_i + E_j) + d_ij,   E_i = sum_k e^(m - d_ik) over the negatives k of i
/// cost of (i, j) = 1/2 [J_ij]+^2
/// ```
///
/// `m` is in units of the distance. Slopes: `[J_ij]+` on `d_ij`, and
/// `-2 sum_j [J_ij]+ e^(m - d_ik) / (E_i + E_j)` on `d_ik`: twice, for `d_ik` is in the cost of (i, j) and
/// of (j, i), and each is written by the row of its own end. So the gradient of a shard is its share of the
/// gradient of the whole, not the gradient of the shard's value.
///
/// A term is an ordered positive pair one of whose ends has a negative. Defaults: margin 1,
/// [`Distance::Euclidean`], [`Reduce::Mean`] (the mean over ordered pairs of `1/2 [J]+^2` is the paper's
/// `1 / (2 |P|)` times the sum over unordered ones). Without negatives, value and gradient are 0. If all
/// `m` embeddings are equal, `J` is `1 + ln` of the negatives of both ends, and the gradient 0.
///
/// Only within one set of rows with labels per item, where the positives of `i` have `i` as a positive: else
/// [`Error::Within`](crate::Error::Within) at evaluation.
///
/// Source: Oh Song, Xiang, Jegelka, Savarese, *Deep Metric Learning via Lifted Structured Feature
/// Embedding*, CVPR 2016, eq. 4, arXiv:1511.06452. Agrees with pytorch-metric-learning's
/// `LiftedStructureLoss`, which normalises rows by default; we, as the paper, do not.
///
/// ```
/// use tercet_kernels::{Batch, Distance, Lifted, Objective, Reduce, Rows};
/// let rows = Rows::new(&[0.0, 1.0, 2.0], 1)?;
/// let batch = Batch::within(rows, &[0, 0, 1])?;
/// let objective = Objective::new(Distance::Euclidean, Lifted::default(), Reduce::Mean)?;
/// // E_0 = e^(1 - 2), E_1 = e^(1 - 1); J = ln(1 + 1/e) + 1 = 1.3132617.
/// let value = objective.evaluate(&batch)?.value;
/// assert!((value - 0.5 * 1.3132616875182228f64.powi(2)).abs() < 1e-12);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lifted {
    /// `m`.
    pub margin: NonNegative,
}

impl Default for Lifted {
    fn default() -> Self {
        Self {
            margin: NonNegative::of(1.0),
        }
    }
}

impl RowLoss for Lifted {
    const DISTANCE: Distance = Distance::Euclidean;
    const REDUCE: Reduce = Reduce::Mean;

    fn row<T: Real>(&self, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) -> Terms {
        let mut count = Count {
            pairs: row.pairs(),
            ..Count::default()
        };
        let own = row
            .own
            .map_or(f64::NEG_INFINITY, |own| row.summaries[own][0]);
        let mut pulls = std::mem::take(&mut slopes.buffer.scratch.pulls);
        pulls.clear();
        // The sum of [J]+ E_i / (E_i + E_j).
        let mut shares = 0.0;
        for positive in row.positives() {
            let both = log_sum([own, row.summaries[positive][0]].into_iter());
            let cost = (both + row.distances[positive].to_f64()).max(0.0);
            pulls.push(T::from_f64(cost));
            if both == f64::NEG_INFINITY {
                continue;
            }
            shares += cost * (own - both).exp();
            count.sum += 0.5 * cost * cost;
            count.terms += 1;
            count.active += u64::from(cost > 0.0);
        }
        if shares > 0.0 {
            let pivot = T::from_f64(self.margin.get() - own);
            let slopes = slopes.all();
            Logits::around(pivot, 1.0).write(row, slopes);
            multiply(slopes, -2.0 * shares);
        }
        for (positive, &cost) in row.positives().zip(&pulls) {
            slopes.add(positive, cost.to_f64());
        }
        slopes.buffer.scratch.pulls = pulls;
        count.anchors = u64::from(count.terms > 0);
        Terms::one(count)
    }

    fn needs(&self) -> Needs {
        Needs::none().summaries().within()
    }

    /// `ln E` of the candidate.
    fn summary<T: Real>(&self, row: &Row<'_, T>) -> [f64; 2] {
        let negatives = Logits::around(nearest(row), 1.0).sum(row);
        [self.margin.get() + negatives.log, 0.0]
    }

    fn margin(&self) -> Option<Margin> {
        Some(Margin::Hard(self.margin))
    }
}
