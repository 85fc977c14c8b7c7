//! Embeddings as plain rows.

use crate::simd::squared_length_of;
use crate::{Error, Real};

/// `len` vectors of `dim` numbers, row-major, borrowed. Shape `(len, dim)`.
///
/// ```
/// use tercet_kernels::Rows;
/// let rows = Rows::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3)?;
/// assert_eq!((rows.len(), rows.dim()), (2, 3));
/// assert_eq!(rows.row(1), [4.0, 5.0, 6.0]);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rows<'a, T> {
    data: &'a [T],
    dim: usize,
}

impl<'a, T: Real> Rows<'a, T> {
    /// Reads `data` as rows of `dim` numbers.
    ///
    /// # Errors
    /// [`Error::Ragged`] if `dim` is 0 or does not divide the length of `data`.
    pub fn new(data: &'a [T], dim: usize) -> Result<Self, Error> {
        if dim == 0 || !data.len().is_multiple_of(dim) {
            let given = data.len();
            return Err(Error::Ragged { dim, given });
        }
        Ok(Self { data, dim })
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.data.len() / self.dim
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// Numbers per row, at least 1.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// Row `index`, shape `(dim,)`.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&self, index: usize) -> &'a [T] {
        &self.data[index * self.dim..(index + 1) * self.dim]
    }

    /// All numbers, row after row.
    pub fn data(&self) -> &'a [T] {
        self.data
    }

    /// The rows of a range; the caller has checked that it is one.
    pub(crate) fn slice(&self, range: std::ops::Range<usize>) -> Self {
        let data = &self.data[range.start * self.dim..range.end * self.dim];
        Self { data, ..*self }
    }

    /// Refuses NaN, infinities and rows whose squared distances would overflow.
    pub(crate) fn check(&self, what: &'static str) -> Result<(), Error> {
        for (index, row) in self.data.chunks_exact(self.dim).enumerate() {
            let length = squared_length_of(row);
            // |a - b|^2 is at most 4 times the larger squared length.
            if !(length * T::from_f64(4.0)).is_finite() {
                return Err(Self::refusal(what, index, row, length));
            }
        }
        Ok(())
    }

    fn refusal(what: &'static str, row: usize, numbers: &[T], length: T) -> Error {
        match numbers.iter().position(|x| !x.is_finite()) {
            Some(column) => {
                let given = numbers[column].to_f64();
                Error::NotFinite {
                    what,
                    row,
                    column,
                    given,
                }
            }
            None => {
                let given = length.to_f64();
                Error::TooLong { what, row, given }
            }
        }
    }
}
