//! From pictures to the rows that a vision transformer works on.

use burn::module::{Module, Param};
use burn::tensor::Tensor;

use super::vit_config::VitConfig;
use crate::layers::Names;
use crate::ops;

/// A linear map of every patch: a convolution whose stride is its kernel.
#[derive(Module, Debug)]
pub(super) struct Patches {
    /// `(hidden, 3, height, width)`.
    weight: Param<Tensor<4>>,
    /// `(hidden)`.
    bias: Option<Param<Tensor<1>>>,
    #[module(skip)]
    grid: [usize; 2],
}

impl Patches {
    pub(super) fn new(config: &VitConfig, names: &Names<'_>, bias: bool) -> Self {
        let [height, width] = config.patch;
        Self {
            weight: names.zeros("weight", [config.hidden, 3, height, width]),
            bias: bias.then(|| names.zeros("bias", [config.hidden])),
            grid: config.grid(),
        }
    }

    /// `(n, height, width, 3)` to `(n * patches, hidden)`, patches row by row.
    pub(super) fn forward(&self, pictures: Tensor<4>) -> Tensor<2> {
        let n = pictures.dims()[0];
        let weight = self.weight.val();
        let [hidden, channels, height, width] = weight.dims();
        let [down, across] = self.grid;
        let seen = pictures
            .narrow(1, 0, down * height)
            .narrow(2, 0, across * width);
        let patches = seen
            .reshape([n, down, height, across, width, channels])
            .permute([0, 1, 3, 5, 2, 4])
            .reshape([n * down * across, channels * height * width]);
        let weight = weight.reshape([hidden, channels * height * width]);
        ops::linear(patches, weight, self.bias.as_ref().map(Param::val))
    }
}

/// Rows `(n * patches, hidden)` of `n` pictures, the row `token` before each picture's, `positions` added:
/// `(n * rows, hidden)`, with positions `(rows, hidden)`.
pub(super) fn sequences(
    patches: Tensor<2>,
    token: Option<Tensor<1>>,
    positions: Tensor<2>,
) -> Tensor<2> {
    let [rows, hidden] = positions.dims();
    let seen = rows - usize::from(token.is_some());
    let n = patches.dims()[0] / seen;
    let x = patches.reshape([n, seen, hidden]);
    let x = match token {
        Some(token) => {
            let token = token.reshape([1, 1, hidden]).expand([n, 1, hidden]);
            Tensor::cat(vec![token, x], 1)
        }
        None => x,
    };
    (x + positions.unsqueeze()).reshape([n * rows, hidden])
}

/// The first row of each of `n` pictures: `(n * rows, hidden)` to `(n, hidden)`.
pub(super) fn first(x: Tensor<2>, n: usize) -> Tensor<2> {
    let [rows, hidden] = x.dims();
    let x = x.reshape([n, rows / n, hidden]);
    x.narrow(1, 0, 1).reshape([n, hidden])
}
