//! A picture network that others have trained, and what is done to it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Freeze;

/// The keys of `kind = "picture"`: a picture network that others have trained.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PictureRecipe {
    /// The folder of the network, relative to the current directory: ViT, DINOv2, CLIP or SigLIP of Hugging Face's
    /// transformers, ResNet of torchvision, EfficientNet-Lite0 of timm ([`tercet_nn::PictureModel`]).
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
