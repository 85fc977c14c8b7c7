//! From slopes to the gradient of the rows.

use super::{Distance, View, cosine, euclidean, squared_euclidean};
use crate::Real;
use crate::simd::{sum_of, wide};

impl Distance {
    /// Slopes of one row, in place, into weights `w` `(m,)`: the gradient in the anchor is
    /// `sum_j w_j c_j + own a` for candidate rows `c_j`. Returns `own`.
    pub(crate) fn weigh<T: Real>(self, slopes: &mut [T], distances: &[T]) -> f64 {
        each(self, slopes, distances);
        self.own(slopes)
    }

    /// Weighs with the weights in the place of the distances.
    pub(crate) fn weigh_into<T: Real>(self, distances: &mut [T], slopes: &[T]) -> f64 {
        into(self, distances, slopes);
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
            true => -sum_of(weights),
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

wide! {
    fn each<'w, T>(distance: Distance, slopes: &'w mut [T], distances: &'w [T]) -> () {
        let all = slopes.iter_mut().zip(distances);
        match distance {
            Distance::SquaredEuclidean => {
                all.for_each(|(slope, &d)| *slope = squared_euclidean::weigh(*slope, d));
            }
            Distance::Euclidean => all.for_each(|(slope, &d)| *slope = euclidean::weigh(*slope, d)),
            Distance::Cosine => all.for_each(|(slope, &d)| *slope = cosine::weigh(*slope, d)),
            Distance::NegativeDot => all.for_each(|(slope, _)| *slope = -*slope),
        }
    }
}

wide! {
    fn into<'w, T>(distance: Distance, distances: &'w mut [T], slopes: &'w [T]) -> () {
        let all = distances.iter_mut().zip(slopes);
        match distance {
            Distance::SquaredEuclidean => {
                all.for_each(|(d, &slope)| *d = squared_euclidean::weigh(slope, *d));
            }
            Distance::Euclidean => all.for_each(|(d, &slope)| *d = euclidean::weigh(slope, *d)),
            Distance::Cosine => all.for_each(|(d, &slope)| *d = cosine::weigh(slope, *d)),
            Distance::NegativeDot => all.for_each(|(d, &slope)| *d = -slope),
        }
    }
}
