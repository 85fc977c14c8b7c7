//! A small encoder with initial weights, around a tokenizer that is there already.

use std::path::Path;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::encoder::{Plan, SentenceEncoder};
use super::families::Config;
use super::model::SentenceModel;
use super::open::files;
use super::settings::{Cut, General};
use super::tokenize;
use crate::config_file::ConfigFile;
use crate::error::Error;
use crate::json::pretty;
use crate::ops::Pooling;
use crate::weights::Weight;

/// Sizes of an encoder that is trained from nothing: BERT's network, pooled by the mean.
///
/// Default: 2 layers of 128 features and 4 heads, texts of 64 tokens.
///
/// ```
/// use burn::tensor::Device;
/// use tercet_nn::{FreshSizes, SentenceModel};
///
/// let sizes = FreshSizes { layers: 1, hidden: 16, ..FreshSizes::default() };
/// let model = SentenceModel::fresh("tests/models/bert", sizes, 1, &Device::flex())?;
/// assert_eq!((model.dim(), model.max_length()), (16, 64));
/// # Ok::<(), tercet_nn::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FreshSizes {
    /// Layers of the transformer; with 0 a text is the mean of its tokens' embeddings, normalised.
    pub layers: usize,
    /// Features of a hidden state; the feed-forward parts have four times as many.
    pub hidden: usize,
    /// Heads of the attention, a divisor of `hidden`.
    pub heads: usize,
    /// Tokens of the longest text, special ones included; the rest is cut off.
    pub max_length: usize,
}

impl Default for FreshSizes {
    fn default() -> Self {
        Self {
            layers: 2,
            hidden: 128,
            heads: 4,
            max_length: 64,
        }
    }
}

impl FreshSizes {
    /// `config.json`, as transformers reads it.
    fn config(&self, vocabulary: usize) -> Value {
        json!({
            "architectures": ["BertModel"],
            "model_type": "bert",
            "vocab_size": vocabulary,
            "hidden_size": self.hidden,
            "num_hidden_layers": self.layers,
            "num_attention_heads": self.heads,
            "intermediate_size": 4 * self.hidden,
            "hidden_act": "gelu",
            "hidden_dropout_prob": 0.1,
            "attention_probs_dropout_prob": 0.1,
            "max_position_embeddings": self.max_length,
            "type_vocab_size": 2,
            "layer_norm_eps": 1e-12,
            "pad_token_id": 0,
            "dtype": "float32",
        })
    }
}

impl SentenceModel {
    /// A model of these sizes with the tokenizer of a folder (`tokenizer.json`), of which nothing else is read.
    ///
    /// Weights are a pure function of (seed, name): maps of variance `1 / inputs`, tables of deviation 0.02, no bias.
    ///
    /// # Errors
    /// The tokenizer is missing or broken; a size is 0 (but `layers`), or `heads` does not divide `hidden`.
    pub fn fresh(
        folder: impl AsRef<Path>,
        sizes: FreshSizes,
        seed: u64,
        device: &Device,
    ) -> Result<Self, Error> {
        let folder = folder.as_ref();
        let tokenizer_path = folder.join("tokenizer.json");
        let tokenizer = tokenize::read(&tokenizer_path, false, usize::MAX)?;
        let last = tokenizer.get_vocab(true).into_values().max();
        let config = sizes.config(last.map_or(0, |last| last as usize + 1));
        let transformer = Config::of(&ConfigFile {
            value: &config,
            path: &folder.join("config.json"),
        })?;
        let plan = Plan {
            transformer,
            pooling: vec![Pooling::Mean],
            dense: Vec::new(),
            normalize: false,
        };
        let mut files = files(folder)?;
        files.retain(|(name, _)| name != "config.json");
        files.push(("config.json".to_owned(), pretty(&config)));
        let model = Self {
            encoder: SentenceEncoder::new(&plan, Some(seed), device),
            tokenizer,
            tokenizer_path,
            files,
            pooler: unused_pooler(sizes.hidden),
            general: General::default(),
            cut: Cut::default(),
            max_length: sizes.max_length,
        };
        model.cut_at(sizes.max_length)
    }
}

/// The layer that BERT's readers in Python look for, though embeddings do not need it.
fn unused_pooler(hidden: usize) -> Vec<Weight> {
    let zeros = |name: &str, size: &[usize]| Weight {
        name: format!("pooler.dense.{name}"),
        size: size.to_vec(),
        numbers: vec![0.0; size.iter().product()],
    };
    vec![zeros("weight", &[hidden, hidden]), zeros("bias", &[hidden])]
}
