//! The CosFace loss.

use serde::{Deserialize, Serialize};

use super::cross_entropy;
use crate::number::{NonNegative, Positive};
use crate::row::{Row, RowLoss};
use crate::{Distance, Margin, Needs, Real, Reduce, Slopes, Terms};

/// CosFace: a softmax over the cosines with one learned weight per class, where the right class has to win by
/// a margin of cosine.
///
/// The rows are the anchors and the class weights the candidates,
/// `Batch::between(rows, labels, weights, classes)`. With `s = 1 - d` (the cosine), a row costs
///
/// ```text
/// ln(1 + sum_n e^(scale (s_n - (s_p - margin))))
/// ```
///
/// Slopes: `scale w` on `d_p` and `-scale w softmax_n` on `d_n`, with `w` the share of all weights but the
/// right one.
///
/// Defaults: `scale` 64, `margin` 0.35 (in units of cosine; InsightFace's code has 0.4),
/// [`Distance::Cosine`] and no other, `Reduce::Mean`: the mean over rows.
///
/// Degenerate: a row whose class has no weight costs nothing and is not counted; without other classes the
/// cost is `ln 1 = 0`. Several weights of a class are a term each, against the negatives and not against
/// one another.
///
/// Source: Wang et al., *CosFace: Large Margin Cosine Loss for Deep Face Recognition*, CVPR 2018,
/// arXiv:1801.09414, equation 4. Equal to pytorch-metric-learning's `CosFaceLoss`.
///
/// ```
/// use tercet_kernels::{Batch, CosFace, Distance, NonNegative, Objective, Positive, Reduce, Rows};
/// let weights = Rows::new(&[1.0, 0.0, 0.0, 1.0], 2)?;
/// let rows = Rows::new(&[5.0, 0.0], 2)?;
/// let loss = CosFace { scale: Positive::new("scale", 1.0)?, margin: NonNegative::new("margin", 1.0)? };
/// let objective = Objective::new(Distance::Cosine, loss, Reduce::Mean)?;
/// let outcome = objective.evaluate(&Batch::between(rows, &[7], weights, &[7, 8])?)?;
/// // Cosines 1 and 0; less the margin both are 0: ln 2.
/// assert!((outcome.value - std::f64::consts::LN_2).abs() < 1e-12);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CosFace {
    /// What cosines are multiplied with.
    pub scale: Positive,
    /// By how much the right cosine has to be larger.
    pub margin: NonNegative,
}

impl Default for CosFace {
    /// Scale 64, margin 0.35.
    fn default() -> Self {
        Self {
            scale: Positive::of(64.0),
            margin: NonNegative::of(0.35),
        }
    }
}

impl RowLoss for CosFace {
    const DISTANCE: Distance = Distance::Cosine;
    const REDUCE: Reduce = Reduce::Mean;

    fn row<T: Real>(&self, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) -> Terms {
        if row.positive_count() == 0 {
            return Terms::default();
        }
        // All logits without their common `scale * 1`.
        let (scale, margin) = (self.scale.get(), self.margin.get());
        let logit = |distance: f64| (-scale * (distance + margin), -scale);
        Terms::one(cross_entropy::with_logit(
            row,
            (scale, false),
            slopes,
            logit,
        ))
    }

    fn needs(&self) -> Needs {
        Needs::none().only(&[Distance::Cosine])
    }

    fn margin(&self) -> Option<Margin> {
        Some(Margin::Hard(self.margin))
    }
}
