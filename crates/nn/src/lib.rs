//! Embedders: networks that map inputs to rows of numbers, in Burn.
//!
//! A network here embeds every input by itself, takes its initial weights from (seed, parameter
//! name) alone, and reads and writes safetensors. What it is trained with, it does not know.
#![forbid(unsafe_code)]

mod adamw;
mod convnet;
mod convolution;
mod embedder;
mod encoder;
mod error;
mod fused;
mod group_norm;
mod initial;
mod json;
mod ops;
mod pictures;
mod place;
mod sentence;
mod shape;
mod tensors;
mod tower;
mod unit;
mod weights;

pub use adamw::{AdamW, Decay, Pace, gradient_norm};
pub use convnet::{ConvNet, ConvNetConfig};
pub use embedder::Embedder;
pub use error::Error;
pub use ops::{Dropout, Pooling};
pub use pictures::PictureNetwork;
pub use place::Place;
pub use sentence::{Embedded, FreshSizes, SentenceEncoder, SentenceModel, TokenBatch, Tokens};
pub use tower::{PictureEncoder, PictureModel};
pub use weights::{Weight, load, to_bytes, weights};
