//! Embedders: networks that map inputs to rows of numbers, in Burn.
//!
//! A network here embeds every input by itself, takes its initial weights from (seed, parameter
//! name) alone, and reads and writes safetensors. What it is trained with, it does not know.
#![forbid(unsafe_code)]

mod activation;
mod adamw;
mod config_file;
mod convnet;
mod convolution;
mod embedder;
mod error;
mod fused;
mod gradients;
mod group_norm;
mod initial;
mod json;
mod layers;
mod normalize;
mod ops;
mod parameter_place;
mod pictures;
mod shape;
mod stock_stage;
mod tensors;
mod text;
mod vector_network;
mod vision;
mod weights;

pub use adamw::{AdamW, MomentDecay, StepRates};
pub use convnet::{ConvNet, ConvNetConfig};
pub use embedder::Embedder;
pub use error::Error;
pub use gradients::{first_not_finite, gradient_norm};
pub use ops::{Dropout, Pooling};
pub use parameter_place::ParameterPlace;
pub use pictures::PictureNetwork;
pub use text::{FreshSizes, SentenceEncoder, SentenceModel, TextEmbeddings, TokenBatch, Tokens};
pub use vector_network::{VectorActivation, VectorNetwork, VectorNetworkConfig};
pub use vision::{PictureEncoder, PictureModel};
pub use weights::{Weight, load, to_bytes, weights};
