//! ModernBERT (Warner et al. 2024, arXiv:2412.13663): normalisation before each part, gated
//! feed-forward parts, rotated positions, and most layers see only near tokens.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::modernbert_config::{Keys, ModernBertConfig, Sight};
use crate::activation::{Activation, gated};
use crate::config_file::ConfigFile;
use crate::error::Error;
use crate::layers::{Linear, Names, Norm, Table};
use crate::text::family::{Family, Rates, Sizes};
use crate::text::pass::{Pass, Site};
use crate::text::rotary::{Rotation, rotated_attention};

/// The transformer.
#[derive(Module, Debug)]
pub(crate) struct ModernBert {
    embeddings: Embeddings,
    layers: Vec<Layer>,
    final_norm: Norm,
    #[module(skip)]
    shared: Shared,
    #[module(skip)]
    sights: Vec<Sight>,
}

/// What all layers have in common.
#[derive(Debug, Clone)]
struct Shared {
    heads: usize,
    head: usize,
    activation: Activation,
    rates: Rates,
}

#[derive(Module, Debug)]
struct Embeddings {
    tok_embeddings: Table,
    norm: Norm,
}

#[derive(Module, Debug)]
struct Layer {
    /// The first layer has none: the embeddings are normalised already.
    attn_norm: Option<Norm>,
    attn: Attention,
    mlp_norm: Norm,
    mlp: Gated,
}

#[derive(Module, Debug)]
struct Attention {
    /// Queries, keys and values of all heads: `(3 hidden, hidden)`.
    wqkv: Linear,
    wo: Linear,
}

/// `wo(activation(a) * b)`, `a` and `b` the halves of `wi(x)`: see [`gated`].
#[derive(Module, Debug)]
struct Gated {
    wi: Linear,
    wo: Linear,
}

impl Family for ModernBert {
    type Config = ModernBertConfig;

    const PREFIXES: &'static [&'static str] = &["model."];

    const ROTATED: bool = true;

    fn read(file: &ConfigFile<'_>) -> Result<ModernBertConfig, Error> {
        ModernBertConfig::read(file)
    }

    fn sizes(config: &ModernBertConfig) -> Sizes {
        config.sizes()
    }

    fn new(config: &ModernBertConfig, names: &Names<'_>) -> Self {
        let keys = &config.keys;
        let embeddings = names.at("embeddings");
        let table = [keys.vocab_size, keys.hidden_size];
        let layer = |index| Layer::new(keys, &names.at(&format!("layers.{index}")), index > 0);
        Self {
            embeddings: Embeddings {
                tok_embeddings: embeddings.at("tok_embeddings").table(table),
                norm: norm(keys, &embeddings, "norm"),
            },
            layers: (0..keys.num_hidden_layers).map(layer).collect(),
            final_norm: norm(keys, names, "final_norm"),
            shared: Shared {
                heads: keys.num_attention_heads,
                head: keys.hidden_size / keys.num_attention_heads,
                activation: keys.hidden_activation,
                rates: keys.rates(),
            },
            sights: config.sights.clone(),
        }
    }

    fn forward(&self, pass: &Pass<'_>) -> Tensor<2> {
        let x = self.embeddings.tok_embeddings.rows(pass.ids);
        let x = self.embeddings.norm.forward(x);
        let x = pass.drop(x, self.shared.rates.embeddings, 0);
        let rotations = Rotations::new(self, pass, &x.device());
        let layers = self.layers.iter().zip(&self.sights).enumerate();
        let x = layers.fold(x, |x, (index, (layer, sight))| {
            let context = LayerContext {
                pass,
                shared: &self.shared,
                window: sight.window,
                rotation: rotations.of(sight),
                layer: index,
            };
            layer.forward(x, &context)
        });
        self.final_norm.forward(x)
    }
}

fn norm(keys: &Keys, names: &Names<'_>, part: &str) -> Norm {
    let names = names.at(part);
    names.norm(keys.hidden_size, keys.norm_eps, keys.norm_bias)
}

/// The rotations of one pass, one per speed.
struct Rotations(Vec<(f64, Rotation)>);

impl Rotations {
    fn new(network: &ModernBert, pass: &Pass<'_>, device: &Device) -> Self {
        let positions = pass.sequences.positions();
        let mut all: Vec<(f64, Rotation)> = Vec::new();
        for &Sight { theta, .. } in &network.sights {
            if all.iter().all(|(other, _)| *other != theta) {
                let rotation = Rotation::new(&positions, network.shared.head, theta, device);
                all.push((theta, rotation));
            }
        }
        Self(all)
    }

    fn of(&self, sight: &Sight) -> &Rotation {
        let found = self.0.iter().find(|(theta, _)| *theta == sight.theta);
        &found.expect("every layer's speed has its rotation").1
    }
}

/// What a pass tells one layer.
struct LayerContext<'a> {
    pass: &'a Pass<'a>,
    shared: &'a Shared,
    window: Option<usize>,
    rotation: &'a Rotation,
    layer: usize,
}

impl Layer {
    fn new(keys: &Keys, names: &Names<'_>, normalise: bool) -> Self {
        let hidden = keys.hidden_size;
        let (attn, mlp) = (names.at("attn"), names.at("mlp"));
        let inner = keys.intermediate_size;
        Self {
            attn_norm: normalise.then(|| norm(keys, names, "attn_norm")),
            attn: Attention {
                wqkv: attn
                    .at("Wqkv")
                    .linear([3 * hidden, hidden], keys.attention_bias),
                wo: attn.at("Wo").linear([hidden, hidden], keys.attention_bias),
            },
            mlp_norm: norm(keys, names, "mlp_norm"),
            mlp: Gated {
                wi: mlp.at("Wi").linear([2 * inner, hidden], keys.mlp_bias),
                wo: mlp.at("Wo").linear([hidden, inner], keys.mlp_bias),
            },
        }
    }

    fn forward(&self, x: Tensor<2>, context: &LayerContext<'_>) -> Tensor<2> {
        let normal = match &self.attn_norm {
            Some(norm) => norm.forward(x.clone()),
            None => x.clone(),
        };
        let x = x + self.attn.forward(normal, context);
        let normal = self.mlp_norm.forward(x.clone());
        x + self.mlp.forward(normal, context)
    }
}

impl Attention {
    fn forward(&self, x: Tensor<2>, context: &LayerContext<'_>) -> Tensor<2> {
        let Shared { heads, rates, .. } = context.shared;
        let site = Site::Weights.of(context.layer);
        let told = context
            .pass
            .heads(*heads, context.window, rates.weights, site);
        let attended = rotated_attention(self.wqkv.forward(x), context.rotation, &told);
        let attended = self.wo.forward(attended);
        let site = Site::Attended.of(context.layer);
        context.pass.drop(attended, rates.attended, site)
    }
}

impl Gated {
    fn forward(&self, x: Tensor<2>, context: &LayerContext<'_>) -> Tensor<2> {
        let inner = gated(self.wi.forward(x), context.shared.activation);
        let site = Site::Inner.of(context.layer);
        let inner = context.pass.drop(inner, context.shared.rates.inner, site);
        self.wo.forward(inner)
    }
}
