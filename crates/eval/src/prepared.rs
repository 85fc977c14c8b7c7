//! Rows with what their distances need once per row.

use tercet_kernels::{Distance, Rows};

/// Rows copied for products of one fixed shape: how a product rounds depends on its shape, so with
/// rows of zeros up to a whole number of blocks the bits of a distance depend on the two rows only.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// The rows (of length 1 for the cosine), then rows of zeros.
    data: Vec<f32>,
    /// Their squared lengths.
    lengths: Vec<f32>,
    dim: usize,
}

impl Prepared {
    /// The rows, padded to a multiple of `block`.
    pub(crate) fn new(rows: Rows<'_, f32>, distance: Distance, block: usize) -> Self {
        let dim = rows.dim();
        let mut data = rows.data().to_vec();
        if distance == Distance::Cosine {
            data.chunks_exact_mut(dim).for_each(normalise);
        }
        let lengths = data.chunks_exact(dim).map(|row| squared(row) as f32);
        let lengths = lengths.collect();
        data.resize(rows.len().next_multiple_of(block) * dim, 0.0);
        Self { data, lengths, dim }
    }

    /// How many rows there are, padding aside.
    pub(crate) fn len(&self) -> usize {
        self.lengths.len()
    }

    /// Numbers per row.
    pub(crate) fn dim(&self) -> usize {
        self.dim
    }

    /// Row `index`, `(d,)`.
    pub(crate) fn row(&self, index: usize) -> &[f32] {
        &self.data[index * self.dim..(index + 1) * self.dim]
    }

    /// The squared length of row `index`.
    pub(crate) fn length(&self, index: usize) -> f32 {
        self.lengths[index]
    }

    /// `count` rows from `start` on, padding included.
    pub(crate) fn block(&self, start: usize, count: usize) -> &[f32] {
        &self.data[start * self.dim..(start + count) * self.dim]
    }
}

/// `|a|^2`, summed in f64: long rows of raw pixels would lose digits in f32.
pub(crate) fn squared(row: &[f32]) -> f64 {
    row.iter().map(|&value| f64::from(value).powi(2)).sum()
}

/// To length 1; a row of zeros stays one, and has cosine 0 with every row.
fn normalise(row: &mut [f32]) {
    let length = squared(row).sqrt();
    if length > 0.0 {
        row.iter_mut()
            .for_each(|value| *value = (f64::from(*value) / length) as f32);
    }
}
