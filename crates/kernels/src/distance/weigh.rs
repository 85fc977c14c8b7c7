//! From slopes to the gradient of the rows.

use super::{Distance, View, cosine, euclidean, squared_euclidean};
use crate::Real;

impl Distance {
    /// Slopes of one row, in place, into weights `w` `(m,)`: the gradient in the anchor is
    /// `sum_j w_j c_j + own a` for candidate rows `c_j`. Returns `own`.
    pub(crate) fn weigh<T: Real>(self, slopes: &mut [T], distances: &[T]) -> f64 {
        match self {
            Self::SquaredEuclidean => each(slopes, distances, squared_euclidean::weigh),
            Self::Euclidean => each(slopes, distances, euclidean::weigh),
            Self::Cosine => each(slopes, distances, cosine::weigh),
            Self::NegativeDot => each(slopes, distances, |slope, _| -slope),
        }
        if self.is_laplacian() {
            -slopes.iter().map(|weight| weight.to_f64()).sum::<f64>()
        } else {
            0.0
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

fn each<T: Real>(slopes: &mut [T], distances: &[T], weigh: impl Fn(T, T) -> T) {
    for (slope, &distance) in slopes.iter_mut().zip(distances) {
        *slope = weigh(*slope, distance);
    }
}
