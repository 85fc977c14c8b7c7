//! A text encoder and what is done to it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The keys of `kind = "sentence"`: a pretrained text encoder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SentenceRecipe {
    /// The folder of a Hugging Face or sentence-transformers model, or a name on the hub (`owner/name`).
    pub path: PathBuf,
    /// Tokens of a text that are read, the special ones included; the rest is cut off and counted. Without it: what
    /// the model was made for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
    /// How the tokens' rows become one: `mean`, `cls`, `max`, `weighted-mean`. Without it: as the folder says, and
    /// `mean` where it says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pooling: Option<String>,
    /// Numbers per embedding by a linear map after pooling, from initial weights of this run. Without it: as the
    /// folder says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dense: Option<usize>,
    /// Whether embeddings have Euclidean norm 1. Without it: as the folder says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub normalize: Option<bool>,
    /// Share of the numbers that are dropped while training, in `[0, 1)`. Without it: as the folder says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dropout: Option<f32>,
    /// What is left as it is.
    pub freeze: Freeze,
    /// With `freeze = "layers"`: how many of the lowest layers, with the token embeddings, are left as they are.
    pub frozen_layers: usize,
}

/// What of an encoder is left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Freeze {
    /// Nothing: every weight is trained.
    #[default]
    Nothing,
    /// The token embeddings.
    Embeddings,
    /// The token embeddings and `frozen_layers` layers.
    Layers,
    /// All but the dense layer: every text goes through the encoder once, and what comes out is kept.
    Encoder,
}

impl Default for SentenceRecipe {
    fn default() -> Self {
        Self {
            path: PathBuf::new(),
            max_length: None,
            pooling: None,
            dense: None,
            normalize: None,
            dropout: None,
            freeze: Freeze::Nothing,
            frozen_layers: 0,
        }
    }
}
