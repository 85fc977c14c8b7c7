//! Dropout of the numbers of every row.

use burn::backend::flex::FlexTensor;
use burn::tensor::Tensor;
use rayon::prelude::*;

use super::device::on_cpu;
use super::noise::{Noise, at, mix};
use super::operation::{Kept, Operation, Saved, apply, floats, matrix, owned};
use super::stock;
use super::wide::wide;

/// Rows worked on at a time.
const BLOCK: usize = 64;

/// `x (n, d)` with a share `rate` of its numbers 0 and the others times `1 / (1 - rate)`.
///
/// What is dropped depends on the row's key, the site and the column.
pub(crate) fn dropout(x: Tensor<2>, noise: &Noise, site: u32) -> Tensor<2> {
    let [rows, cols] = x.dims();
    assert_eq!(noise.keys.len(), rows, "keys of the rows");
    if !on_cpu(&x.device()) {
        return stock::dropout(x, noise, site);
    }
    let dropout = DropoutOperation {
        noise: noise.clone(),
        site,
        cols,
    };
    apply(dropout, vec![x.into_dispatch()])
}

#[derive(Debug)]
struct DropoutOperation {
    noise: Noise,
    site: u32,
    cols: usize,
}

impl Operation for DropoutOperation {
    fn forward(&self, inputs: &[FlexTensor], _: bool) -> (FlexTensor, Kept) {
        let numbers = floats(&inputs[0]).to_vec();
        (self.masked(numbers), Vec::new())
    }

    fn backward(&self, _: Saved, slope: FlexTensor, _: &[bool]) -> Vec<Option<FlexTensor>> {
        vec![Some(self.masked(owned(slope)))]
    }

    fn reads_inputs(&self) -> bool {
        false
    }
}

impl DropoutOperation {
    fn masked(&self, mut numbers: Vec<f32>) -> FlexTensor {
        numbers
            .par_chunks_mut(BLOCK * self.cols)
            .zip(self.noise.keys.par_chunks(BLOCK))
            .for_each(|(rows, keys)| mask(rows, keys, &self.noise, self.site));
        matrix(numbers, self.cols)
    }
}

wide! {
    /// Dropout of some rows in place.
    fn mask<'w>(rows: &'w mut [f32], keys: &'w [u64], noise: &'w Noise, site: u32) -> () {
        let (threshold, scale) = (noise.threshold(), noise.scale());
        let cols = rows.len() / keys.len();
        for (row, &key) in rows.chunks_exact_mut(cols).zip(keys) {
            let key = at(key, site);
            for (feature, number) in (0u32..).zip(row) {
                let stays = mix(key, feature) >= threshold;
                *number = if stays { *number * scale } else { 0.0 };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::agree;
    use super::*;

    #[test]
    fn dropout_agrees_with_its_mask() {
        for (rows, cols) in [(1, 1), (150, 70), (64, 384)] {
            let noise = Noise {
                rate: 0.1,
                keys: (0..rows as u64).map(|row| row * 0x0123_4567_89ab).collect(),
            };
            agree(
                &|t| dropout(t[0].clone(), &noise, 3),
                &|t| stock::dropout(t[0].clone(), &noise, 3),
                &[[rows, cols]],
            );
        }
    }
}
