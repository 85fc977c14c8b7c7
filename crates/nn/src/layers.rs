//! The modules with parameters that networks are made of, by the names of their files.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use crate::initial::Initial;
use crate::ops;

/// Standard deviation of a table's initial numbers, as BERT's.
const TABLE: f64 = 0.02;

/// Where parameters are made: a place in the network, by its name in files.
///
/// All numbers are 0, to be replaced by a file's, or with a seed initial weights; a parameter's identity is
/// its name.
#[derive(Debug, Clone)]
pub(crate) struct Names<'a> {
    device: &'a Device,
    path: String,
    seed: Option<u64>,
}

impl<'a> Names<'a> {
    pub(crate) fn new(path: &str, device: &'a Device) -> Self {
        Self {
            device,
            path: path.to_owned(),
            seed: None,
        }
    }

    /// Parameters that are a pure function of (seed, name): maps of variance `1 / inputs` and no bias,
    /// normalisations that change nothing, tables of small numbers.
    pub(crate) fn seeded(self, seed: u64) -> Self {
        let seed = Some(seed);
        Self { seed, ..self }
    }

    /// The place of a part.
    pub(crate) fn at(&self, part: &str) -> Self {
        Self {
            path: format!("{}.{part}", self.path),
            ..self.clone()
        }
    }

    /// A parameter that is 0.
    pub(crate) fn zeros<const D: usize>(&self, part: &str, size: [usize; D]) -> Param<Tensor<D>> {
        self.constant(part, size, 0.0)
    }

    fn constant<const D: usize>(
        &self,
        part: &str,
        size: [usize; D],
        value: f32,
    ) -> Param<Tensor<D>> {
        let (seed, device) = (0, self.device);
        Initial { seed, device }.constant(&self.at(part).path, size, value)
    }

    fn matrix(&self, size: [usize; 2], deviation: f64) -> Param<Tensor<2>> {
        let Some(seed) = self.seed else {
            return self.zeros("weight", size);
        };
        let device = self.device;
        Initial { seed, device }.scattered(&self.at("weight").path, size, deviation)
    }

    /// A linear map of `[out, in]` numbers.
    pub(crate) fn linear(&self, size: [usize; 2], bias: bool) -> Linear {
        Linear {
            weight: self.matrix(size, 1.0 / (size[1] as f64).sqrt()),
            bias: bias.then(|| self.zeros("bias", [size[0]])),
        }
    }

    /// A linear map of `[out, in]` numbers before a rectifier, of variance `2 / in` by the seed (0 without).
    pub(crate) fn rectified(&self, size: [usize; 2]) -> Linear {
        let (seed, device) = (self.seed.unwrap_or(0), self.device);
        let deviation = (2.0 / size[1] as f64).sqrt();
        let name = self.at("weight").path;
        Linear {
            weight: Initial { seed, device }.scattered(&name, size, deviation),
            bias: Some(self.zeros("bias", [size[0]])),
        }
    }

    /// A linear map of `[out, in]` numbers for features that need not be centred, by the seed (0 without).
    ///
    /// The weights of every output sum to 0: what all inputs have in common, such as the mean of what a
    /// rectifier lets through, would otherwise put all embeddings in nearly the same place.
    pub(crate) fn head(&self, size: [usize; 2]) -> Linear {
        let (seed, device) = (self.seed.unwrap_or(0), self.device);
        let initial = Initial { seed, device };
        Linear {
            weight: initial.balanced(&self.at("weight").path, size),
            bias: Some(self.zeros("bias", [size[0]])),
        }
    }

    /// A normalisation of rows of `features` numbers.
    pub(crate) fn norm(&self, features: usize, epsilon: f64, bias: bool) -> Norm {
        let scale = if self.seed.is_some() { 1.0 } else { 0.0 };
        Norm {
            weight: self.constant("weight", [features], scale),
            bias: bias.then(|| self.zeros("bias", [features])),
            epsilon,
        }
    }

    /// A table of `[rows, features]` numbers.
    pub(crate) fn table(&self, size: [usize; 2]) -> Table {
        Table {
            weight: self.matrix(size, TABLE),
        }
    }
}

/// A linear map, `x W^T + b`.
#[derive(Module, Debug)]
pub(crate) struct Linear {
    /// `(out, in)`.
    weight: Param<Tensor<2>>,
    /// `(out)`.
    bias: Option<Param<Tensor<1>>>,
}

impl Linear {
    /// `(rows, in)` to `(rows, out)`.
    pub(crate) fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        ops::linear(x, self.weight.val(), self.bias.as_ref().map(Param::val))
    }

    /// `down(gelu(self(x)))`, where both maps have biases.
    pub(crate) fn feed_forward(&self, x: Tensor<2>, down: &Self) -> Option<Tensor<2>> {
        let (bias, down_bias) = (self.bias.as_ref()?.val(), down.bias.as_ref()?.val());
        let (up, down) = (self.weight.val(), down.weight.val());
        Some(ops::feed_forward(x, up, bias, down, down_bias))
    }
}

/// Layer normalisation with its scale and shift.
#[derive(Module, Debug)]
pub(crate) struct Norm {
    /// `(features)`.
    weight: Param<Tensor<1>>,
    /// `(features)`.
    bias: Option<Param<Tensor<1>>>,
    #[module(skip)]
    epsilon: f64,
}

impl Norm {
    /// `(rows, features)` to as many.
    pub(crate) fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        ops::layer_norm(x, self.weight.val(), self.shift(), self.epsilon)
    }

    /// Normalises `x + residual`.
    pub(crate) fn of_sum(&self, x: Tensor<2>, residual: Tensor<2>) -> Tensor<2> {
        ops::add_norm(x, residual, self.weight.val(), self.shift(), self.epsilon)
    }

    fn shift(&self) -> Option<Tensor<1>> {
        self.bias.as_ref().map(Param::val)
    }
}

/// One row of numbers per id.
#[derive(Module, Debug)]
pub(crate) struct Table {
    /// `(ids, features)`.
    weight: Param<Tensor<2>>,
}

impl Table {
    /// The whole table.
    pub(crate) fn all(&self) -> Tensor<2> {
        self.weight.val()
    }

    /// The rows of `ids`: `(ids, features)`.
    pub(crate) fn rows(&self, ids: &[u32]) -> Tensor<2> {
        ops::rows(self.weight.val(), ids)
    }
}
