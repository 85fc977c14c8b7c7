//! Lengths of rows and of their mean. Values in f64 with gradients `(n, d)`.

use crate::{Real, Rows};

/// `1/n sum_i |x_i|`.
pub(super) fn norm<T: Real>(rows: Rows<'_, T>) -> (f64, Vec<f64>) {
    mean(rows, |square| {
        let length = square.sqrt();
        // The length has no slope at 0; 0 is the one that does not move a row of zeros.
        let slope = if length > 0.0 { 1.0 / length } else { 0.0 };
        (length, slope)
    })
}

/// `1/n sum_i |x_i|^2`.
pub(super) fn squared_norm<T: Real>(rows: Rows<'_, T>) -> (f64, Vec<f64>) {
    mean(rows, |square| (square, 2.0))
}

/// The mean of a function of `|x|^2`, which gives its value and what `x` is multiplied with in its gradient.
fn mean<T: Real>(rows: Rows<'_, T>, of: impl Fn(f64) -> (f64, f64)) -> (f64, Vec<f64>) {
    let share = 1.0 / rows.len().max(1) as f64;
    let mut value = 0.0;
    let mut gradient = Vec::with_capacity(rows.data().len());
    for row in rows.data().chunks_exact(rows.dim()) {
        let each = row.iter().map(|x| x.to_f64());
        let (length, slope) = of(each.clone().map(|x| x * x).sum());
        value += length * share;
        gradient.extend(each.map(|x| slope * x * share));
    }
    (value, gradient)
}

/// `|1/n sum_i x_i|^2`.
pub(super) fn zero_mean<T: Real>(rows: Rows<'_, T>) -> (f64, Vec<f64>) {
    let share = 1.0 / rows.len().max(1) as f64;
    let mut mean = vec![0.0; rows.dim()];
    for row in rows.data().chunks_exact(rows.dim()) {
        let each = mean.iter_mut().zip(row);
        each.for_each(|(sum, x)| *sum += x.to_f64() * share);
    }
    let value = mean.iter().map(|x| x * x).sum();
    let row = mean.iter().map(|x| 2.0 * x * share);
    (value, row.cycle().take(rows.data().len()).collect())
}
