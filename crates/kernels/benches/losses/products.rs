//! What a loss is measured against: plain products of its shape, in tiles that stay in the cache.

use rayon::prelude::*;
use tercet_kernels::{Fill, Matrix, MatrixMut, Threads, product};

const ROWS: usize = 256;
const COLUMNS: usize = 512;

/// `scores` products like `A C^T` and `gradients` like `W C`, of `(n, d)` with `(m, d)`.
pub(crate) fn products(
    (data, candidates): (&[f32], &[f32]),
    dim: usize,
    scores: usize,
    gradients: usize,
) {
    let (n, m) = (data.len() / dim, candidates.len() / dim);
    let mut sums = vec![0.0; gradients * n.div_ceil(ROWS) * ROWS * dim];
    sums.par_chunks_mut(gradients * ROWS * dim)
        .enumerate()
        .for_each(|(tile, sums)| {
            let start = tile * ROWS;
            let rows = ROWS.min(n - start);
            let anchors = Matrix::new(&data[start * dim..][..rows * dim], rows, dim);
            let mut weights = vec![0.0; rows * COLUMNS];
            for first in (0..m).step_by(COLUMNS) {
                let columns = COLUMNS.min(m - first);
                let others = Matrix::new(&candidates[first * dim..][..columns * dim], columns, dim);
                let weights = &mut weights[..rows * columns];
                for _ in 0..scores {
                    let out = MatrixMut::new(weights, rows, columns);
                    product(out, Fill::Overwrite, anchors, others.t(), Threads::One);
                }
                for sum in sums.chunks_mut(ROWS * dim) {
                    let out = MatrixMut::new(&mut sum[..rows * dim], rows, dim);
                    let weights = Matrix::new(weights, rows, columns);
                    product(out, Fill::Add, weights, others, Threads::One);
                }
            }
        });
    assert!(sums.iter().all(|sum| sum.is_finite()));
}
