//! The N-pair loss.

use serde::{Deserialize, Serialize};

use super::cross_entropy::{self, Scales};
use crate::row::{Row, RowLoss};
use crate::{Distance, Real, Slopes, Terms};

/// The multi-class N-pair loss: an anchor's dot product with its positive against those with the positives
/// of all other classes.
///
/// `ln(1 + sum_n e^(d_p - d_n))`, with `d = -a.b`: [`InfoNce`](crate::InfoNce) at scale 1, with its slopes,
/// terms and degenerate batches. It has no number of its own.
///
/// The paper's batch is one pair of every class: [`Batch::matched`](crate::Batch::matched) of the first and
/// the second rows. On labels within one set all rows of other classes are negatives, and every ordered
/// positive pair is a term.
///
/// Defaults: `NegativeDot`, `Mean`. Rows are not normalised, as in the paper, which holds them short by a
/// penalty on their squared lengths (0.02) that is not part of this loss. pytorch-metric-learning's
/// `NPairsLoss` normalises by default: with `Cosine` the logits are within `[-1, 1]` and the loss cannot fall
/// below `ln(1 + (n - 1) e^-2)`.
///
/// Source: Sohn, *Improved Deep Metric Learning with Multi-class N-pair Loss Objective*, NIPS 2016, eq. 7.
///
/// ```
/// use tercet_kernels::{Batch, NPair, Objective, Reduce, Distance, Rows};
/// let rows = Rows::new(&[1.0, 0.0, 0.0, 1.0], 2)?;
/// let objective = Objective::new(Distance::NegativeDot, NPair::default(), Reduce::Mean)?;
/// let outcome = objective.evaluate(&Batch::matched(rows, rows)?)?;
/// assert!((outcome.value - (1.0 + (-1f64).exp()).ln()).abs() < 1e-15);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NPair {}

impl RowLoss for NPair {
    const DISTANCE: Distance = Distance::NegativeDot;

    fn row<T: Real>(&self, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) -> Terms {
        let mut count = cross_entropy::pairs(row, Scales::plain(1.0), false, slopes);
        count.parameters = [0.0; 2];
        Terms::one(count)
    }
}
