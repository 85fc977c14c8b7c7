//! A layer that normalises after each part, as BERT's and its kin.

use burn::tensor::Tensor;

use super::family::Rates;
use super::pass::{Pass, Site};
use crate::activation::Activation;
use crate::layers::{Linear, Norm};
use crate::ops::{self, Heads};

/// The parts of one layer, under whatever names a family keeps them.
///
/// `y = norm(attention(x) + x)`, then `norm(down(activation(up(y))) + y)` (Vaswani et al. 2017,
/// arXiv:1706.03762; Devlin et al. 2018, arXiv:1810.04805).
#[derive(Debug)]
pub(super) struct Block<'a> {
    pub(super) query: &'a Linear,
    pub(super) key: &'a Linear,
    pub(super) value: &'a Linear,
    pub(super) out: &'a Linear,
    pub(super) attention_norm: &'a Norm,
    pub(super) up: &'a Linear,
    pub(super) down: &'a Linear,
    pub(super) output_norm: &'a Norm,
}

/// What all layers of a network have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layers {
    pub(super) heads: usize,
    pub(super) activation: Activation,
    pub(super) rates: Rates,
}

impl Layers {
    /// `x (tokens, hidden)` through one layer after another; `bias` as in [`ops::attention`], for all.
    pub(super) fn forward<'a>(
        &self,
        x: Tensor<2>,
        bias: Option<&Tensor<2>>,
        pass: &Pass<'_>,
        blocks: impl Iterator<Item = Block<'a>>,
    ) -> Tensor<2> {
        blocks.enumerate().fold(x, |x, (layer, block)| {
            let heads = pass.heads(
                self.heads,
                None,
                self.rates.weights,
                Site::Weights.of(layer),
            );
            let attended = block.attend(x.clone(), bias.cloned(), &heads);
            let attended = pass.drop(attended, self.rates.attended, Site::Attended.of(layer));
            let x = block.attention_norm.of_sum(attended, x);
            let fed = self.feed(&block, x.clone(), pass, layer);
            let fed = pass.drop(fed, self.rates.fed, Site::Fed.of(layer));
            block.output_norm.of_sum(fed, x)
        })
    }

    /// Up, activation, dropout, down; in one operation where nothing stands between.
    fn feed(&self, block: &Block<'_>, x: Tensor<2>, pass: &Pass<'_>, layer: usize) -> Tensor<2> {
        let fused = self.activation == Activation::Gelu && !pass.drops(self.rates.inner);
        if fused && let Some(fed) = block.up.feed_forward(x.clone(), block.down) {
            return fed;
        }
        let inner = self.activation.of(block.up.forward(x));
        let inner = pass.drop(inner, self.rates.inner, Site::Inner.of(layer));
        block.down.forward(inner)
    }
}

impl Block<'_> {
    fn attend(&self, x: Tensor<2>, bias: Option<Tensor<2>>, heads: &Heads) -> Tensor<2> {
        let [q, k, v] = [self.query, self.key, self.value].map(|part| part.forward(x.clone()));
        self.out.forward(ops::attention(q, k, v, bias, heads))
    }
}
