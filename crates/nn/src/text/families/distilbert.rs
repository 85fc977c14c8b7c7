//! DistilBERT (Sanh et al. 2019, arXiv:1910.01108): BERT without kinds of sentences.

use burn::module::Module;
use burn::tensor::Tensor;
use serde::Deserialize;

use crate::activation::Activation;
use crate::config_file::ConfigFile;
use crate::error::Error;
use crate::layers::{Linear, Names, Norm, Table};
use crate::text::block::{Block, Layers};
use crate::text::family::{Family, Rates, Sizes};
use crate::text::pass::Pass;

/// Added to variances; no key of the configuration.
const EPSILON: f64 = 1e-12;

/// The keys of `config.json`, with Hugging Face's defaults.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct DistilBertConfig {
    vocab_size: usize,
    dim: usize,
    n_layers: usize,
    n_heads: usize,
    hidden_dim: usize,
    activation: Activation,
    dropout: f32,
    attention_dropout: f32,
    max_position_embeddings: usize,
}

impl Default for DistilBertConfig {
    fn default() -> Self {
        Self {
            vocab_size: 30522,
            dim: 768,
            n_layers: 6,
            n_heads: 12,
            hidden_dim: 3072,
            activation: Activation::Gelu,
            dropout: 0.1,
            attention_dropout: 0.1,
            max_position_embeddings: 512,
        }
    }
}

impl DistilBertConfig {
    fn norm(&self, names: &Names<'_>, part: &str) -> Norm {
        names.at(part).norm(self.dim, EPSILON, true)
    }
}

/// The transformer.
#[derive(Module, Debug)]
pub(crate) struct DistilBert {
    embeddings: Embeddings,
    transformer: Stack,
    #[module(skip)]
    layers: Layers,
}

#[derive(Module, Debug)]
struct Embeddings {
    word_embeddings: Table,
    position_embeddings: Table,
    layer_norm: Norm,
}

#[derive(Module, Debug)]
struct Stack {
    layer: Vec<Layer>,
}

#[derive(Module, Debug)]
struct Layer {
    attention: Attention,
    sa_layer_norm: Norm,
    ffn: FeedForward,
    output_layer_norm: Norm,
}

#[derive(Module, Debug)]
struct Attention {
    q_lin: Linear,
    k_lin: Linear,
    v_lin: Linear,
    out_lin: Linear,
}

#[derive(Module, Debug)]
struct FeedForward {
    lin1: Linear,
    lin2: Linear,
}

impl Family for DistilBert {
    type Config = DistilBertConfig;

    const PREFIXES: &'static [&'static str] = &["distilbert."];

    fn read(file: &ConfigFile<'_>) -> Result<DistilBertConfig, Error> {
        file.keys()
    }

    fn sizes(config: &DistilBertConfig) -> Sizes {
        Sizes {
            vocabulary: config.vocab_size,
            hidden: config.dim,
            layers: config.n_layers,
            heads: config.n_heads,
            positions: config.max_position_embeddings,
        }
    }

    fn new(config: &DistilBertConfig, names: &Names<'_>) -> Self {
        let embeddings = names.at("embeddings");
        let table = |name: &str, rows| embeddings.at(name).table([rows, config.dim]);
        let layer = |index| Layer::new(config, &names.at(&format!("transformer.layer.{index}")));
        Self {
            embeddings: Embeddings {
                word_embeddings: table("word_embeddings", config.vocab_size),
                position_embeddings: table("position_embeddings", config.max_position_embeddings),
                layer_norm: config.norm(&embeddings, "LayerNorm"),
            },
            transformer: Stack {
                layer: (0..config.n_layers).map(layer).collect(),
            },
            layers: Layers {
                heads: config.n_heads,
                activation: config.activation,
                rates: Rates {
                    embeddings: config.dropout,
                    weights: config.attention_dropout,
                    fed: config.dropout,
                    ..Rates::default()
                },
            },
        }
    }

    fn forward(&self, pass: &Pass<'_>) -> Tensor<2> {
        let words = self.embeddings.word_embeddings.rows(pass.ids);
        let positions = pass.sequences.positions();
        let positions = self.embeddings.position_embeddings.rows(&positions);
        let x = self.embeddings.layer_norm.of_sum(words, positions);
        let x = pass.drop(x, self.layers.rates.embeddings, 0);
        let blocks = self.transformer.layer.iter().map(Layer::block);
        self.layers.forward(x, None, pass, blocks)
    }
}

impl Layer {
    fn new(config: &DistilBertConfig, names: &Names<'_>) -> Self {
        let attention = names.at("attention");
        let square = |part: &str| attention.at(part).linear([config.dim; 2], true);
        let ffn = names.at("ffn");
        Self {
            attention: Attention {
                q_lin: square("q_lin"),
                k_lin: square("k_lin"),
                v_lin: square("v_lin"),
                out_lin: square("out_lin"),
            },
            sa_layer_norm: config.norm(names, "sa_layer_norm"),
            ffn: FeedForward {
                lin1: ffn.at("lin1").linear([config.hidden_dim, config.dim], true),
                lin2: ffn.at("lin2").linear([config.dim, config.hidden_dim], true),
            },
            output_layer_norm: config.norm(names, "output_layer_norm"),
        }
    }

    fn block(&self) -> Block<'_> {
        Block {
            query: &self.attention.q_lin,
            key: &self.attention.k_lin,
            value: &self.attention.v_lin,
            out: &self.attention.out_lin,
            attention_norm: &self.sa_layer_norm,
            up: &self.ffn.lin1,
            down: &self.ffn.lin2,
            output_norm: &self.output_layer_norm,
        }
    }
}
