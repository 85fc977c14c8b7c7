//! The supervised contrastive loss.

use serde::{Deserialize, Serialize};

use super::softmax::{Logits, less, multiply, nearest};
use crate::number::Positive;
use crate::row::{Row, RowLoss};
use crate::scalar::{Scalar, exactly};
use crate::{Count, Distance, Error, Real, Slopes, Terms};

/// The supervised contrastive loss: an anchor's mean cross-entropy with each of its positives, among all
/// others.
///
/// `ln sum_k e^(-d_k / t) + mean_p d_p / t` per anchor, with `k` over positives and negatives, `t` the
/// temperature in units of distance. Slopes: `-P_k / t` on every `d_k`, `P` the soft-max, and besides
/// `1 / (t |p|)` on every `d_p`. [`Count::parameters`](crate::Count::parameters) has `d(sum) / d(t)`.
///
/// A term is an anchor with a positive; one without is left out. Without any negative the positives are
/// still pushed towards equal similarity, and one positive alone costs 0. Masked duplicates are outside the
/// denominator. Equal embeddings cost `ln(others)`, with gradient 0.
///
/// Defaults: temperature 0.1, `Cosine`, `Mean` over anchors with a positive. It is the paper's `L_out`
/// (the mean outside the logarithm) and pytorch-metric-learning's `SupConLoss`, whose mean over anchors of
/// cost above 0 is `MeanActive`, the same but for anchors with one other row in all. The authors' code
/// multiplies by `t / 0.07` besides; we do not.
///
/// Source: Khosla et al., *Supervised Contrastive Learning*, NeurIPS 2020, arXiv:2004.11362, eq. 2.
///
/// ```
/// use tercet_kernels::{Batch, Distance, Objective, Reduce, Rows, SupCon};
/// // Three equal rows: each looks for its one positive among two others.
/// let rows = Rows::new(&[1.0, 1.0, 1.0], 1)?;
/// let objective = Objective::new(Distance::Cosine, SupCon::default(), Reduce::Mean)?;
/// let outcome = objective.evaluate(&Batch::within(rows, &[0, 0, 1])?)?;
/// assert!((outcome.value - 2f64.ln()).abs() < 1e-15);
/// assert_eq!(outcome.terms.terms(), 2);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SupCon {
    /// What similarities are divided by.
    pub temperature: Positive,
}

impl Default for SupCon {
    fn default() -> Self {
        Self {
            temperature: Positive::of(0.1),
        }
    }
}

impl SupCon {
    /// With a temperature.
    ///
    /// # Errors
    /// [`Error::Number`] unless it is above 0 and at most 1e30.
    pub fn new(temperature: f64) -> Result<Self, Error> {
        let temperature = Positive::new("temperature", temperature)?;
        Ok(Self { temperature })
    }
}

impl RowLoss for SupCon {
    const DISTANCE: Distance = Distance::Cosine;

    fn row<T: Real>(&self, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) -> Terms {
        if row.positive_count() == 0 {
            return Terms::default();
        }
        let (scale, out) = (1.0 / self.temperature.get(), slopes.all());
        let distances = row.positives().map(|positive| row.distances[positive]);
        let least = distances.fold(nearest(row), less);
        let negatives = Logits::around(least, scale).write(row, out);
        let (mut sum, mut mean) = (negatives.sum, 0.0);
        let mut weighted = negatives.sum * negatives.mean;
        let each = 1.0 / row.positive_count() as f64;
        for positive in row.positives() {
            let distance = row.distances[positive].to_f64();
            let share = (scale * (least.to_f64() - distance)).exp();
            out[positive] = T::from_f64(share);
            sum += share;
            weighted += share * distance;
            mean += each * distance;
        }
        multiply(out, -scale / sum);
        for positive in row.positives() {
            out[positive] += T::from_f64(scale * each);
        }
        // Sums round, so that the cost may come out below 0.
        let cost = (sum.ln() + scale * (mean - least.to_f64())).max(0.0);
        Terms::one(Count {
            sum: cost,
            terms: 1,
            active: u64::from(cost > 0.0),
            anchors: 1,
            pairs: row.pairs(),
            parameters: [-scale * scale * (mean - weighted / sum), 0.0],
        })
    }

    fn scalars(&self) -> Vec<Scalar> {
        vec![Scalar::log_scale(1.0 / self.temperature.get())]
    }

    fn with_scalars(&self, scalars: &[f64]) -> Result<Self, Error> {
        let [log_scale] = exactly(scalars)?;
        Self::new(1.0 / log_scale.exp())
    }

    fn scalar_gradient(&self, counted: [f64; 2]) -> [f64; 2] {
        [-counted[0] * self.temperature.get(), 0.0]
    }
}
