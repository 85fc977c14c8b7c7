//! The Proxy-NCA losses.

use serde::{Deserialize, Serialize};

use super::cross_entropy;
use crate::number::Positive;
use crate::row::{Row, RowLoss};
use crate::{Distance, Needs, Real, Reduce, Slopes, Terms};

/// The largest factor of a distance: finite in `f32` too.
const MOST: f64 = 1e30;

/// Proxy-NCA++: a row should be nearer to its class's proxy than to all others, by a softmax over squared
/// distances of unit rows.
///
/// The rows are the anchors and the proxies the candidates,
/// `Batch::between(rows, labels, proxies, proxy_labels)`. With `D^2 = |a - c|^2` of unit rows, every proxy of
/// the anchor's class (as a rule one) is a term:
///
/// ```text
/// ln(1 + sum_n e^(scale^2 (D_p^2 - D_n^2)))      (++, the default: the positive is in the denominator)
/// ln sum_n e^(scale^2 (D_p^2 - D_n^2))           (classic: it is not, and the cost may be negative)
/// ```
///
/// Slopes: `scale^2 w` on `D_p^2` and `-scale^2 w softmax_n` on `D_n^2`, with `w` the share of all proxies but
/// the positive, 1 if classic.
///
/// Distances: [`Distance::Cosine`] (the default) normalises inside and `D^2 = 2 d`;
/// [`Distance::SquaredEuclidean`] is `D^2` of rows and proxies as they are, so normalise both before. No
/// other distance is taken. Defaults: `scale` 3 (temperature 1/9), `Reduce::Mean`: the mean over rows.
///
/// Degenerate: a row whose class has no proxy costs nothing and is not counted; without negative proxies the
/// cost is `ln 1 = 0`, and the classic form has no term. Several proxies of a class are a term each,
/// against the negatives and not against one another.
///
/// Source: Teh, DeVries, Taylor, *ProxyNCA++*, ECCV 2020, arXiv:2004.01113, whose code multiplies unit rows
/// and proxies by 3; pytorch-metric-learning's `ProxyNCALoss(softmax_scale)` is this with `scale` the root of
/// its own. Classic: Movshovitz-Attias et al., *No Fuss Distance Metric Learning using Proxies*, ICCV 2017,
/// arXiv:1703.07464, equation 5, with scale 1.
///
/// ```
/// use tercet_kernels::{Batch, Distance, Objective, Positive, ProxyNca, Reduce, Rows};
/// let proxies = Rows::new(&[1.0, 0.0, 0.0, 1.0], 2)?;
/// let rows = Rows::new(&[5.0, 0.0], 2)?;
/// let loss = ProxyNca { scale: Positive::new("scale", 1.0)?, classic: false };
/// let objective = Objective::new(Distance::Cosine, loss, Reduce::Mean)?;
/// let outcome = objective.evaluate(&Batch::between(rows, &[7], proxies, &[7, 8])?)?;
/// // Squared distances 0 and 2: ln(1 + e^-2).
/// assert!((outcome.value - (-2.0f64).exp().ln_1p()).abs() < 1e-12);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProxyNca {
    /// What unit rows and proxies are multiplied with.
    pub scale: Positive,
    /// Whether the positive is left out of the denominator, as in the first paper.
    pub classic: bool,
}

impl Default for ProxyNca {
    /// The ++ form, scale 3.
    fn default() -> Self {
        Self {
            scale: Positive::of(3.0),
            classic: false,
        }
    }
}

impl ProxyNca {
    /// What distances are multiplied with.
    fn factor(&self, distance: Distance) -> f64 {
        let square = (self.scale.get() * self.scale.get()).min(MOST);
        match distance {
            Distance::Cosine => 2.0 * square,
            _ => square,
        }
    }
}

impl RowLoss for ProxyNca {
    const DISTANCE: Distance = Distance::Cosine;
    const REDUCE: Reduce = Reduce::Mean;

    fn row<T: Real>(&self, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) -> Terms {
        let none = self.classic && row.negative_count() == 0;
        if none || row.positive_count() == 0 {
            return Terms::default();
        }
        let factor = self.factor(row.distance);
        let logit = |distance: f64| (-factor * distance, -factor);
        Terms::one(cross_entropy::with_logit(
            row,
            (factor, self.classic),
            slopes,
            logit,
        ))
    }

    fn needs(&self) -> Needs {
        Needs::none().only(&[Distance::Cosine, Distance::SquaredEuclidean])
    }
}
