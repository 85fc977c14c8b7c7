//! The losses of VSE0 and VSE++.

use serde::{Deserialize, Serialize};

use super::Triplet;
use crate::number::NonNegative;
use crate::row::{Row, RowLoss};
use crate::{Distance, Error, Margin, Real, Reduce, Select, Slopes, Terms};

/// The hinges of visual-semantic embeddings: a picture's caption is nearer than any other caption by a
/// margin, and the other way round.
///
/// `max`: `[d_p - d_n + m]+` with the nearest negative (VSE++); `sum`: with every negative (VSE0). `m` is
/// in units of cosine. Slopes: 1 on `d_p` and -1 on `d_n` where the cost is above 0. It is [`Triplet`] with
/// [`Select::Hardest`] or [`Select::All`], and has its terms and its degenerate batches.
///
/// One direction is [`Batch::matched`](crate::Batch::matched) of both towers, the other its
/// [`exchanged`](crate::Batch::exchanged); the paper's value is the sum of both. With several captions per
/// picture give class ids or pairs of both sides instead: there a picture's other captions are positives
/// (`max` takes the farthest), where the paper's code takes them for negatives.
///
/// Defaults: `max`, margin 0.2, `Cosine`, `Sum`, as in the paper's code, with which values and gradients
/// agree. A sum grows with the batch: learning rates are tuned for batches of 128.
///
/// Source: Faghri, Fleet, Kiros, Fidler, *VSE++*, BMVC 2018, arXiv:1707.05612, eq. 5 and 6.
///
/// ```
/// use tercet_kernels::{Batch, Distance, Objective, Reduce, Rows, Vse};
/// let (pictures, captions) = (Rows::new(&[1.0, 2.0], 1)?, Rows::new(&[1.0, 3.0, -1.0], 1)?);
/// let batch = Batch::matched(pictures, captions)?;
/// let objective = Objective::new(Distance::Cosine, Vse::default(), Reduce::Sum)?;
/// // Each picture's nearest other caption is as near as its own and costs the margin.
/// assert!((objective.evaluate(&batch)?.value - 0.4).abs() < 1e-15);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Vse {
    /// By how much the positive is to be nearer.
    pub margin: NonNegative,
    /// Which negatives cost.
    pub hinges: Hinges,
}

/// Which of an anchor's hinges count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hinges {
    /// The largest (VSE++).
    #[default]
    Max,
    /// All (VSE0).
    Sum,
}

impl Default for Vse {
    fn default() -> Self {
        Self {
            margin: NonNegative::of(0.2),
            hinges: Hinges::Max,
        }
    }
}

impl Vse {
    /// With a margin.
    ///
    /// # Errors
    /// [`Error::Number`] unless the margin is in `[0, 1e30]`.
    pub fn new(margin: f64, hinges: Hinges) -> Result<Self, Error> {
        let margin = NonNegative::new("margin", margin)?;
        Ok(Self { margin, hinges })
    }

    fn triplet(&self) -> Triplet {
        let select = match self.hinges {
            Hinges::Max => Select::Hardest,
            Hinges::Sum => Select::All,
        };
        Triplet::new(Margin::Hard(self.margin), select)
    }
}

impl RowLoss for Vse {
    const DISTANCE: Distance = Distance::Cosine;
    const REDUCE: Reduce = Reduce::Sum;

    fn row<T: Real>(&self, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) -> Terms {
        self.triplet().row(row, slopes)
    }

    fn row_plain<T: Real>(&self, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) -> Terms {
        self.triplet().row_plain(row, slopes)
    }

    fn margin(&self) -> Option<Margin> {
        Some(Margin::Hard(self.margin))
    }
}
