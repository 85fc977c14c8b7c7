//! One side of a batch, made ready for a distance.

use std::ops::Range;

use super::{Distance, cosine, squared_euclidean};
use crate::simd::{sum_of, wide};
use crate::{Real, Rows};

/// Rows with what their distance needs once per row. Memory `(len,)`, and `(len, d)` for the cosine.
#[derive(Debug)]
pub(crate) struct Side<'a, T: Real> {
    /// The rows as they were given, where nothing is to be changed about them.
    given: Option<&'a [T]>,
    scratch: SideScratch<T>,
    dim: usize,
}

/// What a side leaves to the next.
#[derive(Debug, Default)]
pub(crate) struct SideScratch<T> {
    /// The rows, normalised for the cosine or moved to another origin; else empty.
    rows: Vec<T>,
    /// Squared lengths for the Euclidean distances, lengths before normalising for the cosine.
    lengths: Vec<T>,
    /// The middle of the rows.
    centre: Vec<f64>,
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
        Self::new_in(distance, rows, &mut SideScratch::default())
    }

    /// Made ready in the memory of a side that was there before, which is taken away until [`leave`](Self::leave).
    pub(crate) fn new_in(
        distance: Distance,
        rows: Rows<'a, T>,
        scratch: &mut SideScratch<T>,
    ) -> Self {
        let mut own = std::mem::take(scratch);
        let dim = rows.dim();
        own.rows.clear();
        own.lengths.clear();
        let given = match distance {
            Distance::Cosine => {
                own.rows.extend_from_slice(rows.data());
                own.lengths.resize(rows.len(), T::ZERO);
                cosine::normalise(&mut own.rows, &mut own.lengths, dim);
                None
            }
            Distance::SquaredEuclidean | Distance::Euclidean | Distance::NegativeDot => {
                let each = rows.data().chunks_exact(dim);
                own.lengths.extend(each.map(squared_euclidean::length));
                Some(rows.data())
            }
        };
        Self {
            given,
            scratch: own,
            dim,
        }
    }

    /// Gives the scratch back.
    pub(crate) fn leave(self, scratch: &mut SideScratch<T>) {
        *scratch = self.scratch;
    }

    fn data(&self) -> &[T] {
        self.given.unwrap_or(&self.scratch.rows)
    }

    /// Whether the rows lie so near to their mean that products of them lose digits; of the Euclidean distances,
    /// whose lengths are squared.
    pub(crate) fn is_collapsed(&mut self) -> bool {
        let count = self.scratch.lengths.len() as f64;
        let mut centre = std::mem::take(&mut self.scratch.centre);
        centre.clear();
        centre.resize(self.dim, 0.0);
        add_rows(self.data(), &mut centre);
        centre.iter_mut().for_each(|sum| *sum /= count.max(1.0));
        let common = count * centre.iter().map(|x| x * x).sum::<f64>();
        self.scratch.centre = centre;
        let all = sum_of(&self.scratch.lengths);
        all - common < squared_euclidean::NEAR * all
    }

    /// The rows less the mean that [`is_collapsed`](Self::is_collapsed) has found, with the lengths of the rows
    /// themselves.
    pub(crate) fn less(&self, centre: &[f64], scratch: &mut SideScratch<T>) -> Side<'static, T> {
        let mut own = std::mem::take(scratch);
        let each = self.data().chunks_exact(self.dim);
        own.rows.clear();
        own.rows.extend(each.flat_map(|row| {
            let pairs = row.iter().zip(centre);
            pairs.map(|(&x, &centre)| T::from_f64(x.to_f64() - centre))
        }));
        own.lengths.clone_from(&self.scratch.lengths);
        Side {
            given: None,
            scratch: own,
            dim: self.dim,
        }
    }

    /// The mean of the rows, once [`is_collapsed`](Self::is_collapsed) has found it.
    pub(crate) fn centre(&self) -> &[f64] {
        &self.scratch.centre
    }

    /// All rows.
    pub(crate) fn all(&self) -> View<'_, T> {
        View {
            data: self.data(),
            lengths: &self.scratch.lengths,
            dim: self.dim,
        }
    }
}

wide! {
    /// Adds up the rows of a matrix.
    fn add_rows<'w, T>(rows: &'w [T], sums: &'w mut [f64]) -> () {
        for row in rows.chunks_exact(sums.len()) {
            for (sum, x) in sums.iter_mut().zip(row) {
                *sum += x.to_f64();
            }
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
