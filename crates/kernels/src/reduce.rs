//! From a sum over terms to one number.

use serde::{Deserialize, Serialize};

use crate::Count;
use crate::name::named;

/// From a sum of costs to one number: the sum divided by a count of [`Count`]; an empty count gives
/// value 0 and gradient 0.
///
/// A *term* is a selected triplet (or, for the contrastive loss, a pair); it is *active* if it costs
/// more than 0. Mind that a learning rate tuned for one reduction is wrong for another.
///
/// Default: `Mean`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum Reduce {
    /// `sum`: no division (the FaceNet paper; VSE++).
    Sum,
    /// `mean`: over all selected terms, zeros included (davidsandberg/facenet; Hermans et al. for
    /// batch-hard).
    #[default]
    Mean,
    /// `mean-active`: over terms that cost more than 0 (Hermans et al. for batch-all; the default
    /// reducer of pytorch-metric-learning). Values of different steps are not comparable.
    MeanActive,
    /// `mean-anchors`: over anchors with at least one selected term.
    MeanAnchors,
    /// `mean-positive-pairs`: over ordered positive pairs whose anchor has a negative, whether or not
    /// anything was selected for them (TensorFlow Addons' semi-hard loss divides by all ordered
    /// positive pairs, those without any negative included).
    MeanPositivePairs,
}

named!(Reduce, "reduce", {
    Self::Sum => "sum",
    Self::Mean => "mean",
    Self::MeanActive => "mean-active",
    Self::MeanAnchors => "mean-anchors",
    Self::MeanPositivePairs => "mean-positive-pairs",
});

impl Reduce {
    /// What the sum is multiplied with: one over the denominator, or 0 if that is 0.
    ///
    /// ```
    /// use tercet_kernels::{Count, Reduce};
    /// let mut count = Count::default();
    /// assert_eq!(Reduce::Mean.scale(&count), 0.0);
    /// count.terms = 4;
    /// assert_eq!(Reduce::Mean.scale(&count), 0.25);
    /// ```
    pub fn scale(self, count: &Count) -> f64 {
        let denominator = match self {
            Self::Sum => 1,
            Self::Mean => count.terms,
            Self::MeanActive => count.active,
            Self::MeanAnchors => count.anchors,
            Self::MeanPositivePairs => count.pairs,
        };
        if denominator == 0 {
            0.0
        } else {
            1.0 / denominator as f64
        }
    }
}
