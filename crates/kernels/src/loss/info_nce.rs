//! InfoNCE, or multiple negatives ranking.

use serde::{Deserialize, Serialize};

use super::cross_entropy::{self, Scales};
use crate::number::{NonNegative, Positive};
use crate::row::{Row, RowLoss};
use crate::scalar::{Scalar, exactly};
use crate::{Distance, Error, Needs, Real, Slopes, Terms};

/// InfoNCE, known as multiple negatives ranking loss where rows are pairs: every positive pair's
/// cross-entropy among the positive and all negatives of the anchor.
///
/// `ln(1 + sum_n e^(k (d_p - d_n)))`, which is `-ln(e^(k s_p) / (e^(k s_p) + sum_n e^(k s_n)))` for a
/// similarity `s = -d` up to a constant; `k` is the scale, one over the temperature: 20 is a temperature of
/// 0.05. With `P = 1 / (1 + e^-z)`, `z` the gap to the negatives, the slopes are `k P` on `d_p` and
/// `-k P e^(-k d_n) / sum e^(-k d_n)` on every `d_n`.
///
/// A term is a pair (anchor, positive); other positives and masked duplicates are outside its
/// denominator. Hard negatives are further candidates of [`Batch::matched`](crate::Batch::matched). An anchor
/// without positive costs nothing and counts nothing; a pair without any negative is a term of cost 0.
/// Equal embeddings cost `ln(1 + negatives)`. The scale can be learnt, by its logarithm:
/// [`Count::parameters`](crate::Count::parameters) always has `d(sum) / d(k)`.
///
/// `symmetric`: a pair costs half of that and half of the same seen from its candidate, among the anchors
/// that are the candidate's negatives: the mean of both directions, whose terms are the same pairs. Candidates
/// that are nobody's positive, as hard negatives are, look for no anchor. Within one set of rows both directions
/// are the same and symmetry changes nothing.
///
/// `hardness`, `h`: every negative counts `e^(h s)` times in the sum, a weight that is held constant in the gradient, so
/// that the gradient is not the derivative of the value. `s` is `1 - d` of the cosine and `-d` of every other distance.
/// A negative's share grows as if the scale were `k + h`, and its slope is still `-k` times the share. With
/// `symmetric`, both directions weigh their negatives, as everything holds for both. At 0 nothing is weighed.
///
/// Defaults: scale 20, not symmetric, hardness 0, `Cosine`, `Mean`. Value and gradient agree with
/// sentence-transformers' `MultipleNegativesRankingLoss` and its symmetric form, hard negatives included.
/// `NegativeDot` with scale 1 is Henderson's. `hardness` is that library's `hardness_strength` with
/// `hardness_mode = "all_negatives"` (or `"in_batch_negatives"` where there are no others, for which Lan et al. take 9);
/// it weighs one direction alone, and has modes that leave some negatives as they are, which we have not.
///
/// Source: van den Oord, Li, Vinyals, *Representation Learning with Contrastive Predictive Coding*,
/// arXiv:1807.03748, eq. 4; Henderson et al., *Efficient Natural Language Response Suggestion for Smart
/// Reply*, arXiv:1705.00652, section 4.4; symmetric: Radford et al., *CLIP*, arXiv:2103.00020, figure 3;
/// hardness: Lan et al., *LLaVE*, arXiv:2503.04812, eq. 5, and, with weights that sum to the number of negatives,
/// Robinson, Chuang, Sra, Jegelka, *Contrastive Learning with Hard Negative Samples*, ICLR 2021, arXiv:2010.04592.
///
/// ```
/// use tercet_kernels::{Batch, Distance, InfoNce, Objective, Reduce, Rows};
/// let (one, two) = (Rows::new(&[1.0, 2.0], 1)?, Rows::new(&[1.0, 1.0], 1)?);
/// let objective = Objective::new(Distance::NegativeDot, InfoNce::new(1.0)?, Reduce::Mean)?;
/// let outcome = objective.evaluate(&Batch::matched(one, two)?)?;
/// // Both candidates are alike to both anchors: one half each.
/// assert!((outcome.value - 2f64.ln()).abs() < 1e-15);
/// assert_eq!(outcome.candidates, [0.25, -0.25]);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InfoNce {
    /// What similarities are multiplied with, one over the temperature.
    pub scale: Positive,
    /// Whether candidates look for their anchors, too.
    pub symmetric: bool,
    /// By how much nearer negatives weigh more than farther ones, `h`; 0 is not at all.
    #[serde(skip_serializing_if = "is_zero")]
    pub hardness: NonNegative,
}

impl Default for InfoNce {
    fn default() -> Self {
        Self {
            scale: Positive::of(20.0),
            symmetric: false,
            hardness: NonNegative::of(0.0),
        }
    }
}

impl InfoNce {
    /// From anchors to candidates alone.
    ///
    /// # Errors
    /// [`Error::Number`] unless the scale is above 0 and at most 1e30.
    pub fn new(scale: f64) -> Result<Self, Error> {
        let scale = Positive::new("scale", scale)?;
        Ok(Self {
            scale,
            ..Self::default()
        })
    }

    /// With both directions.
    #[must_use]
    pub fn symmetric(self) -> Self {
        Self {
            symmetric: true,
            ..self
        }
    }

    /// With a weight on near negatives.
    ///
    /// # Errors
    /// [`Error::Number`] unless it is in `[0, 1e30]`.
    pub fn hard(self, hardness: f64) -> Result<Self, Error> {
        let hardness = NonNegative::new("hardness", hardness)?;
        Ok(Self { hardness, ..self })
    }

    fn scales(&self) -> Scales {
        Scales {
            scale: self.scale.get(),
            hardness: self.hardness.get(),
        }
    }
}

/// Whether it says nothing, and need not be written down.
fn is_zero(hardness: &NonNegative) -> bool {
    hardness.get() == 0.0
}

impl RowLoss for InfoNce {
    const DISTANCE: Distance = Distance::Cosine;

    fn row<T: Real>(&self, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) -> Terms {
        let both = self.symmetric && row.own().is_none();
        Terms::one(cross_entropy::pairs(row, self.scales(), both, slopes))
    }

    fn needs(&self) -> Needs {
        match self.symmetric {
            true => Needs::none().summaries(),
            false => Needs::none(),
        }
    }

    fn summary<T: Real>(&self, row: &Row<'_, T>) -> [f64; 2] {
        match row.own() {
            // Not asked for within one set of rows.
            Some(_) => [0.0; 2],
            None => cross_entropy::column(row, self.scales()),
        }
    }

    fn scalars(&self) -> Vec<Scalar> {
        vec![Scalar::log_scale(self.scale.get())]
    }

    fn with_scalars(&self, scalars: &[f64]) -> Result<Self, Error> {
        let [log_scale] = exactly(scalars)?;
        let scale = Positive::new("scale", log_scale.exp())?;
        Ok(Self { scale, ..*self })
    }

    fn scalar_gradient(&self, counted: [f64; 2]) -> [f64; 2] {
        [counted[0] * self.scale.get(), 0.0]
    }
}
