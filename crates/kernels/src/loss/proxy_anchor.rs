//! The Proxy-Anchor loss.

use serde::{Deserialize, Serialize};

use super::softmax::{Logits, nearest};
use crate::margin::soft;
use crate::number::{NonNegative, Positive};
use crate::row::{Row, RowLoss};
use crate::{Count, Distance, Needs, Parts, Real, Reduce, Slopes, Terms};

/// The Proxy-Anchor loss: every class has a learned proxy, which pulls on the batch's rows of its class and
/// pushes all others, the harder the more.
///
/// The *proxies are the anchors* and the batch's rows are the candidates,
/// `Batch::between(proxies, proxy_labels, rows, labels)`. With `s = 1 - d` (the cosine), a proxy costs
///
/// ```text
/// ln(1 + sum_p e^(-scale (s_p - margin)))  +  ln(1 + sum_n e^(scale (s_n + margin)))
/// ```
///
/// and the two sums have two denominators ([`Parts::Two`]): the first is divided by the number of proxies
/// that have a positive in the batch, the second by the number of all proxies. That is `Reduce::MeanAnchors`,
/// the default; a proxy counts as one term of either sum, so `Reduce::Mean` is the same.
///
/// Slopes: `scale e_p / (1 + sum e)` on `d_p` and `-scale e_n / (1 + sum e)` on `d_n`, with `e` the terms of
/// the sums above. The largest exponent is taken out first, so nothing overflows at any scale.
///
/// Defaults: `scale` 32 (the paper's alpha), `margin` 0.1 (delta, in units of cosine),
/// [`Distance::Cosine`], and no other distance is taken. Shards split the proxies.
///
/// Degenerate: a class without a row in the batch has no first term, and its proxy is still pushed by all
/// rows; a proxy without a negative costs `ln 1 = 0` and counts; a proxy of length 0 gets no gradient, so
/// do not start there. Within one set of rows, every row is a proxy of its class.
///
/// Source: Kim, Kim, Cho, Kwak, *Proxy Anchor Loss for Deep Metric Learning*, CVPR 2020, arXiv:2003.13911,
/// equation 4. Equal to pytorch-metric-learning's `ProxyAnchorLoss`; the authors' code adds 1e-12 to squared
/// lengths before normalising, we do not.
///
/// ```
/// use tercet_kernels::{Batch, NonNegative, Objective, Positive, ProxyAnchor, Reduce, Distance, Rows};
/// let proxies = Rows::new(&[1.0, 0.0, 0.0, 1.0], 2)?;
/// let rows = Rows::new(&[3.0, 0.0], 2)?;
/// let loss = ProxyAnchor { scale: Positive::new("scale", 1.0)?, margin: NonNegative::new("margin", 0.0)? };
/// let objective = Objective::new(Distance::Cosine, loss, Reduce::MeanAnchors)?;
/// let outcome = objective.evaluate(&Batch::between(proxies, &[7, 8], rows, &[7])?)?;
/// // Proxy 7 has cosine 1: ln(1 + 1/e), of one proxy. Proxy 8 has cosine 0: ln(1 + 1), of two proxies.
/// let wanted = (-1.0f64).exp().ln_1p() + std::f64::consts::LN_2 / 2.0;
/// assert!((outcome.value - wanted).abs() < 1e-12);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProxyAnchor {
    /// What cosines are multiplied with, the paper's alpha.
    pub scale: Positive,
    /// How far beyond its threshold a cosine should be, the paper's delta.
    pub margin: NonNegative,
}

impl Default for ProxyAnchor {
    /// Scale 32, margin 0.1.
    fn default() -> Self {
        Self {
            scale: Positive::of(32.0),
            margin: NonNegative::of(0.1),
        }
    }
}

impl ProxyAnchor {
    /// `ln(1 + sum_p e^(scale (d_p - 1 + margin)))`.
    fn pull<T: Real>(&self, row: &Row<'_, T>, slopes: &mut [T]) -> Count {
        if row.positive_count() == 0 {
            return Count::default();
        }
        let scale = self.scale.get();
        let distance = |positive: usize| row.distances[positive].to_f64();
        let far = row.positives().map(distance).fold(0.0, f64::max);
        let term = |positive| (scale * (distance(positive) - far)).exp();
        let sum: f64 = row.positives().map(term).sum();
        let log = scale * (far - 1.0 + self.margin.get()) + sum.ln();
        let (cost, weight) = soft(log);
        for positive in row.positives() {
            slopes[positive] = T::from_f64(scale * weight * term(positive) / sum);
        }
        one(cost, row.pairs())
    }

    /// `ln(1 + sum_n e^(scale (1 - d_n + margin)))`.
    fn push<T: Real>(&self, row: &Row<'_, T>, slopes: &mut [T]) -> Count {
        let scale = self.scale.get();
        let negatives = Logits::around(nearest(row), scale).write(row, slopes);
        let (cost, weight) = soft(negatives.log + scale * (1.0 + self.margin.get()));
        negatives.share(weight, slopes);
        one(cost, row.pairs())
    }
}

/// The count of one proxy.
fn one(cost: f64, pairs: u64) -> Count {
    Count {
        sum: cost,
        terms: 1,
        active: u64::from(cost > 0.0),
        anchors: 1,
        pairs,
        parameters: [0.0; 2],
    }
}

impl RowLoss for ProxyAnchor {
    const DISTANCE: Distance = Distance::Cosine;
    const REDUCE: Reduce = Reduce::MeanAnchors;

    fn row<T: Real>(&self, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) -> Terms {
        let slopes = slopes.all();
        let negative = self.push(row, slopes);
        Terms {
            positive: self.pull(row, slopes),
            negative,
        }
    }

    fn parts(&self) -> Parts {
        Parts::Two
    }

    fn needs(&self) -> Needs {
        Needs::none().only(&[Distance::Cosine])
    }
}
