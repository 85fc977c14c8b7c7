//! NT-Xent, the loss of SimCLR.

use serde::{Deserialize, Serialize};

use super::cross_entropy::{self, Scales};
use crate::number::Positive;
use crate::row::{Row, RowLoss};
use crate::scalar::{Scalar, exactly};
use crate::{Count, Distance, Error, Real, Slopes, Terms};

/// NT-Xent, the normalised temperature-scaled cross-entropy of SimCLR: [`InfoNce`](crate::InfoNce) of all
/// views of a batch among one another, with the temperature `t` as its number.
///
/// `ln(1 + sum_n e^((d_p - d_n) / t))` per ordered positive pair, `t` in units of distance. With two views
/// per item the denominator is SimCLR's, all views but the anchor itself. With more views or labels it is
/// that positive and all negatives of the anchor, as in pytorch-metric-learning's `NTXentLoss`; other
/// positives stay outside ([`SupCon`](crate::SupCon) has them inside). Slopes, terms and degenerate
/// batches are those of [`InfoNce`](crate::InfoNce) at scale `1 / t`;
/// [`Count::parameters`](crate::Count::parameters) has `d(sum) / d(t)`.
///
/// Defaults: temperature 0.07, `Cosine`, `Mean` over positive pairs, all as pytorch-metric-learning, which
/// adds a smallest number inside the logarithm where we add none. SimCLR found 0.1 to 0.5 best, by batch
/// size and length of training; lightly takes 0.5.
///
/// Source: Chen, Kornblith, Norouzi, Hinton, *A Simple Framework for Contrastive Learning of Visual
/// Representations*, ICML 2020, arXiv:2002.05709, eq. 1.
///
/// ```
/// use tercet_kernels::{Batch, Distance, NtXent, Objective, Reduce, Rows};
/// // Two views of item 0 along x, two of item 1 along y: cosines 1 and 0.
/// let rows = Rows::new(&[1.0, 0.0, 2.0, 0.0, 0.0, 1.0, 0.0, 3.0], 2)?;
/// let objective = Objective::new(Distance::Cosine, NtXent::new(1.0)?, Reduce::Mean)?;
/// let outcome = objective.evaluate(&Batch::within(rows, &[0, 0, 1, 1])?)?;
/// assert!((outcome.value - (1.0 + 2.0 * (-1f64).exp()).ln()).abs() < 1e-15);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NtXent {
    /// What similarities are divided by.
    pub temperature: Positive,
}

impl Default for NtXent {
    fn default() -> Self {
        Self {
            temperature: Positive::of(0.07),
        }
    }
}

impl NtXent {
    /// With a temperature.
    ///
    /// # Errors
    /// [`Error::Number`] unless it is above 0 and at most 1e30.
    pub fn new(temperature: f64) -> Result<Self, Error> {
        let temperature = Positive::new("temperature", temperature)?;
        Ok(Self { temperature })
    }
}

impl RowLoss for NtXent {
    const DISTANCE: Distance = Distance::Cosine;

    fn row<T: Real>(&self, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) -> Terms {
        let scale = 1.0 / self.temperature.get();
        let count = cross_entropy::pairs(row, Scales::plain(scale), false, slopes);
        Terms::one(Count {
            parameters: [-scale * scale * count.parameters[0], 0.0],
            ..count
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
