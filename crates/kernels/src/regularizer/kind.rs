//! The list of regularisers.

use std::borrow::Cow;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{centres, lengths, spread_out};
use crate::labels::same_length;
use crate::name::named;
use crate::{Batch, Count, Error, Gradients, Partial, Real, Rows, Terms};

/// A price on embeddings as such, to be added to a loss with a weight. `n` rows `x_i`, `u_i` their unit rows.
///
/// | name | value | source |
/// |---|---|---|
/// | `norm` | `1/n sum_i \|x_i\|` | pytorch-metric-learning's `LpRegularizer(power=1)`, its default |
/// | `squared-norm` | `1/n sum_i \|x_i\|^2` | Sohn, *N-pair Loss*, NIPS 2016, section 3.2.2; `LpRegularizer(power=2)` |
/// | `zero-mean` | `\|1/n sum_i x_i\|^2` | ours, see below |
/// | `spread` | `M1^2 + [M2 - 1/d]+`, mean and mean square of `u_i.u_j` over pairs of unequal class | Zhang et al., *Learning Spread-out Local Feature Descriptors*, ICCV 2017, arXiv:1708.06320, equation 6 |
/// | `centres` | `1/2` the mean of `sqrt(2 + 1e-5 - 2 u_s.u_t)` over ordered pairs of equal class | Qian et al., *SoftTriple Loss*, ICCV 2019, arXiv:1909.05235, equation 9, and its code |
///
/// `zero-mean` pulls the middle of the batch to the origin, so that rows use all directions. The
/// `ZeroMeanRegularizer` of pytorch-metric-learning is another thing, the mean of `|sum_k x_ik|` over rows:
/// the numbers of each row should sum to 0, which takes away one direction, so we do not have it.
///
/// `spread` asks unit rows of unequal class for the moments of uniform directions, mean 0 and mean square
/// `1/d`. Its time is `O(n d^2)`, its memory `O(n d + d^2)` in f64: no pair is ever stored.
///
/// `centres` is for the centres of [`SoftTriple`](crate::SoftTriple), whose paper gives it the weight 0.2 (tau):
/// centres of a class that are not needed should merge. Classes need not have equally many. The `1e-5`, the
/// authors' own, keeps the slope finite where they have.
///
/// Gradients are exact. A row of zeros has `u = 0`, and gradient 0 but under `zero-mean`. No rows, or no pair
/// of the wanted kind: value 0 and gradient 0. Labels do not matter to the first three.
///
/// ```
/// use tercet_kernels::{Regularizer, Rows};
/// let rows = Rows::new(&[3.0, 4.0, -3.0, 0.0], 2)?;
/// let (value, gradient) = Regularizer::Norm.evaluate(rows, &[0, 1])?;
/// // Lengths 5 and 3: each row is pulled by half its direction.
/// assert_eq!((value, &gradient[2..]), (4.0, &[-0.5, 0.0][..]));
/// // The mean is (0, 2).
/// assert_eq!(Regularizer::ZeroMean.evaluate(rows, &[0, 1])?.0, 4.0);
/// // One pair, of cosine -0.6, in both orders: 0.36 + (0.36 - 1/2, held at 0).
/// assert!((Regularizer::Spread.evaluate(rows, &[0, 1])?.0 - 0.36).abs() < 1e-12);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum Regularizer {
    /// Mean length.
    Norm,
    /// Mean squared length.
    SquaredNorm,
    /// Squared length of the mean.
    ZeroMean,
    /// Directions of unequal classes like those of chance.
    Spread,
    /// Centres of a class near one another.
    Centres,
}

named!(Regularizer, "regularizer", {
    Self::Norm => "norm",
    Self::SquaredNorm => "squared-norm",
    Self::ZeroMean => "zero-mean",
    Self::Spread => "spread",
    Self::Centres => "centres",
});

impl Regularizer {
    /// The value and its gradient, `(n, d)`; the same bits on any number of threads.
    ///
    /// # Errors
    /// [`Error::Length`] if there is not one label per row, [`Error::NotFinite`] and [`Error::TooLong`] for
    /// rows that have no squared length.
    pub fn evaluate<T: Real>(
        self,
        rows: Rows<'_, T>,
        labels: &[i64],
    ) -> Result<(f64, Vec<T>), Error> {
        same_length("labels", rows.len(), labels.len())?;
        rows.check("rows")?;
        Ok(self.of_checked(rows, labels))
    }

    /// Whether it asks for classes.
    pub(crate) fn needs_classes(self) -> bool {
        matches!(self, Self::Spread | Self::Centres)
    }

    fn of_checked<T: Real>(self, rows: Rows<'_, T>, labels: &[i64]) -> (f64, Vec<T>) {
        let (value, gradient) = match self {
            Self::Norm => lengths::norm(rows),
            Self::SquaredNorm => lengths::squared_norm(rows),
            Self::ZeroMean => lengths::zero_mean(rows),
            Self::Spread => spread_out::spread_out(rows, labels),
            Self::Centres => centres::centres(rows, labels),
        };
        (value, gradient.into_iter().map(T::from_f64).collect())
    }

    /// What the anchors of a batch cost, its own ones' share of it: every machine looks at all anchors.
    pub(crate) fn partial<T: Real>(self, batch: &Batch<'_, T>) -> Result<Partial<T>, Error> {
        let rows = batch.all();
        let classes = match self.needs_classes() {
            false => Cow::default(),
            true => batch.anchor_classes()?,
        };
        let (value, gradient) = self.of_checked(rows, &classes);
        let own = batch.range();
        let count = Count {
            sum: value * own.len() as f64 / rows.len().max(1) as f64,
            terms: own.len() as u64,
            active: if value > 0.0 { own.len() as u64 } else { 0 },
            anchors: own.len() as u64,
            ..Count::default()
        };
        let gradients = Gradients {
            anchors: gradient[own.start * rows.dim()..own.end * rows.dim()].to_vec(),
            candidates: vec![T::ZERO; batch.candidates().data().len()],
        };
        Ok(Partial::new(Terms::one(count), vec![gradients], batch))
    }

    /// One machine's part: the rows `own` of all. Its value is that of all rows times the share of its own,
    /// so that the values of all machines sum to the whole; its gradient is that of the whole for its own rows.
    ///
    /// # Errors
    /// As [`evaluate`](Self::evaluate), and [`Error::Range`] if `own` is not a range of the rows.
    pub fn evaluate_part<T: Real>(
        self,
        rows: Rows<'_, T>,
        labels: &[i64],
        own: Range<usize>,
    ) -> Result<(f64, Vec<T>), Error> {
        let len = rows.len();
        if own.start > own.end || own.end > len {
            let (start, end) = (own.start, own.end);
            return Err(Error::Range { len, start, end });
        }
        let (value, gradient) = self.evaluate(rows, labels)?;
        let share = own.len() as f64 / len.max(1) as f64;
        let own = own.start * rows.dim()..own.end * rows.dim();
        Ok((value * share, gradient[own].to_vec()))
    }
}
