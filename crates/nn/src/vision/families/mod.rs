//! The families of picture networks: a file for each, and its line in the table.

mod clip;
mod dinov2;
mod efficientnet;
mod resnet;
mod vit;

use burn::module::Module;
use burn::tensor::Tensor;

use super::family::{Family, Sizes, Spelling, families};
use crate::config_file::ConfigFile;
use crate::error::Error;
use crate::layers::Names;
use crate::tensors::Tensors;

// File and type = the values of `model_type`, or timm's of `architecture`, in its `config.json`.
families! {
    vit::Vit = "vit";
    dinov2::Dinov2 = "dinov2";
    clip::ClipVision = "clip" | "clip_vision_model" | "siglip" | "siglip_vision_model";
    resnet::ResNet = "resnet18" | "resnet34" | "resnet50";
    efficientnet::EfficientNet = "efficientnet-lite0" | "tf_efficientnet_lite0";
}
