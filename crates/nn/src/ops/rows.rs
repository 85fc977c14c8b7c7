//! Rows of a table by number.

use std::sync::Arc;

use burn::backend::flex::FlexTensor;
use burn::tensor::Tensor;
use rayon::prelude::*;

use super::device::on_cpu;
use super::operation::{Kept, Operation, Saved, apply, floats, matrix};
use super::stock;
use super::wide::add;

/// Rows that one thread copies or adds up at a time.
const BLOCK: usize = 256;

/// Row `ids[i]` of `table (count, d)` as row `i`: `(ids, d)`.
///
/// The gradient of a row of the table is the sum of those of its copies, in the order of `ids`.
///
/// # Panics
/// If a number is not below `count`.
pub(crate) fn rows(table: Tensor<2>, ids: &[u32]) -> Tensor<2> {
    if !on_cpu(&table.device()) {
        return stock::rows(table, ids);
    }
    let [count, cols] = table.dims();
    apply(
        Rows {
            ids: ids.into(),
            count,
            cols,
        },
        vec![table.into_dispatch()],
    )
}

#[derive(Debug)]
struct Rows {
    ids: Arc<[u32]>,
    count: usize,
    cols: usize,
}

impl Operation for Rows {
    fn forward(&self, inputs: &[FlexTensor], _: bool) -> (FlexTensor, Kept) {
        let (table, cols) = (floats(&inputs[0]), self.cols);
        let mut out = vec![0.0; self.ids.len() * cols];
        out.par_chunks_mut(BLOCK * cols)
            .zip(self.ids.par_chunks(BLOCK))
            .for_each(|(out, ids)| {
                for (out, &id) in out.chunks_exact_mut(cols).zip(ids) {
                    let start = id as usize * cols;
                    out.copy_from_slice(&table[start..start + cols]);
                }
            });
        (matrix(out, cols), Vec::new())
    }

    fn backward(&self, _: Saved, slope: FlexTensor, _: &[bool]) -> Vec<Option<FlexTensor>> {
        let (slope, cols) = (floats(&slope), self.cols);
        let mut places: Vec<(u32, u32)> = self.ids.iter().copied().zip(0..).collect();
        places.par_sort_unstable();
        let mut gradient = vec![0.0; self.count * cols];
        gradient
            .par_chunks_mut(BLOCK * cols)
            .enumerate()
            .for_each(|(block, gradient)| {
                let first = block * BLOCK;
                let from = places.partition_point(|&(id, _)| (id as usize) < first);
                for &(id, place) in &places[from..] {
                    let row = id as usize - first;
                    let Some(sum) = gradient.chunks_exact_mut(cols).nth(row) else {
                        break;
                    };
                    let start = place as usize * cols;
                    add(sum, &slope[start..start + cols]);
                }
            });
        vec![Some(matrix(gradient, cols))]
    }

    fn reads_inputs(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::{agree, run};
    use super::*;

    #[test]
    fn rows_agree_with_the_framework() {
        let ids: Vec<u32> = (0..900).map(|place| place * place % 601).collect();
        agree(
            &|t| rows(t[0].clone(), &ids),
            &|t| stock::rows(t[0].clone(), &ids),
            &[[700, 19]],
        );
    }

    #[test]
    fn rows_without_copies_have_gradient_zero() {
        let parts = run(&|t| rows(t[0].clone(), &[1, 1]), &[(vec![2.0; 6], [3, 2])]);
        assert_eq!(parts[0], [2.0; 4]);
        assert_eq!(
            (&parts[1][..2], &parts[1][4..]),
            (&[0.0; 2][..], &[0.0; 2][..])
        );
        assert!(parts[1][2] != 0.0);
    }
}
