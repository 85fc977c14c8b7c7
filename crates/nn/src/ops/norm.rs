//! Layer normalisation of every row, alone or of a sum.

use burn::backend::flex::FlexTensor;
use burn::tensor::Tensor;
use rayon::prelude::*;

use super::device::on_cpu;
use super::operation::{Kept, Operation, Saved, apply, floats, matrix, sizes, vector};
use super::stock;
use super::wide::{add, sum, wide};

/// Rows worked on at a time, a fixed number.
const BLOCK: usize = 64;

/// `y = scale (x - mean) / sqrt(variance + epsilon) + shift` of every row of `x (n, d)`, scale and shift
/// `(d)` (Ba, Kiros and Hinton 2016, arXiv:1607.06450).
pub(crate) fn layer_norm(
    x: Tensor<2>,
    scale: Tensor<1>,
    shift: Option<Tensor<1>>,
    epsilon: f64,
) -> Tensor<2> {
    if !on_cpu(&x.device()) {
        return stock::layer_norm(x, scale, shift, epsilon);
    }
    norm(vec![x], scale, shift, epsilon)
}

/// [`layer_norm`] of `x + residual`.
pub(crate) fn add_norm(
    x: Tensor<2>,
    residual: Tensor<2>,
    scale: Tensor<1>,
    shift: Option<Tensor<1>>,
    epsilon: f64,
) -> Tensor<2> {
    if !on_cpu(&x.device()) {
        return stock::add_norm(x, residual, scale, shift, epsilon);
    }
    norm(vec![x, residual], scale, shift, epsilon)
}

fn norm(
    summands: Vec<Tensor<2>>,
    scale: Tensor<1>,
    shift: Option<Tensor<1>>,
    epsilon: f64,
) -> Tensor<2> {
    let norm = Norm {
        summands: summands.len(),
        epsilon: epsilon as f32,
    };
    let mut inputs: Vec<_> = summands.into_iter().map(Tensor::into_dispatch).collect();
    inputs.push(scale.into_dispatch());
    inputs.extend(shift.map(Tensor::into_dispatch));
    apply(norm, inputs)
}

/// Inputs: one or two summands, scale, perhaps shift.
#[derive(Debug)]
struct Norm {
    summands: usize,
    epsilon: f32,
}

impl Operation for Norm {
    fn forward(&self, inputs: &[FlexTensor], _: bool) -> (FlexTensor, Kept) {
        let cols = sizes(&inputs[0]).1;
        let x = floats(&inputs[0]);
        let scale = floats(&inputs[self.summands]);
        let shift = inputs.get(self.summands + 1).map(floats);
        let mut y = vec![0.0; x.len()];
        y.par_chunks_mut(BLOCK * cols)
            .enumerate()
            .for_each(|(block, y)| {
                let start = block * BLOCK * cols;
                let range = start..start + y.len();
                y.copy_from_slice(&x[range.clone()]);
                if self.summands == 2 {
                    add(y, &floats(&inputs[1])[range]);
                }
                normalise(y, scale, shift, self.epsilon);
            });
        (matrix(y, cols), Vec::new())
    }

    fn backward(
        &self,
        saved: Saved,
        slope: FlexTensor,
        wanted: &[bool],
    ) -> Vec<Option<FlexTensor>> {
        let inputs = &saved.inputs;
        let cols = sizes(&inputs[0]).1;
        let (x, slope) = (floats(&inputs[0]), floats(&slope));
        let scale = floats(&inputs[self.summands]);
        let mut by_x = vec![0.0; x.len()];
        let sums: Vec<Vec<f32>> = by_x
            .par_chunks_mut(BLOCK * cols)
            .enumerate()
            .map(|(block, by_x)| {
                let start = block * BLOCK * cols;
                let range = start..start + by_x.len();
                by_x.copy_from_slice(&x[range.clone()]);
                if self.summands == 2 {
                    add(by_x, &floats(&inputs[1])[range.clone()]);
                }
                let mut sums = vec![0.0; 2 * cols];
                slopes(by_x, &slope[range], scale, self.epsilon, &mut sums);
                sums
            })
            .collect();
        let mut total = vec![0.0; 2 * cols];
        sums.iter().for_each(|sums| add(&mut total, sums));
        let by_x = matrix(by_x, cols);
        let mut gradients: Vec<_> = (0..self.summands)
            .map(|place| wanted[place].then(|| by_x.clone()))
            .collect();
        gradients.push(Some(vector(total[..cols].to_vec())));
        if wanted.len() > gradients.len() {
            gradients.push(Some(vector(total[cols..].to_vec())));
        }
        gradients
    }
}

/// Mean and inverse standard deviation of a row.
#[inline(always)]
fn statistics(row: &[f32], epsilon: f32) -> (f32, f32) {
    let count = row.len() as f32;
    let mean = sum([row], |[x]| x) / count;
    let variance = sum([row], |[x]| (x - mean) * (x - mean)) / count;
    (mean, 1.0 / (variance + epsilon).sqrt())
}

wide! {
    /// Normalises rows in place.
    fn normalise<'w>(
        rows: &'w mut [f32],
        scale: &'w [f32],
        shift: Option<&'w [f32]>,
        epsilon: f32,
    ) -> () {
        let cols = scale.len();
        for row in rows.chunks_exact_mut(cols) {
            let (mean, inverse) = statistics(row, epsilon);
            for (number, scale) in row.iter_mut().zip(scale) {
                *number = (*number - mean) * inverse * scale;
            }
            if let Some(shift) = shift {
                for (number, shift) in row.iter_mut().zip(shift) {
                    *number += shift;
                }
            }
        }
    }
}

wide! {
    /// Replaces rows by their gradients; adds to the gradients of scale and shift, one after the other.
    fn slopes<'w>(
        rows: &'w mut [f32],
        slopes: &'w [f32],
        scale: &'w [f32],
        epsilon: f32,
        sums: &'w mut [f32],
    ) -> () {
        let cols = scale.len();
        let count = cols as f32;
        let (by_scale, by_shift) = sums.split_at_mut(cols);
        for (row, slope) in rows.chunks_exact_mut(cols).zip(slopes.chunks_exact(cols)) {
            let (row, slope, scale) = (&mut row[..cols], &slope[..cols], &scale[..cols]);
            let (by_scale, by_shift) = (&mut by_scale[..cols], &mut by_shift[..cols]);
            let (mean, inverse) = statistics(row, epsilon);
            for c in 0..cols {
                row[c] = (row[c] - mean) * inverse;
                by_scale[c] += slope[c] * row[c];
                by_shift[c] += slope[c];
            }
            let level = sum([slope, scale], |[slope, scale]| slope * scale) / count;
            let tilt = sum([slope, scale, row], |[slope, scale, unit]| slope * scale * unit) / count;
            for c in 0..cols {
                row[c] = inverse * (slope[c] * scale[c] - level - row[c] * tilt);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::{agree, flat, run};
    use super::*;

    #[test]
    fn norms_agree_with_the_formula() {
        for (rows, cols) in [(1, 5), (3, 32), (131, 77), (200, 384)] {
            let (all, one) = ([rows, cols], [1, cols]);
            agree(
                &|t| layer_norm(t[0].clone(), flat(&t[1]), None, 1e-5),
                &|t| stock::layer_norm(t[0].clone(), flat(&t[1]), None, 1e-5),
                &[all, one],
            );
            agree(
                &|t| layer_norm(t[0].clone(), flat(&t[1]), Some(flat(&t[2])), 1e-12),
                &|t| stock::layer_norm(t[0].clone(), flat(&t[1]), Some(flat(&t[2])), 1e-12),
                &[all, one, one],
            );
            agree(
                &|t| {
                    add_norm(
                        t[0].clone(),
                        t[1].clone(),
                        flat(&t[2]),
                        Some(flat(&t[3])),
                        1e-12,
                    )
                },
                &|t| {
                    stock::add_norm(
                        t[0].clone(),
                        t[1].clone(),
                        flat(&t[2]),
                        Some(flat(&t[3])),
                        1e-12,
                    )
                },
                &[all, all, one, one],
            );
        }
    }

    #[test]
    fn equal_and_large_numbers_stay_finite() {
        for number in [0.0, 3.0, 1e15, -1e15] {
            let mut row = vec![number; 40];
            row[0] = -number;
            let parts = run(
                &|t| layer_norm(t[0].clone(), flat(&t[1]), None, 1e-12),
                &[(row, [1, 40]), (vec![1.0; 40], [1, 40])],
            );
            assert!(parts.iter().flatten().all(|x| x.is_finite()), "{number}");
        }
    }
}
