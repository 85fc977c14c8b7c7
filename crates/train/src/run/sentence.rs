//! A text encoder and what is done to it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tercet_nn::{FreshSizes, Pooling, SentenceModel};

use super::{Device, Freeze};
use crate::Error;
use crate::bridge::device;

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

impl SentenceRecipe {
    /// The encoder with its tokenizer, as the keys want it.
    ///
    /// # Errors
    /// The folder is refused; a length it has no positions for; nothing is left to train.
    pub(crate) fn open(&self, seed: u64, place: Device) -> Result<SentenceModel, Error> {
        let device = device(place);
        let mut model = match self.fresh {
            Some(sizes) => SentenceModel::fresh(&self.path, sizes, seed, &device)?,
            None => SentenceModel::open(&self.path, &device)?,
        };
        if let Some(max_length) = self.max_length {
            model = model.cut_at(max_length)?;
        }
        if let Some(pooling) = self.pooling {
            model = model.pooled_by(pooling);
        }
        if let Some(normalize) = self.normalize {
            model = model.normalizing(normalize);
        }
        if let Some(dense) = self.dense {
            model = model.with_dense(dense, seed, &device);
        }
        self.freeze(model)
    }

    fn freeze(&self, mut model: SentenceModel) -> Result<SentenceModel, Error> {
        if self.freeze == Freeze::Encoder && !has_head(&model) {
            let path = self.path.clone();
            return Err(Error::NothingToTrain { path });
        }
        let layers = model.encoder.layers();
        if let Some(layers) = self.freeze.layers(self.frozen_layers, layers)? {
            model.encoder = model.encoder.freeze(layers, true);
        }
        Ok(model)
    }
}

/// Whether there is a dense layer after pooling.
fn has_head(model: &SentenceModel) -> bool {
    let last = model.encoder.layers() + 1;
    model.encoder.places().iter().any(|p| p.depth == last)
}
