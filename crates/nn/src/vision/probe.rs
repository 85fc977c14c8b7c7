//! SigLIP's pooling: one learnt query that all rows of a picture answer.

use burn::module::{Module, Param};
use burn::tensor::{Tensor, activation};

use super::block::Feed;
use super::parts::Mlp;
use super::vit_config::VitConfig;
use crate::activation::Activation;
use crate::layers::{Linear, Names, Norm};
use crate::ops;

/// `a = attention(probe, x, x)`, then `a + mlp(layernorm(a))` (Lee et al. 2018, arXiv:1810.00825; Zhai et
/// al. 2021, arXiv:2106.04560).
#[derive(Module, Debug)]
pub(super) struct Probe {
    /// `(1, 1, hidden)`.
    probe: Param<Tensor<3>>,
    attention: Attention,
    layernorm: Norm,
    mlp: Mlp,
    #[module(skip)]
    heads: usize,
    #[module(skip)]
    activation: Activation,
}

/// PyTorch's `MultiheadAttention`: queries, keys and values one below the other.
#[derive(Module, Debug)]
struct Attention {
    /// `(3 hidden, hidden)`.
    in_proj_weight: Param<Tensor<2>>,
    /// `(3 hidden)`.
    in_proj_bias: Param<Tensor<1>>,
    out_proj: Linear,
}

impl Probe {
    pub(super) fn new(config: &VitConfig, names: &Names<'_>) -> Self {
        let hidden = config.hidden;
        let attention = names.at("attention");
        Self {
            probe: names.zeros("probe", [1, 1, hidden]),
            attention: Attention {
                in_proj_weight: attention.zeros("in_proj_weight", [3 * hidden, hidden]),
                in_proj_bias: attention.zeros("in_proj_bias", [3 * hidden]),
                out_proj: attention.at("out_proj").linear([hidden; 2], true),
            },
            layernorm: names.at("layernorm").norm(hidden, config.epsilon, true),
            mlp: Mlp::new(config, &names.at("mlp")),
            heads: config.heads,
            activation: config.activation,
        }
    }

    /// `(n * rows, hidden)` to `(n, hidden)`.
    pub(super) fn forward(&self, x: Tensor<2>, n: usize) -> Tensor<2> {
        let gathered = self.gather(x, n);
        let feed = Feed::Plain {
            up: &self.mlp.fc1,
            down: &self.mlp.fc2,
            activation: self.activation,
        };
        gathered.clone() + feed.forward(self.layernorm.forward(gathered))
    }

    fn gather(&self, x: Tensor<2>, n: usize) -> Tensor<2> {
        let [rows, hidden] = x.dims();
        let (heads, each) = (self.heads, hidden / self.heads);
        let probe = self.probe.val().reshape([1, hidden]);
        let q = self.attention.part(0, probe);
        let q = q.reshape([1, heads, 1, each]).expand([n, heads, 1, each]);
        let split = |part| {
            let x = self.attention.part(part, x.clone());
            x.reshape([n, rows / n, heads, each]).swap_dims(1, 2)
        };
        let (k, v) = (split(1), split(2));
        let scores = q.matmul(k.swap_dims(2, 3)) / (each as f64).sqrt();
        let mixed = activation::softmax(scores, 3).matmul(v);
        self.attention.out_proj.forward(mixed.reshape([n, hidden]))
    }
}

impl Attention {
    /// Queries (0), keys (1) or values (2): `(rows, hidden)` to as many.
    fn part(&self, part: usize, x: Tensor<2>) -> Tensor<2> {
        let hidden = x.dims()[1];
        let weight = self.in_proj_weight.val().narrow(0, part * hidden, hidden);
        let bias = self.in_proj_bias.val().narrow(0, part * hidden, hidden);
        ops::linear(x, weight, Some(bias))
    }
}
