//! A picture network that others have trained, and what is done to it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tercet_nn::{ConvNetConfig, PictureModel};

use super::{Device, Freeze};
use crate::bridge::device;
use crate::{Error, Layout};

/// The keys of `kind = "picture"`: a picture network that others have trained.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PictureRecipe {
    /// The folder of the network, relative to the current directory: ViT, DINOv2, CLIP or SigLIP of Hugging Face's
    /// transformers, ResNet of torchvision, EfficientNet-Lite0 of timm ([`PictureModel`]).
    pub path: PathBuf,
    /// Numbers per embedding by a linear layer after the network, from initial weights of this run. Without it: as the
    /// folder says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dim: Option<usize>,
    /// Whether embeddings have Euclidean norm 1; default true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub normalize: Option<bool>,
    /// What is left as it is; default `nothing`. With `encoder` every picture goes through the network once, as it is,
    /// and what comes out is kept in memory.
    pub freeze: Freeze,
    /// With `freeze = "layers"` alone: how many of the lowest layers are left as they are, with what is before them.
    pub frozen_layers: usize,
}

impl PictureRecipe {
    /// The network with its files, as the keys want it.
    ///
    /// # Errors
    /// The folder is refused; nothing is left to train.
    pub(crate) fn open(&self, seed: u64, place: Device) -> Result<PictureModel, Error> {
        let mut model = PictureModel::open(&self.path, &device(place))?;
        if let Some(dim) = self.dim {
            model = model.with_head(dim, seed)?;
        }
        model = model.with_norm(self.normalize.unwrap_or(true));
        self.freeze(model)
    }

    fn freeze(&self, mut model: PictureModel) -> Result<PictureModel, Error> {
        if self.freeze == Freeze::Encoder && !model.encoder.has_head() {
            let path = self.path.clone();
            return Err(Error::NoHead { path });
        }
        let layers = model.encoder.layers();
        if let Some(layers) = self.freeze.layers(self.frozen_layers, layers)? {
            model.encoder = model.encoder.freeze(layers, true);
        }
        Ok(model)
    }
}

/// The network of pictures of two towers: its kind and the keys of that kind, but `dim` and `normalize`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TowerRecipe {
    /// A small one, trained from nothing.
    Convnet(ConvNetConfig),
    /// One that others have trained.
    Picture(PictureRecipe),
}

impl Default for TowerRecipe {
    fn default() -> Self {
        Self::Convnet(ConvNetConfig::default())
    }
}

impl TowerRecipe {
    /// The same with embeddings of `dim` numbers of norm 1.
    pub(crate) fn within(self, dim: usize) -> Self {
        let norm = Some(true);
        match self {
            Self::Convnet(keys) => Self::Convnet(ConvNetConfig {
                dim,
                normalize: true,
                ..keys
            }),
            Self::Picture(keys) => Self::Picture(PictureRecipe {
                dim: Some(dim),
                normalize: norm,
                ..keys
            }),
        }
    }

    /// What a model's folder will say, with the weights that training begins with.
    ///
    /// # Errors
    /// Those of the kind.
    pub(crate) fn layout(&self, seed: u64, place: Device) -> Result<Layout, Error> {
        match self {
            Self::Convnet(sizes) => Ok(Layout::Convnet(sizes.clone())),
            Self::Picture(keys) => Ok(Layout::Encoder(Box::new(keys.open(seed, place)?))),
        }
    }

    /// Whether every picture goes through the encoder once.
    pub(crate) fn is_frozen(&self) -> bool {
        matches!(self, Self::Picture(keys) if keys.freeze == Freeze::Encoder)
    }
}
