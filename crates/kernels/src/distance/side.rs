//! One side of a batch, made ready for a distance.

use std::borrow::Cow;
use std::ops::Range;

use super::{Distance, cosine, squared_euclidean};
use crate::{Real, Rows};

/// Rows with what their distance needs once per row. Memory `(len,)`, and `(len, d)` for the cosine.
#[derive(Debug)]
pub(crate) struct Side<'a, T: Real> {
    /// The rows, normalised for the cosine.
    data: Cow<'a, [T]>,
    /// Squared lengths for the Euclidean distances, lengths before normalising for the cosine.
    lengths: Vec<T>,
    dim: usize,
}

/// A range of a side.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'s, T> {
    pub(crate) data: &'s [T],
    pub(crate) lengths: &'s [T],
    pub(crate) dim: usize,
}

impl<'a, T: Real> Side<'a, T> {
    pub(crate) fn new(distance: Distance, rows: Rows<'a, T>) -> Self {
        let dim = rows.dim();
        let each = rows.data().chunks_exact(dim);
        match distance {
            Distance::Cosine => Self {
                data: each.clone().flat_map(cosine::unit).collect(),
                lengths: each.map(|row| T::from_f64(cosine::length(row))).collect(),
                dim,
            },
            Distance::SquaredEuclidean | Distance::Euclidean | Distance::NegativeDot => Self {
                data: Cow::Borrowed(rows.data()),
                lengths: each.map(squared_euclidean::length).collect(),
                dim,
            },
        }
    }

    /// All rows.
    pub(crate) fn all(&self) -> View<'_, T> {
        View {
            data: &self.data,
            lengths: &self.lengths,
            dim: self.dim,
        }
    }
}

impl<'s, T: Real> View<'s, T> {
    pub(crate) fn len(&self) -> usize {
        self.lengths.len()
    }

    pub(crate) fn row(&self, index: usize) -> &'s [T] {
        &self.data[index * self.dim..(index + 1) * self.dim]
    }

    pub(crate) fn slice(&self, range: Range<usize>) -> Self {
        Self {
            data: &self.data[range.start * self.dim..range.end * self.dim],
            lengths: &self.lengths[range],
            dim: self.dim,
        }
    }
}
