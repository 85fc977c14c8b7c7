//! The lifted loss, generalised to batches of many positives.

use serde::{Deserialize, Serialize};

use super::softmax::{Logits, log_sum, nearest};
use crate::number::NonNegative;
use crate::row::{Row, RowLoss};
use crate::{Count, Distance, Margin, Real, Reduce, Slopes, Terms};

/// The generalised lifted loss: every anchor once, with a soft farthest positive and a soft nearest negative.
///
/// ```text
/// cost of an anchor = [ln sum_p e^(d_p) + ln sum_n e^(m - d_n)]+
/// ```
///
/// `m` is in units of the distance. Slopes where the cost is above 0: `e^(d_p) / sum_p e^(d_p)` on `d_p`,
/// `-e^(-d_n) / sum_n e^(-d_n)` on `d_n`; they sum to 1 and to -1.
///
/// A term is an anchor with a positive and a negative; the logarithm of an empty sum is `-inf`, so all others
/// cost nothing and are not counted. Defaults: margin 1, [`Distance::Euclidean`] of rows as they are,
/// [`Reduce::MeanAnchors`]. The paper sums over the batch (`Reduce::Sum`), in which every anchor has both. If all
/// embeddings are equal, an anchor costs `m + ln P + ln N` and the gradient is 0.
///
/// Source: Hermans, Beyer, Leibe, *In Defense of the Triplet Loss*, arXiv:1703.07737, eq. 7. Agrees with
/// pytorch-metric-learning's `GeneralizedLiftedStructureLoss` where every anchor has both; there an empty sum
/// has logarithm 0, so an anchor without positives still pushes, and the mean is over all rows.
///
/// ```
/// use tercet_kernels::{Batch, Distance, GeneralizedLifted, Objective, Reduce, Rows};
/// let rows = Rows::new(&[0.0, 1.0, 3.0], 1)?;
/// let batch = Batch::within(rows, &[0, 0, 1])?;
/// let loss = GeneralizedLifted::default();
/// let objective = Objective::new(Distance::Euclidean, loss, Reduce::MeanAnchors)?;
/// // Anchor 0: [1 + (1 - 3)]+ = 0; anchor 1: [1 + (1 - 2)]+ = 0.
/// assert_eq!(objective.evaluate(&batch)?.value, 0.0);
/// let batch = Batch::within(rows, &[0, 1, 0])?;
/// // Anchor 0: [3 + (1 - 1)]+ = 3; anchor 2: [3 + (1 - 2)]+ = 2.
/// assert_eq!(objective.evaluate(&batch)?.value, 2.5);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GeneralizedLifted {
    /// `m`.
    pub margin: NonNegative,
}

impl Default for GeneralizedLifted {
    fn default() -> Self {
        Self {
            margin: NonNegative::of(1.0),
        }
    }
}

impl RowLoss for GeneralizedLifted {
    const DISTANCE: Distance = Distance::Euclidean;
    const REDUCE: Reduce = Reduce::MeanAnchors;

    fn row<T: Real>(&self, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) -> Terms {
        if row.pairs() == 0 {
            return Terms::default();
        }
        let slopes = slopes.all();
        let negatives = Logits::around(nearest(row), 1.0).write(row, slopes);
        let push = self.margin.get() + negatives.log;
        let pulls = row
            .positives()
            .map(|positive| row.distances[positive].to_f64());
        let pull = log_sum(pulls);
        let cost = (pull + push).max(0.0);
        let active = cost > 0.0;
        negatives.share(f64::from(u8::from(active)), slopes);
        for positive in row.positives().filter(|_| active) {
            let share = (row.distances[positive].to_f64() - pull).exp();
            slopes[positive] = T::from_f64(share);
        }
        Terms::one(Count {
            sum: cost,
            terms: 1,
            active: u64::from(active),
            anchors: 1,
            pairs: row.pairs(),
            ..Count::default()
        })
    }

    fn margin(&self) -> Option<Margin> {
        Some(Margin::Hard(self.margin))
    }
}
