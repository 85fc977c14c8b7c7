//! A layer that normalises before each part, as all vision transformers' do.

use burn::module::{Module, Param};
use burn::tensor::Tensor;

use crate::activation::{Activation, gated};
use crate::layers::{Linear, Norm};
use crate::ops::{self, Heads, Sequences};

/// The parts of one layer, under whatever names a family keeps them.
///
/// `y = x + attended * attention(before(x))`, then `y + fed * feed(after(y))`, the scales 1 where there
/// are none (Dosovitskiy et al. 2020, arXiv:2010.11929; scales: Touvron et al. 2021, arXiv:2103.17239).
#[derive(Debug)]
pub(super) struct Block<'a> {
    pub(super) before: &'a Norm,
    pub(super) query: &'a Linear,
    pub(super) key: &'a Linear,
    pub(super) value: &'a Linear,
    pub(super) out: &'a Linear,
    pub(super) attended: Option<&'a Scale>,
    pub(super) after: &'a Norm,
    pub(super) feed: Feed<'a>,
    pub(super) fed: Option<&'a Scale>,
}

/// A feed-forward part.
#[derive(Debug, Clone, Copy)]
pub(super) enum Feed<'a> {
    /// `down(activation(up(x)))`.
    Plain {
        up: &'a Linear,
        down: &'a Linear,
        activation: Activation,
    },
    /// `down(silu(a) * b)`, `a` and `b` the halves of `both(x)`: see [`gated`].
    Gated { both: &'a Linear, down: &'a Linear },
}

/// A factor per feature.
#[derive(Module, Debug)]
pub(super) struct Scale {
    /// `(features)`.
    pub(super) lambda1: Param<Tensor<1>>,
}

/// What attention is told of `n` pictures of `rows` rows each.
pub(super) fn heads(heads: usize, n: usize, rows: usize) -> Heads {
    Heads {
        sequences: Sequences::new(&vec![rows; n]),
        heads,
        window: None,
        noise: None,
    }
}

impl Block<'_> {
    /// `x (rows, hidden)` to as many.
    pub(super) fn forward(&self, x: Tensor<2>, heads: &Heads) -> Tensor<2> {
        let attended = self.attend(self.before.forward(x.clone()), heads);
        let x = x + scaled(attended, self.attended);
        let fed = self.feed.forward(self.after.forward(x.clone()));
        x + scaled(fed, self.fed)
    }

    fn attend(&self, x: Tensor<2>, heads: &Heads) -> Tensor<2> {
        let [q, k, v] = [self.query, self.key, self.value].map(|part| part.forward(x.clone()));
        self.out.forward(ops::attention(q, k, v, None, heads))
    }
}

impl Feed<'_> {
    /// `x (rows, hidden)` to as many.
    pub(super) fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        match *self {
            Self::Plain {
                up,
                down,
                activation,
            } => {
                if activation == Activation::Gelu
                    && let Some(fed) = up.feed_forward(x.clone(), down)
                {
                    return fed;
                }
                down.forward(activation.of(up.forward(x)))
            }
            Self::Gated { both, down } => down.forward(gated(both.forward(x), Activation::Silu)),
        }
    }
}

fn scaled(x: Tensor<2>, scale: Option<&Scale>) -> Tensor<2> {
    match scale {
        Some(scale) => x * scale.lambda1.val().unsqueeze(),
        None => x,
    }
}
