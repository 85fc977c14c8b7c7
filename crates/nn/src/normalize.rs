//! Rows of Euclidean norm 1.

use burn::tensor::Tensor;

/// Squared norms below this are taken for zero.
const TINY: f64 = 1e-24;

/// Every row of `rows (n, d)` divided by its Euclidean norm; a zero row stays zero.
pub(crate) fn normalized(rows: Tensor<2>) -> Tensor<2> {
    let squares = (rows.clone() * rows.clone()).sum_dim(1);
    rows / squares.clamp_min(TINY).sqrt()
}
