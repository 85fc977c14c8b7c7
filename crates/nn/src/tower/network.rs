//! A picture network of any family.

use burn::module::Module;
use burn::tensor::Tensor;

use super::config::Config;
use super::dinov2::Dinov2;
use super::efficientnet::EfficientNet;
use super::resnet::ResNet;
use super::vision::Vision;
use super::vit::Vit;
use super::vit_config::Family;
use crate::encoder::Names;

/// A network of any family, from pictures to one row each.
#[derive(Module, Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "a few per program, and a box is no module"
)]
pub(super) enum Network {
    Vit(Vit),
    Dinov2(Dinov2),
    Vision(Vision),
    ResNet(ResNet),
    EfficientNet(EfficientNet),
}

impl Network {
    /// All parameters 0.
    pub(super) fn new(config: &Config, names: &Names<'_>) -> Self {
        match config {
            Config::Transformer(config) => match config.family {
                Family::Vit => Self::Vit(Vit::new(config, names)),
                Family::Dinov2 => Self::Dinov2(Dinov2::new(config, names)),
                Family::Clip | Family::Siglip => Self::Vision(Vision::new(config, names)),
            },
            Config::ResNet(config) => Self::ResNet(ResNet::new(config, names)),
            Config::EfficientNet(config) => Self::EfficientNet(EfficientNet::new(config, names)),
        }
    }

    /// `(n, height, width, 3)` to `(n, width)`.
    pub(super) fn forward(&self, pictures: Tensor<4>) -> Tensor<2> {
        match self {
            Self::Vit(network) => network.forward(pictures),
            Self::Dinov2(network) => network.forward(pictures),
            Self::Vision(network) => network.forward(pictures),
            Self::ResNet(network) => network.forward(pictures),
            Self::EfficientNet(network) => network.forward(pictures),
        }
    }
}
