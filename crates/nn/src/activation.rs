//! What stands between two linear maps.

use burn::tensor::{Tensor, activation};
use serde::Deserialize;

use crate::ops;

/// What stands between the two linear maps of a feed-forward part, by Hugging Face's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum Activation {
    #[serde(rename = "gelu")]
    Gelu,
    #[serde(rename = "gelu_new", alias = "gelu_pytorch_tanh", alias = "gelu_fast")]
    GeluTanh,
    /// `x sigmoid(1.702 x)`, CLIP's.
    #[serde(rename = "quick_gelu")]
    QuickGelu,
    #[serde(rename = "relu")]
    Relu,
    #[serde(rename = "silu", alias = "swish")]
    Silu,
}

impl Activation {
    /// Of every number.
    pub(crate) fn of(self, x: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Gelu => ops::gelu(x),
            Self::GeluTanh => activation::gelu_approximate(x),
            Self::QuickGelu => x.clone() * activation::sigmoid(x * 1.702),
            Self::Relu => activation::relu(x),
            Self::Silu => activation::silu(x),
        }
    }
}

/// `activation(a) * b`, `a` and `b` the halves of `both` (Shazeer 2020, arXiv:2002.05202).
pub(crate) fn gated(both: Tensor<2>, activation: Activation) -> Tensor<2> {
    let half = both.dims()[1] / 2;
    let [a, b] = [0, half].map(|start| both.clone().narrow(1, start, half));
    activation.of(a) * b
}
