//! A text encoder and what is done to it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tercet_nn::{FreshSizes, Pooling};

use super::Freeze;

/// The keys of `kind = "sentence"`: a pretrained text encoder.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SentenceRecipe {
    /// The folder of a Hugging Face or sentence-transformers model, relative to the current directory, or a name on
    /// the hub (`owner/name`).
    pub path: PathBuf,
    /// `[model.fresh]`, of towers `[model.text.fresh]`: sizes of an encoder that is trained from nothing. Of the folder
    /// only the tokenizer is used then. Without it: the folder's encoder with its weights.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fresh: Option<FreshSizes>,
    /// Tokens of a text that are read, the special ones included; the rest is cut off and counted. Without it: what
    /// the model was made for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
    /// How the tokens' rows become one: `mean`, `cls`, `max`, `weightedmean`, `mean_sqrt_len_tokens` or `lasttoken`.
    /// Without it: as the folder says, and `mean` where it says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pooling: Option<Pooling>,
    /// Numbers per embedding by a linear layer after pooling, from initial weights of this run. Without it: as the
    /// folder says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dense: Option<usize>,
    /// Whether embeddings have Euclidean norm 1. Without it: as the folder says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub normalize: Option<bool>,
    /// Share of the numbers that are dropped while training, in `[0, 1)`. Without it: as the folder says, 0.1 in most
    /// models.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dropout: Option<f32>,
    /// What is left as it is; default `nothing`.
    pub freeze: Freeze,
    /// With `freeze = "layers"` alone: how many of the lowest layers are left as they are, with the token embeddings.
    pub frozen_layers: usize,
}
