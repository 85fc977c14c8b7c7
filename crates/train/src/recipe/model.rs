//! The network of a recipe.

use serde::{Deserialize, Serialize};
use tercet_nn::{ConvNetConfig, VectorNetworkConfig};

use super::{PictureRecipe, SentenceRecipe, TowersRecipe};

/// `[model]`: the network; `kind` and the keys of that kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
#[allow(clippy::large_enum_variant, reason = "one per recipe")]
pub enum ModelRecipe {
    /// A small convolutional network for images of 32 to 64 pixels, trained from nothing.
    Convnet(ConvNetConfig),
    /// A network of images that others have trained.
    Picture(PictureRecipe),
    /// A text encoder.
    Sentence(SentenceRecipe),
    /// Layers on rows of numbers, such as the embeddings of another program.
    Mlp(VectorNetworkConfig),
    /// A network for each of two sides, with one space.
    Towers(TowersRecipe),
}

impl Default for ModelRecipe {
    fn default() -> Self {
        Self::Convnet(ConvNetConfig::default())
    }
}

/// The network of one side of two: its kind and the keys of that kind, but those of its dimension and norm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TowerRecipe {
    /// A small network of images, trained from nothing.
    Convnet(ConvNetConfig),
    /// A network of images that others have trained.
    Picture(PictureRecipe),
    /// A text encoder.
    Sentence(SentenceRecipe),
    /// Layers on rows of numbers.
    Mlp(VectorNetworkConfig),
}

impl Default for TowerRecipe {
    fn default() -> Self {
        Self::Convnet(ConvNetConfig::default())
    }
}

impl TowerRecipe {
    /// The network with embeddings of `dim` numbers of norm 1.
    pub(crate) fn within(self, dim: usize) -> Self {
        match self {
            Self::Convnet(keys) => Self::Convnet(ConvNetConfig {
                dim,
                normalize: true,
                ..keys
            }),
            Self::Picture(keys) => Self::Picture(PictureRecipe {
                dim: Some(dim),
                normalize: Some(true),
                ..keys
            }),
            Self::Sentence(keys) => Self::Sentence(keys.within(dim)),
            Self::Mlp(keys) => Self::Mlp(VectorNetworkConfig {
                dim,
                normalize: true,
                ..keys
            }),
        }
    }
}

impl SentenceRecipe {
    /// The encoder with embeddings of `dim` numbers of norm 1, by a linear layer.
    pub(crate) fn within(self, dim: usize) -> Self {
        Self {
            dense: Some(dim),
            normalize: Some(true),
            ..self
        }
    }
}
