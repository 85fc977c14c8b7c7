//! What ViT and DINOv2 have in common.

use burn::module::{Module, Param};
use burn::tensor::Tensor;

use super::patches::{Patches, sequences};
use super::vit_config::VitConfig;
use crate::layers::{Linear, Names};

/// Patches, the classification token and positions.
#[derive(Module, Debug)]
pub(super) struct Embeddings {
    /// `(1, 1, hidden)`.
    cls_token: Param<Tensor<3>>,
    /// `(1, 1 + patches, hidden)`.
    position_embeddings: Param<Tensor<3>>,
    patch_embeddings: Projected,
}

#[derive(Module, Debug)]
struct Projected {
    projection: Patches,
}

impl Embeddings {
    pub(super) fn new(config: &VitConfig, names: &Names<'_>) -> Self {
        let projection = names.at("patch_embeddings.projection");
        let positions = [1, 1 + config.patches(), config.hidden];
        Self {
            cls_token: names.zeros("cls_token", [1, 1, config.hidden]),
            position_embeddings: names.zeros("position_embeddings", positions),
            patch_embeddings: Projected {
                projection: Patches::new(config, &projection, true),
            },
        }
    }

    /// `(n, height, width, 3)` to `(n * rows, hidden)`, the token's row first.
    pub(super) fn forward(&self, pictures: Tensor<4>) -> Tensor<2> {
        let patches = self.patch_embeddings.projection.forward(pictures);
        let token = self.cls_token.val().flatten(0, 2);
        let positions = self.position_embeddings.val().squeeze_dim(0);
        sequences(patches, Some(token), positions)
    }
}

/// Attention under the names of both.
#[derive(Module, Debug)]
pub(super) struct Attention {
    pub(super) attention: Asked,
    pub(super) output: Output,
}

/// Queries, keys and values.
#[derive(Module, Debug)]
pub(super) struct Asked {
    pub(super) query: Linear,
    pub(super) key: Linear,
    pub(super) value: Linear,
}

/// A linear map by the name `dense`.
#[derive(Module, Debug)]
pub(super) struct Output {
    pub(super) dense: Linear,
}

impl Attention {
    pub(super) fn new(config: &VitConfig, names: &Names<'_>) -> Self {
        let square = |part: &str, bias| names.at(part).linear([config.hidden; 2], bias);
        let asked = |part: &str| square(&format!("attention.{part}"), config.biased);
        Self {
            attention: Asked {
                query: asked("query"),
                key: asked("key"),
                value: asked("value"),
            },
            output: Output {
                dense: square("output.dense", true),
            },
        }
    }
}

/// Two maps with an activation between, under the names of DINOv2, CLIP and SigLIP.
#[derive(Module, Debug)]
pub(super) struct Mlp {
    pub(super) fc1: Linear,
    pub(super) fc2: Linear,
}

impl Mlp {
    pub(super) fn new(config: &VitConfig, names: &Names<'_>) -> Self {
        let (hidden, inner) = (config.hidden, config.inner);
        Self {
            fc1: names.at("fc1").linear([inner, hidden], true),
            fc2: names.at("fc2").linear([hidden, inner], true),
        }
    }
}
