//! The ArcFace loss.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

use super::cross_entropy;
use crate::number::{NonNegative, Positive};
use crate::row::{Row, RowLoss};
use crate::{Distance, Needs, Real, Reduce, Slopes, Terms};

/// Cosines beyond it, of either sign, have no slope through their angle, which has none at 0 and pi.
const LIMIT: f64 = 1.0 - 1e-7;

/// ArcFace: a softmax over the cosines with one learned weight per class, where the right class has to win by
/// a margin of angle.
///
/// The rows are the anchors and the class weights the candidates,
/// `Batch::between(rows, labels, weights, classes)`. With `s = 1 - d = cos(theta)`, a row costs
///
/// ```text
/// ln(1 + sum_n e^(scale (s_n - t)))     t = cos(theta_p + margin)            if theta_p <= pi - margin
///                                       t = cos(theta_p) - margin sin(margin)  beyond
/// ```
///
/// The second form keeps `t` falling where the cosine would rise again; `t` jumps there by
/// `1 - cos(margin) - margin sin(margin)`, and the jump has no gradient.
///
/// Slopes: `scale w dt/ds` on `d_p`, `-scale w softmax_n` on `d_n`, with `w` the share of all weights but the
/// right one and `dt/ds = sin(theta_p + margin) / sin(theta_p)`, or 1 beyond. Within 4.5e-4 of angle 0 (a
/// cosine above `1 - 1e-7`) the cosine is held at `1 - 1e-7` and the slope on `d_p` is 0.
///
/// Defaults: `scale` 64, `margin` 0.5 (radians), [`Distance::Cosine`] and no other, `Reduce::Mean`: the mean
/// over rows.
///
/// Degenerate: a row whose class has no weight costs nothing and is not counted; without other classes the
/// cost is `ln 1 = 0`. Several weights of a class are a term each, against the negatives and not against
/// one another.
///
/// Source: Deng, Guo, Xue, Zafeiriou, *ArcFace: Additive Angular Margin Loss for Deep Face Recognition*, CVPR
/// 2019, arXiv:1801.07698, equation 3. Equal to pytorch-metric-learning's `ArcFaceLoss`, whose margin is in
/// degrees (28.6). InsightFace's `arcface_torch` gives the same value, but adds the margin outside the
/// graph, so its gradient lacks the factor `dt/ds`.
///
/// ```
/// use tercet_kernels::{ArcFace, Batch, Distance, NonNegative, Objective, Positive, Reduce, Rows};
/// let weights = Rows::new(&[1.0, 0.0, 0.0, 1.0], 2)?;
/// let rows = Rows::new(&[1.0, 1.0], 2)?;
/// let quarter = std::f64::consts::FRAC_PI_4;
/// let loss = ArcFace { scale: Positive::new("scale", 1.0)?, margin: NonNegative::new("margin", quarter)? };
/// let objective = Objective::new(Distance::Cosine, loss, Reduce::Mean)?;
/// let outcome = objective.evaluate(&Batch::between(rows, &[7], weights, &[7, 8])?)?;
/// // Both angles are pi/4; with the margin the right one is pi/2, of cosine 0: ln(1 + e^(cos pi/4)).
/// assert!((outcome.value - quarter.cos().exp().ln_1p()).abs() < 1e-12);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ArcFace {
    /// What cosines are multiplied with.
    pub scale: Positive,
    /// By how much the angle to the right weight has to be smaller, in radians.
    pub margin: NonNegative,
}

impl Default for ArcFace {
    /// Scale 64, margin 0.5.
    fn default() -> Self {
        Self {
            scale: Positive::of(64.0),
            margin: NonNegative::of(0.5),
        }
    }
}

impl ArcFace {
    /// The cosine that stands for the right one, and its slope on it.
    fn target(&self, cosine: f64) -> (f64, f64) {
        let margin = self.margin.get();
        let held = cosine.clamp(-LIMIT, LIMIT);
        let angle = held.acos();
        if angle > PI - margin {
            return (cosine - margin * margin.sin(), 1.0);
        }
        let slope = (angle + margin).sin() / angle.sin();
        let inside = held == cosine;
        ((angle + margin).cos(), if inside { slope } else { 0.0 })
    }
}

impl RowLoss for ArcFace {
    const DISTANCE: Distance = Distance::Cosine;
    const REDUCE: Reduce = Reduce::Mean;

    fn row<T: Real>(&self, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) -> Terms {
        if row.positive_count() == 0 {
            return Terms::default();
        }
        let scale = self.scale.get();
        // All logits without their common `scale * 1`.
        let logit = |distance: f64| {
            let (target, slope) = self.target(1.0 - distance);
            (scale * (target - 1.0), -scale * slope)
        };
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
}
