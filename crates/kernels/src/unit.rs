//! Rows of length 1, and the way back.

use rayon::prelude::*;

use crate::labels::same_length;
use crate::{Error, Real, Rows};

/// Rows shorter than this count as zeros: their gradient would overflow in `f32`.
const SHORTEST: f64 = 1e-30;

/// Rows over their lengths, `u = x / |x|`, with the way back for gradients: `(g - u <u, g>) / |x|`.
///
/// Shapes `(n, d)`. Lengths are summed in f64. A row of zeros (or of a length below 1e-30) stays zeros and has gradient
/// 0; torch's `normalize` instead divides by `max(|x|, 1e-12)`. Gradients are at right angles to their rows and grow as
/// `1 / |x|`, so lengths never shrink under plain descent.
///
/// [`Distance::Cosine`](crate::Distance::Cosine) normalises by itself; this is for losses that are defined with other
/// distances on unit rows.
///
/// ```
/// use tercet_kernels::{Rows, Unit};
/// let unit = Unit::of(Rows::new(&[3.0, 4.0, 0.0, 0.0], 2)?)?;
/// assert_eq!(unit.rows().data(), [0.6, 0.8, 0.0, 0.0]);
/// // Along the row nothing is left, at right angles a fifth.
/// let back = unit.back(&[0.6, 0.8, 1.0, 1.0])?;
/// assert!(back.iter().all(|x: &f64| x.abs() < 1e-16));
/// let back = unit.back(&[0.8, -0.6, 1.0, 1.0])?;
/// assert!((back[0] - 0.16).abs() < 1e-16 && (back[1] + 0.12).abs() < 1e-16);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Unit<T> {
    data: Vec<T>,
    dim: usize,
    lengths: Vec<f64>,
}

impl<T: Real> Unit<T> {
    /// Divides every row by its length.
    ///
    /// # Errors
    /// [`Error::NotFinite`] and [`Error::TooLong`], as for a batch of these rows.
    pub fn of(rows: Rows<'_, T>) -> Result<Self, Error> {
        rows.check("rows")?;
        Ok(Self::of_checked(rows))
    }

    /// For rows that a batch has checked.
    pub(crate) fn of_checked(rows: Rows<'_, T>) -> Self {
        let dim = rows.dim();
        let each = rows.data().par_chunks_exact(dim).with_min_len(64);
        let lengths: Vec<f64> = each.map(length).collect();
        let mut data = rows.data().to_vec();
        let each = data.par_chunks_exact_mut(dim).zip(&lengths);
        each.with_min_len(64)
            .for_each(|(row, &length)| divide(row, length));
        Self { data, dim, lengths }
    }

    /// The rows, `(n, d)`, each of length 1 or of zeros.
    pub fn rows(&self) -> Rows<'_, T> {
        Rows::new(&self.data, self.dim).expect("as many numbers as before")
    }

    /// The lengths that the rows had, `(n,)`.
    pub fn lengths(&self) -> &[f64] {
        &self.lengths
    }

    /// The gradient with respect to the unit rows into that with respect to the rows given, both `(n, d)`.
    ///
    /// # Errors
    /// [`Error::Length`] if there is not one number per number of the rows.
    pub fn back(&self, gradient: &[T]) -> Result<Vec<T>, Error> {
        same_length("gradient", self.data.len(), gradient.len())?;
        let mut out = gradient.to_vec();
        self.back_from(0, &mut out);
        Ok(out)
    }

    /// The way back in place, for a gradient of the rows from `first` on.
    pub(crate) fn back_from(&self, first: usize, gradient: &mut [T]) {
        let units = &self.data[first * self.dim..];
        let rows = units.par_chunks_exact(self.dim);
        let rows = rows.zip(&self.lengths[first..]);
        let each = gradient.par_chunks_exact_mut(self.dim).zip(rows);
        each.with_min_len(64)
            .for_each(|(out, (unit, &length))| project(out, unit, length));
    }
}

/// The length of a row; 0 below [`SHORTEST`].
fn length<T: Real>(row: &[T]) -> f64 {
    let squares = row.iter().map(|x| x.to_f64() * x.to_f64());
    let length = squares.sum::<f64>().sqrt();
    if length < SHORTEST { 0.0 } else { length }
}

fn divide<T: Real>(row: &mut [T], length: f64) {
    for place in row {
        *place = match length > 0.0 {
            true => T::from_f64(place.to_f64() / length),
            false => T::ZERO,
        };
    }
}

fn project<T: Real>(gradient: &mut [T], unit: &[T], length: f64) {
    let along = gradient.iter().zip(unit);
    let along: f64 = along.map(|(g, u)| g.to_f64() * u.to_f64()).sum();
    for (place, u) in gradient.iter_mut().zip(unit) {
        *place = match length > 0.0 {
            true => T::from_f64((place.to_f64() - u.to_f64() * along) / length),
            false => T::ZERO,
        };
    }
}
