//! Two affine maps with a Gaussian error linear unit between.

use burn::backend::flex::FlexTensor;
use burn::tensor::Tensor;
use rayon::prelude::*;

use super::device::on_cpu;
use super::gelu;
use super::linear::{Affine, block, by_weight, column_sums};
use super::operation::{Kept, Operation, Saved, apply, floats, matrix, vector};
use super::stock;

/// `linear(gelu(linear(x, up, up_bias)), down, down_bias)` in one operation: rows `x (n, d)`,
/// up `(hidden, d)`, down `(out, hidden)`, to `(n, out)`.
///
/// The hidden rows are kept before the unit only, `n * hidden` numbers; without a graph none are.
pub(crate) fn feed_forward(
    x: Tensor<2>,
    up: Tensor<2>,
    up_bias: Tensor<1>,
    down: Tensor<2>,
    down_bias: Tensor<1>,
) -> Tensor<2> {
    if !on_cpu(&x.device()) {
        return stock::feed_forward(x, up, up_bias, down, down_bias);
    }
    let inputs = vec![
        x.into_dispatch(),
        up.into_dispatch(),
        up_bias.into_dispatch(),
        down.into_dispatch(),
        down_bias.into_dispatch(),
    ];
    apply(FeedForward, inputs)
}

#[derive(Debug)]
struct FeedForward;

impl Operation for FeedForward {
    fn forward(&self, inputs: &[FlexTensor], keep: bool) -> (FlexTensor, Kept) {
        let [up, down] = maps(inputs);
        let x = floats(&inputs[0]);
        let rows = x.len() / up.inputs;
        let block = block(rows);
        let mut y = vec![0.0; rows * down.outputs];
        let blocks = y
            .par_chunks_mut(block * down.outputs)
            .zip(x.par_chunks(block * up.inputs));
        let run = |value: &mut Vec<f32>, x: &[f32], hidden: &mut [f32], y: &mut [f32]| {
            up.forward(x, hidden);
            value.resize(hidden.len(), 0.0);
            gelu::forward(hidden, value);
            down.forward(value, y);
        };
        if keep {
            let mut hidden = vec![0.0; rows * up.outputs];
            blocks
                .zip(hidden.par_chunks_mut(block * up.outputs))
                .for_each_init(Vec::new, |value, ((y, x), hidden)| run(value, x, hidden, y));
            return (matrix(y, down.outputs), vec![hidden]);
        }
        blocks.for_each_init(
            || (Vec::new(), Vec::new()),
            |(value, hidden), (y, x)| {
                hidden.resize(x.len() / up.inputs * up.outputs, 0.0);
                run(value, x, hidden, y);
            },
        );
        (matrix(y, down.outputs), Vec::new())
    }

    fn backward(
        &self,
        saved: Saved,
        slope: FlexTensor,
        wanted: &[bool],
    ) -> Vec<Option<FlexTensor>> {
        let Saved { inputs, mut kept } = saved;
        let [up, down] = maps(&inputs);
        let (x, slope) = (floats(&inputs[0]), floats(&slope));
        let mut value = kept.pop().expect("the forward pass keeps the hidden rows");
        let mut by_hidden = vec![0.0; value.len()];
        let mut by_x = vec![0.0; x.len()];
        let block = block(x.len() / up.inputs);
        by_hidden
            .par_chunks_mut(block * up.outputs)
            .zip(value.par_chunks_mut(block * up.outputs))
            .zip(by_x.par_chunks_mut(block * up.inputs))
            .zip(slope.par_chunks(block * down.outputs))
            .for_each(|(((by_hidden, value), by_x), slope)| {
                down.backward(slope, by_hidden);
                gelu::both(value, by_hidden);
                if wanted[0] {
                    up.backward(by_hidden, by_x);
                }
            });
        let of_weight = |slope: &[f32], x: &[f32], map: &Affine<'_>| {
            matrix(by_weight(slope, x, (map.outputs, map.inputs)), map.inputs)
        };
        let of_bias = |slope: &[f32], map: &Affine<'_>| vector(column_sums(slope, map.outputs));
        vec![
            wanted[0].then(|| matrix(by_x, up.inputs)),
            wanted[1].then(|| of_weight(&by_hidden, x, &up)),
            wanted[2].then(|| of_bias(&by_hidden, &up)),
            wanted[3].then(|| of_weight(slope, &value, &down)),
            wanted[4].then(|| of_bias(slope, &down)),
        ]
    }
}

fn maps(inputs: &[FlexTensor]) -> [Affine<'_>; 2] {
    [1, 3].map(|place| Affine::new(&inputs[place], Some(floats(&inputs[place + 1]))))
}

#[cfg(test)]
mod tests {
    use super::super::check::{agree, flat};
    use super::*;

    #[test]
    fn feed_forward_agrees_with_its_parts() {
        for (rows, dim, hidden, outputs) in [(1, 2, 3, 2), (70, 9, 33, 11), (600, 24, 80, 24)] {
            agree(
                &|t| {
                    let (up, down) = (t[1].clone(), t[3].clone());
                    feed_forward(t[0].clone(), up, flat(&t[2]), down, flat(&t[4]))
                },
                &|t| {
                    let (up, down) = (t[1].clone(), t[3].clone());
                    stock::feed_forward(t[0].clone(), up, flat(&t[2]), down, flat(&t[4]))
                },
                &[
                    [rows, dim],
                    [hidden, dim],
                    [1, hidden],
                    [outputs, hidden],
                    [1, outputs],
                ],
            );
        }
    }
}
