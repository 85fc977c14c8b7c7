//! The list of distances.

use serde::{Deserialize, Serialize};

use super::{cosine, euclidean, negative_dot, squared_euclidean};
use crate::Real;
use crate::name::named;

/// How far two embeddings are; smaller is always nearer.
///
/// | name | formula | range | on unit rows |
/// |---|---|---|---|
/// | `squared-euclidean` (default) | `sum_k (a_k - b_k)^2` | `[0, inf)` | `[0, 4]`, `2 - 2 cos` |
/// | `euclidean` | the square root of that | `[0, inf)` | `[0, 2]` |
/// | `cosine` | `1 - cos(a, b)`; rows are normalised inside | `[0, 2]` | `[0, 2]` |
/// | `negative-dot` | `-sum_k a_k b_k` | all numbers | `[-1, 1]` |
///
/// Gradients at the edge: at distance 0 they are 0, also for `euclidean`, whose slope has no limit
/// there (so equal embeddings pull on nothing). A row of zeros has cosine 0 with every row, itself
/// included, and gradient 0. Rows that are equal bit for bit are at distance exactly 0 (but for
/// `negative-dot`, and rows of zeros under `cosine`).
///
/// Numerical limits: distances come from dot products, `|a|^2 + |b|^2 - 2 a.b`, and lose digits where
/// rows are near one another; below 1/256 of `|a|^2 + |b|^2` they are computed again from differences.
/// Gradients are matrix products too: that of `euclidean` at distance `D` is off by about `|a| / D`
/// roundings, and by about `|a - c| / D` where the candidates' spread about their mean `c` (the mean of
/// `|b - c|^2`) is below 1/256 of the mean of `|b|^2`, so embeddings that are all almost the same keep
/// their digits. The bits of a distance depend on the two rows only, and not on their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum Distance {
    /// `|a - b|^2`.
    #[default]
    SquaredEuclidean,
    /// `|a - b|`.
    Euclidean,
    /// `1 - a.b / (|a| |b|)`.
    Cosine,
    /// `-a.b`. May be negative; losses that need a lower bound of 0 refuse it.
    NegativeDot,
}

named!(Distance, "distance", {
    Self::SquaredEuclidean => "squared-euclidean",
    Self::Euclidean => "euclidean",
    Self::Cosine => "cosine",
    Self::NegativeDot => "negative-dot",
});

impl Distance {
    /// The distance of two embeddings of equal length, by plain loops.
    ///
    /// ```
    /// use tercet_kernels::Distance;
    /// let (a, b) = ([3.0, 0.0], [0.0, 4.0]);
    /// assert_eq!(Distance::SquaredEuclidean.between(&a, &b), 25.0);
    /// assert_eq!(Distance::Euclidean.between(&a, &b), 5.0);
    /// assert!((Distance::Cosine.between(&a, &b) - 1.0f64).abs() < 1e-15);
    /// assert_eq!(Distance::NegativeDot.between(&a, &[2.0, 1.0]), -6.0);
    /// ```
    pub fn between<T: Real>(self, a: &[T], b: &[T]) -> T {
        match self {
            Self::SquaredEuclidean => squared_euclidean::between(a, b),
            Self::Euclidean => euclidean::between(a, b),
            Self::Cosine => cosine::between(a, b),
            Self::NegativeDot => negative_dot::between(a, b),
        }
    }

    /// The gradient of the distance of one pair with respect to `a`, added to `out` times `slope`, by
    /// plain loops.
    pub(crate) fn pull<T: Real>(self, slope: T, a: &[T], b: &[T], out: &mut [T]) {
        match self {
            Self::SquaredEuclidean => squared_euclidean::pull(slope, a, b, out),
            Self::Euclidean => euclidean::pull(slope, a, b, out),
            Self::Cosine => cosine::pull(slope, a, b, out),
            Self::NegativeDot => negative_dot::pull(slope, b, out),
        }
    }

    /// Whether no distance is below 0.
    pub fn is_non_negative(self) -> bool {
        self != Self::NegativeDot
    }
}
