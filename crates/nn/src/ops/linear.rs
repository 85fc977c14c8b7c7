//! The affine map of every row.

use burn::backend::flex::FlexTensor;
use burn::tensor::Tensor;
use rayon::prelude::*;
use tercet_kernels::{Fill, Matrix, MatrixMut, Threads, product};

use super::device::on_cpu;
use super::operation::{Operation, Saved, apply, floats, matrix, sizes, vector};
use super::stock;
use super::wide::add;

/// Rows worked on at a time, of so many: enough for a product to run at full speed, few enough for the
/// cache and for eight threads. A function of the shape, so that bits do not depend on threads.
pub(crate) fn block(rows: usize) -> usize {
    rows.div_ceil(8).next_multiple_of(64).clamp(128, 512)
}

/// Columns of a sum over rows that one thread adds up.
const COLUMNS: usize = 128;

/// `y = x W^T + b`: rows `x (n, in)`, weight `(out, in)`, bias `(out)`, to `(n, out)`.
pub(crate) fn linear(x: Tensor<2>, weight: Tensor<2>, bias: Option<Tensor<1>>) -> Tensor<2> {
    if !on_cpu(&x.device()) {
        return stock::linear(x, weight, bias);
    }
    let mut inputs = vec![x.into_dispatch(), weight.into_dispatch()];
    inputs.extend(bias.map(Tensor::into_dispatch));
    apply(Linear, inputs)
}

#[derive(Debug)]
struct Linear;

impl Operation for Linear {
    fn forward(&self, inputs: &[FlexTensor], _: bool) -> (FlexTensor, Vec<Vec<f32>>) {
        let bias = inputs.get(2).map(floats);
        let map = Affine::new(&inputs[1], bias);
        let x = floats(&inputs[0]);
        let rows = x.len() / map.inputs;
        let mut y = vec![0.0; rows * map.outputs];
        y.par_chunks_mut(block(rows) * map.outputs)
            .zip(x.par_chunks(block(rows) * map.inputs))
            .for_each(|(y, x)| map.forward(x, y));
        (matrix(y, map.outputs), Vec::new())
    }

    fn backward(
        &self,
        saved: Saved,
        slope: FlexTensor,
        wanted: &[bool],
    ) -> Vec<Option<FlexTensor>> {
        let map = Affine::new(&saved.inputs[1], None);
        let (x, slope) = (floats(&saved.inputs[0]), floats(&slope));
        let by_x = || wanted[0].then(|| matrix(map.by_input(slope), map.inputs));
        let by_weight = || {
            wanted[1].then(|| matrix(by_weight(slope, x, (map.outputs, map.inputs)), map.inputs))
        };
        let (by_x, by_weight) = rayon::join(by_x, by_weight);
        let mut gradients = vec![by_x, by_weight];
        if let Some(&wanted) = wanted.get(2) {
            gradients.push(wanted.then(|| vector(column_sums(slope, map.outputs))));
        }
        gradients
    }
}

/// A weight `(outputs, inputs)` with its bias.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Affine<'a> {
    weight: &'a [f32],
    bias: Option<&'a [f32]>,
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
}

impl<'a> Affine<'a> {
    pub(crate) fn new(weight: &'a FlexTensor, bias: Option<&'a [f32]>) -> Self {
        let (outputs, inputs) = sizes(weight);
        Self {
            weight: floats(weight),
            bias,
            inputs,
            outputs,
        }
    }

    /// `y = x W^T + b` of some rows, on this thread.
    pub(crate) fn forward(&self, x: &[f32], y: &mut [f32]) {
        let rows = x.len() / self.inputs;
        let fill = match self.bias {
            Some(bias) => {
                y.chunks_exact_mut(self.outputs)
                    .for_each(|row| row.copy_from_slice(bias));
                Fill::Add
            }
            None => Fill::Overwrite,
        };
        product(
            MatrixMut::new(y, rows, self.outputs),
            fill,
            Matrix::new(x, rows, self.inputs),
            self.weight().t(),
            Threads::One,
        );
    }

    /// `slope W` of some rows, on this thread.
    pub(crate) fn backward(&self, slope: &[f32], by_x: &mut [f32]) {
        let rows = slope.len() / self.outputs;
        product(
            MatrixMut::new(by_x, rows, self.inputs),
            Fill::Overwrite,
            Matrix::new(slope, rows, self.outputs),
            self.weight(),
            Threads::One,
        );
    }

    fn by_input(&self, slope: &[f32]) -> Vec<f32> {
        let rows = slope.len() / self.outputs;
        let mut by_x = vec![0.0; rows * self.inputs];
        by_x.par_chunks_mut(block(rows) * self.inputs)
            .zip(slope.par_chunks(block(rows) * self.outputs))
            .for_each(|(by_x, slope)| self.backward(slope, by_x));
        by_x
    }

    fn weight(&self) -> Matrix<'a, f32> {
        Matrix::new(self.weight, self.outputs, self.inputs)
    }
}

/// `slope^T x (outputs, inputs)`, from slopes `(n, outputs)` and rows `x (n, inputs)`.
pub(crate) fn by_weight(slope: &[f32], x: &[f32], (outputs, inputs): (usize, usize)) -> Vec<f32> {
    let rows = slope.len() / outputs;
    let mut gradient = vec![0.0; outputs * inputs];
    product(
        MatrixMut::new(&mut gradient, outputs, inputs),
        Fill::Overwrite,
        Matrix::new(slope, rows, outputs).t(),
        Matrix::new(x, rows, inputs),
        Threads::All,
    );
    gradient
}

/// The sum of all rows, `(cols)`.
pub(crate) fn column_sums(rows: &[f32], cols: usize) -> Vec<f32> {
    let mut sums = vec![0.0; cols];
    sums.par_chunks_mut(COLUMNS)
        .enumerate()
        .for_each(|(chunk, sums)| {
            let start = chunk * COLUMNS;
            for row in rows.chunks_exact(cols) {
                add(sums, &row[start..start + sums.len()]);
            }
        });
    sums
}

#[cfg(test)]
mod tests {
    use super::super::check::{agree, flat};
    use super::*;

    #[test]
    fn linear_agrees_with_the_formula() {
        for (rows, inputs, outputs) in [(1, 3, 2), (65, 7, 131), (300, 40, 5), (513, 96, 96)] {
            let sizes = [[rows, inputs], [outputs, inputs], [1, outputs]];
            agree(
                &|t| linear(t[0].clone(), t[1].clone(), Some(flat(&t[2]))),
                &|t| stock::linear(t[0].clone(), t[1].clone(), Some(flat(&t[2]))),
                &sizes,
            );
            agree(
                &|t| linear(t[0].clone(), t[1].clone(), None),
                &|t| stock::linear(t[0].clone(), t[1].clone(), None),
                &sizes[..2],
            );
        }
    }
}
