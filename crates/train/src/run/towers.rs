//! Two networks, one of pictures and one of texts, with one space.

use serde::{Deserialize, Serialize};
use tercet_nn::SentenceModel;

use super::{Device, SentenceRecipe, TowerRecipe};
use crate::Error;

/// The keys of `kind = "towers"`: a network of pictures and a text encoder that embed into one space.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TowersRecipe {
    /// Numbers per embedding of both towers; default 128.
    pub dim: usize,
    /// `[model.picture]`: the network of pictures, `kind = "convnet" | "picture"`; its `dim` is that of both.
    pub picture: TowerRecipe,
    /// `[model.text]`: the text encoder; a linear layer brings it to `dim` numbers of norm 1.
    pub text: SentenceRecipe,
}

impl Default for TowersRecipe {
    fn default() -> Self {
        Self {
            dim: 128,
            picture: TowerRecipe::default(),
            text: SentenceRecipe::default(),
        }
    }
}

impl TowersRecipe {
    /// The network of pictures.
    pub(crate) fn picture(&self) -> TowerRecipe {
        self.picture.clone().within(self.dim)
    }

    /// The text encoder with its projection.
    ///
    /// # Errors
    /// Those of a text encoder by itself.
    pub(crate) fn text(&self, seed: u64, place: Device) -> Result<SentenceModel, Error> {
        let keys = SentenceRecipe {
            dense: Some(self.dim),
            normalize: Some(true),
            ..self.text.clone()
        };
        keys.open(seed, place)
    }
}
