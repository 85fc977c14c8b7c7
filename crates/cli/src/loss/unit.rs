//! Rows at length 1.

use tercet::kernels::{Real, Rows};

/// Rows over their lengths, and the way back for their gradient. A row of zeros stays one, with gradient 0.
#[derive(Debug)]
pub(super) struct Unit<T> {
    rows: Vec<T>,
    lengths: Vec<f64>,
    dim: usize,
}

impl<T: Real> Unit<T> {
    pub(super) fn of(rows: Rows<'_, T>) -> Self {
        let (mut unit, mut lengths) = (Vec::with_capacity(rows.data().len()), Vec::new());
        for index in 0..rows.len() {
            let row = rows.row(index);
            let length = length(row);
            let divided = |x: &T| match length > 0.0 {
                true => T::from_f64(x.to_f64() / length),
                false => T::ZERO,
            };
            unit.extend(row.iter().map(divided));
            lengths.push(length);
        }
        let (rows, dim) = (unit, rows.dim());
        Self { rows, lengths, dim }
    }

    pub(super) fn rows(&self) -> Rows<'_, T> {
        Rows::new(&self.rows, self.dim).expect("the shape of the rows it was made of")
    }

    /// From the gradient in the unit rows to that in the rows themselves: `(g - u (u.g)) / |a|`.
    pub(super) fn back(&self, gradient: &[T]) -> Vec<T> {
        let mut all = Vec::with_capacity(gradient.len());
        let rows = self.rows.chunks_exact(self.dim).zip(&self.lengths);
        for (gradient, (row, &length)) in gradient.chunks_exact(self.dim).zip(rows) {
            let pairs = || gradient.iter().zip(row);
            let along: f64 = pairs().map(|(g, u)| g.to_f64() * u.to_f64()).sum();
            all.extend(pairs().map(|(g, u)| match length > 0.0 {
                true => T::from_f64((g.to_f64() - u.to_f64() * along) / length),
                false => T::ZERO,
            }));
        }
        all
    }
}

/// The Euclidean length of numbers, summed in f64.
pub(super) fn length<T: Real>(row: &[T]) -> f64 {
    let squares = row.iter().map(|x| x.to_f64() * x.to_f64());
    squares.sum::<f64>().sqrt()
}
