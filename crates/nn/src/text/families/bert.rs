//! BERT (Devlin et al. 2018, arXiv:1810.04805), of which MiniLM is a small one, and RoBERTa (Liu et al.
//! 2019, arXiv:1907.11692) with XLM-R (Conneau et al. 2019, arXiv:1911.02116), which count positions
//! from another number.

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

/// The keys of `config.json`, with Hugging Face's defaults.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct BertConfig {
    pub(super) vocab_size: usize,
    pub(super) hidden_size: usize,
    pub(super) num_hidden_layers: usize,
    pub(super) num_attention_heads: usize,
    pub(super) intermediate_size: usize,
    pub(super) hidden_act: Activation,
    pub(super) hidden_dropout_prob: f32,
    pub(super) attention_probs_dropout_prob: f32,
    pub(super) max_position_embeddings: usize,
    pub(super) type_vocab_size: usize,
    pub(super) layer_norm_eps: f64,
    pub(super) pad_token_id: Option<u32>,
    /// The padding token, where positions are counted from the one after it.
    #[serde(skip)]
    pub(super) padding: Option<u32>,
}

impl Default for BertConfig {
    fn default() -> Self {
        Self {
            vocab_size: 30522,
            hidden_size: 768,
            num_hidden_layers: 12,
            num_attention_heads: 12,
            intermediate_size: 3072,
            hidden_act: Activation::Gelu,
            hidden_dropout_prob: 0.1,
            attention_probs_dropout_prob: 0.1,
            max_position_embeddings: 512,
            type_vocab_size: 2,
            layer_norm_eps: 1e-12,
            pad_token_id: None,
            padding: None,
        }
    }
}

impl BertConfig {
    pub(super) fn sizes(&self) -> Sizes {
        let before = self.padding.map_or(0, |padding| padding as usize + 1);
        Sizes {
            vocabulary: self.vocab_size,
            hidden: self.hidden_size,
            layers: self.num_hidden_layers,
            heads: self.num_attention_heads,
            positions: self.max_position_embeddings.saturating_sub(before),
        }
    }

    pub(super) fn layers(&self) -> Layers {
        Layers {
            heads: self.num_attention_heads,
            activation: self.hidden_act,
            rates: Rates {
                embeddings: self.hidden_dropout_prob,
                weights: self.attention_probs_dropout_prob,
                attended: self.hidden_dropout_prob,
                inner: 0.0,
                fed: self.hidden_dropout_prob,
            },
        }
    }

    pub(super) fn norm(&self, names: &Names<'_>) -> Norm {
        let names = names.at("LayerNorm");
        names.norm(self.hidden_size, self.layer_norm_eps, true)
    }

    /// The square matrix of `part`.
    pub(super) fn square(&self, names: &Names<'_>, part: &str) -> Linear {
        names.at(part).linear([self.hidden_size; 2], true)
    }
}

/// The transformer: embeddings of words, positions and sentence kind; layers.
#[derive(Module, Debug)]
pub(crate) struct Bert {
    embeddings: Embeddings,
    encoder: Encoder,
    #[module(skip)]
    layers: Layers,
    #[module(skip)]
    padding: Option<u32>,
}

#[derive(Module, Debug)]
struct Embeddings {
    word_embeddings: Table,
    position_embeddings: Table,
    token_type_embeddings: Table,
    layer_norm: Norm,
}

#[derive(Module, Debug)]
struct Encoder {
    layer: Vec<Layer>,
}

#[derive(Module, Debug)]
struct Layer {
    attention: Attention,
    intermediate: Intermediate,
    output: Output,
}

#[derive(Module, Debug)]
struct Attention {
    self_: SelfAttention,
    output: Output,
}

#[derive(Module, Debug)]
struct SelfAttention {
    query: Linear,
    key: Linear,
    value: Linear,
}

/// The map up to the inner numbers.
#[derive(Module, Debug)]
pub(crate) struct Intermediate {
    pub(super) dense: Linear,
}

/// A map down to the hidden state, and the normalisation after it.
#[derive(Module, Debug)]
pub(crate) struct Output {
    pub(super) dense: Linear,
    pub(super) layer_norm: Norm,
}

impl Intermediate {
    pub(super) fn new(config: &BertConfig, names: &Names<'_>) -> Self {
        let size = [config.intermediate_size, config.hidden_size];
        let dense = names.at("dense").linear(size, true);
        Self { dense }
    }
}

impl Output {
    pub(super) fn new(config: &BertConfig, names: &Names<'_>, inputs: usize) -> Self {
        Self {
            dense: names.at("dense").linear([config.hidden_size, inputs], true),
            layer_norm: config.norm(names),
        }
    }
}

impl Family for Bert {
    type Config = BertConfig;

    const PREFIXES: &'static [&'static str] = &["bert.", "roberta."];

    /// RoBERTa and its kin count positions from the one after the padding token, which is 1 if nothing is
    /// said.
    fn read(file: &ConfigFile<'_>) -> Result<BertConfig, Error> {
        let config: BertConfig = file.keys()?;
        let padding = match file.value["model_type"].as_str() {
            Some("bert") => None,
            _ => Some(config.pad_token_id.unwrap_or(1)),
        };
        Ok(BertConfig { padding, ..config })
    }

    fn sizes(config: &BertConfig) -> Sizes {
        config.sizes()
    }

    fn new(config: &BertConfig, names: &Names<'_>) -> Self {
        let layer = |index| Layer::new(config, &names.at(&format!("encoder.layer.{index}")));
        Self {
            embeddings: Embeddings::new(config, &names.at("embeddings")),
            encoder: Encoder {
                layer: (0..config.num_hidden_layers).map(layer).collect(),
            },
            layers: config.layers(),
            padding: config.padding,
        }
    }

    fn forward(&self, pass: &Pass<'_>) -> Tensor<2> {
        let positions = match self.padding {
            Some(padding) => pass.positions_after(padding),
            None => pass.sequences.positions(),
        };
        let x = self.embeddings.forward(pass.ids, &positions);
        let x = pass.drop(x, self.layers.rates.embeddings, 0);
        let blocks = self.encoder.layer.iter().map(Layer::block);
        self.layers.forward(x, None, pass, blocks)
    }
}

impl Embeddings {
    fn new(config: &BertConfig, names: &Names<'_>) -> Self {
        let table = |name: &str, rows| names.at(name).table([rows, config.hidden_size]);
        Self {
            word_embeddings: table("word_embeddings", config.vocab_size),
            position_embeddings: table("position_embeddings", config.max_position_embeddings),
            token_type_embeddings: table("token_type_embeddings", config.type_vocab_size),
            layer_norm: config.norm(names),
        }
    }

    /// All tokens are of the first kind.
    fn forward(&self, ids: &[u32], positions: &[u32]) -> Tensor<2> {
        let words = self.word_embeddings.rows(ids) + self.token_type_embeddings.rows(&[0]);
        let positions = self.position_embeddings.rows(positions);
        self.layer_norm.of_sum(words, positions)
    }
}

impl Layer {
    fn new(config: &BertConfig, names: &Names<'_>) -> Self {
        let attention = names.at("attention");
        let this = attention.at("self");
        Self {
            attention: Attention {
                self_: SelfAttention {
                    query: config.square(&this, "query"),
                    key: config.square(&this, "key"),
                    value: config.square(&this, "value"),
                },
                output: Output::new(config, &attention.at("output"), config.hidden_size),
            },
            intermediate: Intermediate::new(config, &names.at("intermediate")),
            output: Output::new(config, &names.at("output"), config.intermediate_size),
        }
    }

    fn block(&self) -> Block<'_> {
        Block {
            query: &self.attention.self_.query,
            key: &self.attention.self_.key,
            value: &self.attention.self_.value,
            out: &self.attention.output.dense,
            attention_norm: &self.attention.output.layer_norm,
            up: &self.intermediate.dense,
            down: &self.output.dense,
            output_norm: &self.output.layer_norm,
        }
    }
}
