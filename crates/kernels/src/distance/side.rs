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
            Distance::Cosine => {
                let (units, lengths) = cosine::units(rows.data(), dim);
                Self {
                    data: Cow::Owned(units),
                    lengths,
                    dim,
                }
            }
            Distance::SquaredEuclidean | Distance::Euclidean | Distance::NegativeDot => Self {
                data: Cow::Borrowed(rows.data()),
                lengths: each.map(squared_euclidean::length).collect(),
                dim,
            },
        }
    }

    /// The mean of the rows, if they lie so near to it that products of them lose digits; of the
    /// Euclidean distances, whose lengths are squared.
    pub(crate) fn centre(&self) -> Option<Vec<f64>> {
        let count = self.lengths.len() as f64;
        let mut mean = vec![0.0; self.dim];
        for row in self.data.chunks_exact(self.dim) {
            let each = mean.iter_mut().zip(row);
            each.for_each(|(sum, &x)| *sum += x.to_f64() / count);
        }
        let all: f64 = self.lengths.iter().map(|length| length.to_f64()).sum();
        let common = count * mean.iter().map(|x| x * x).sum::<f64>();
        (all - common < squared_euclidean::NEAR * all).then_some(mean)
    }

    /// The rows less `centre`, with the lengths of the rows themselves.
    pub(crate) fn less(&self, centre: &[f64]) -> Side<'static, T> {
        let each = self.data.chunks_exact(self.dim);
        let moved = each.flat_map(|row| {
            let pairs = row.iter().zip(centre);
            pairs.map(|(&x, &centre)| T::from_f64(x.to_f64() - centre))
        });
        Side {
            data: moved.collect(),
            lengths: self.lengths.clone(),
            dim: self.dim,
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
