//! From slopes to the gradient of the rows.

use super::{Distance, View, cosine, euclidean, squared_euclidean};
use crate::Real;
use crate::simd::{sum, vectorized};

impl Distance {
    /// Slopes of one row, in place, into weights `w` `(m,)`: the gradient in the anchor is
    /// `sum_j w_j c_j + own a` for candidate rows `c_j`. Returns `own`.
    pub(crate) fn weigh<T: Real>(self, slopes: &mut [T], distances: &[T]) -> f64 {
        vectorized(|| match self {
            Self::SquaredEuclidean => each(slopes, distances, squared_euclidean::weigh),
            Self::Euclidean => each(slopes, distances, euclidean::weigh),
            Self::Cosine => each(slopes, distances, cosine::weigh),
            Self::NegativeDot => each(slopes, distances, |slope, _| -slope),
        });
        self.own(slopes)
    }

    /// The same, with the weights in the place of the distances.
    pub(crate) fn weigh_into<T: Real>(self, distances: &mut [T], slopes: &[T]) -> f64 {
        vectorized(|| match self {
            Self::SquaredEuclidean => into(distances, slopes, squared_euclidean::weigh),
            Self::Euclidean => into(distances, slopes, euclidean::weigh),
            Self::Cosine => into(distances, slopes, cosine::weigh),
            Self::NegativeDot => into(distances, slopes, |slope, _| -slope),
        });
        self.own(distances)
    }

    /// The weight of one slope.
    #[inline]
    pub(crate) fn weight<T: Real>(self, slope: T, distance: T) -> T {
        match self {
            Self::SquaredEuclidean => squared_euclidean::weigh(slope, distance),
            Self::Euclidean => euclidean::weigh(slope, distance),
            Self::Cosine => cosine::weigh(slope, distance),
            Self::NegativeDot => -slope,
        }
    }

    /// An anchor's weight on itself.
    fn own<T: Real>(self, weights: &[T]) -> f64 {
        match self.is_laplacian() {
            true => -vectorized(|| sum(weights)),
            false => 0.0,
        }
    }

    /// Whether the gradient is a graph Laplacian, that is, whether a row's own part is minus the sum of
    /// its weights.
    pub(crate) fn is_laplacian(self) -> bool {
        matches!(self, Self::SquaredEuclidean | Self::Euclidean)
    }

    /// The gradient with respect to the prepared rows, in place, into that of the rows given.
    pub(crate) fn unprepare<T: Real>(self, gradient: &mut [T], rows: View<'_, T>) {
        if self == Self::Cosine {
            let each = gradient.chunks_exact_mut(rows.dim).enumerate();
            each.for_each(|(i, out)| cosine::project(out, rows.row(i), rows.lengths[i]));
        }
    }
}

#[inline(always)]
fn each<T: Real>(slopes: &mut [T], distances: &[T], weigh: impl Fn(T, T) -> T) {
    for (slope, &distance) in slopes.iter_mut().zip(distances) {
        *slope = weigh(*slope, distance);
    }
}

#[inline(always)]
fn into<T: Real>(distances: &mut [T], slopes: &[T], weigh: impl Fn(T, T) -> T) {
    for (distance, &slope) in distances.iter_mut().zip(slopes) {
        *distance = weigh(slope, *distance);
    }
}
