//! Layers after pooling.

use burn::module::Module;
use burn::tensor::{Tensor, activation};
use serde::{Deserialize, Serialize};

use crate::layers::{Linear, Names};
use crate::ops;

/// `config.json` of sentence-transformers' `Dense`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct DenseConfig {
    pub(crate) in_features: usize,
    pub(crate) out_features: usize,
    #[serde(default = "yes")]
    pub(crate) bias: bool,
    #[serde(default)]
    pub(crate) activation_function: DenseActivation,
    /// Left out where it is false, which older readers do not know.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) use_residual: bool,
}

impl DenseConfig {
    /// A linear map with a bias and nothing after it.
    pub(crate) fn linear(in_features: usize, out_features: usize) -> Self {
        Self {
            in_features,
            out_features,
            bias: true,
            activation_function: DenseActivation::Identity,
            use_residual: false,
        }
    }
}

fn yes() -> bool {
    true
}

/// What comes after the linear map, by the name of PyTorch's class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum DenseActivation {
    #[default]
    #[serde(rename = "torch.nn.modules.activation.Tanh")]
    Tanh,
    #[serde(rename = "torch.nn.modules.linear.Identity")]
    Identity,
    #[serde(rename = "torch.nn.modules.activation.ReLU")]
    Relu,
    #[serde(rename = "torch.nn.modules.activation.GELU")]
    Gelu,
    #[serde(rename = "torch.nn.modules.activation.Sigmoid")]
    Sigmoid,
    #[serde(rename = "torch.nn.modules.activation.SiLU")]
    Silu,
}

/// A linear map with an activation: sentence-transformers' `Dense`.
#[derive(Module, Debug)]
pub(crate) struct Dense {
    linear: Linear,
    residual: Option<Linear>,
    #[module(skip)]
    config: DenseConfig,
}

impl Dense {
    /// All parameters as `names` makes them.
    pub(crate) fn new(config: &DenseConfig, names: &Names<'_>) -> Self {
        let size = [config.out_features, config.in_features];
        let projected = config.use_residual && size[0] != size[1];
        Self {
            linear: names.at("linear").linear(size, config.bias),
            residual: projected.then(|| names.at("residual").linear(size, false)),
            config: config.clone(),
        }
    }

    pub(crate) fn config(&self) -> &DenseConfig {
        &self.config
    }

    /// `(n, in)` to `(n, out)`.
    pub(crate) fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let y = self.linear.forward(x.clone());
        let y = match self.config.activation_function {
            DenseActivation::Identity => y,
            DenseActivation::Tanh => activation::tanh(y),
            DenseActivation::Relu => activation::relu(y),
            DenseActivation::Gelu => ops::gelu(y),
            DenseActivation::Sigmoid => activation::sigmoid(y),
            DenseActivation::Silu => activation::silu(y),
        };
        match &self.residual {
            _ if !self.config.use_residual => y,
            Some(projection) => y + projection.forward(x),
            None => y + x,
        }
    }
}
