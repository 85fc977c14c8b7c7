//! ModernBERT's `config.json`, in the spellings of older and newer files.

use serde::Deserialize;

use crate::activation::Activation;
use crate::config_file::ConfigFile;
use crate::error::Error;
use crate::text::family::{Rates, Sizes};

/// The keys of `config.json`, with Hugging Face's defaults.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub(crate) struct Keys {
    pub(super) vocab_size: usize,
    pub(super) hidden_size: usize,
    pub(super) intermediate_size: usize,
    pub(super) num_hidden_layers: usize,
    pub(super) num_attention_heads: usize,
    pub(super) hidden_activation: Activation,
    pub(super) max_position_embeddings: usize,
    pub(super) norm_eps: f64,
    pub(super) norm_bias: bool,
    pub(super) attention_bias: bool,
    pub(super) mlp_bias: bool,
    pub(super) attention_dropout: f32,
    pub(super) embedding_dropout: f32,
    pub(super) mlp_dropout: f32,
    pub(super) local_attention: usize,
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            vocab_size: 50368,
            hidden_size: 768,
            intermediate_size: 1152,
            num_hidden_layers: 22,
            num_attention_heads: 12,
            hidden_activation: Activation::Gelu,
            max_position_embeddings: 8192,
            norm_eps: 1e-5,
            norm_bias: false,
            attention_bias: false,
            mlp_bias: false,
            attention_dropout: 0.0,
            embedding_dropout: 0.0,
            mlp_dropout: 0.0,
            local_attention: 128,
        }
    }
}

/// Which tokens a layer sees, and how fast positions turn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sight {
    /// `None`: all; else those at most so far away.
    pub(super) window: Option<usize>,
    pub(super) theta: f64,
}

/// The configuration.
#[derive(Debug, Clone)]
pub(crate) struct ModernBertConfig {
    pub(super) keys: Keys,
    pub(super) sights: Vec<Sight>,
}

impl ModernBertConfig {
    /// Reads both spellings: of layers (`layer_types` or every n-th) and of angles (`rope_parameters` or
    /// two numbers).
    pub(super) fn read(file: &ConfigFile<'_>) -> Result<Self, Error> {
        let (keys, value): (Keys, _) = (file.keys()?, file.value);
        let every = value["global_attn_every_n_layers"].as_u64().unwrap_or(3);
        let theta = |kind: &str, old: &str, default| {
            let new = value["rope_parameters"][kind]["rope_theta"].as_f64();
            new.or(value[old].as_f64()).unwrap_or(default)
        };
        let all = Sight {
            window: None,
            theta: theta("full_attention", "global_rope_theta", 160_000.0),
        };
        let near = Sight {
            window: Some(keys.local_attention / 2),
            theta: theta("sliding_attention", "local_rope_theta", 10_000.0),
        };
        let sight = |index: usize| match value["layer_types"][index].as_str() {
            Some("full_attention") => all,
            Some(_) => near,
            None if (index as u64).is_multiple_of(every) => all,
            None => near,
        };
        Ok(Self {
            sights: (0..keys.num_hidden_layers).map(sight).collect(),
            keys,
        })
    }

    pub(super) fn sizes(&self) -> Sizes {
        Sizes {
            vocabulary: self.keys.vocab_size,
            hidden: self.keys.hidden_size,
            layers: self.keys.num_hidden_layers,
            heads: self.keys.num_attention_heads,
            positions: self.keys.max_position_embeddings,
        }
    }
}

impl Keys {
    pub(super) fn rates(&self) -> Rates {
        Rates {
            embeddings: self.embedding_dropout,
            weights: self.attention_dropout,
            attended: self.attention_dropout,
            inner: self.mlp_dropout,
            fed: 0.0,
        }
    }
}
