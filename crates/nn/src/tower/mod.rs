//! Pictures to embeddings by networks that others have trained: vision transformers and convolutional
//! networks, with the files that Hugging Face and torchvision keep.
//!
//! Every picture goes through alone: chunks of a batch give the embeddings of the batch. Batch
//! normalisation therefore always uses its running statistics, in training too, and drops nothing.

mod block;
mod config;
mod convolution;
mod dinov2;
mod efficientnet;
mod encoder;
mod model;
mod network;
mod parts;
mod patches;
mod probe;
mod resnet;
mod settings;
mod vision;
mod vit;
mod vit_config;
mod write;

pub use encoder::PictureEncoder;
pub use model::PictureModel;
