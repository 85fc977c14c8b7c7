//! Pictures to embeddings by networks that others have trained: vision transformers and convolutional
//! networks, with the files that Hugging Face and torchvision keep.
//!
//! A folder's files become a `PictureModel` (`model`, `settings`) and files again (`write`); `encoder` is
//! the network of one of the `families` with what comes after it. Every picture goes through alone: chunks
//! of a batch give the embeddings of the batch. Batch normalisation therefore always uses its running
//! statistics, in training too, and drops nothing.

mod block;
mod convolution;
mod encoder;
mod families;
mod family;
mod model;
mod parts;
mod patches;
mod probe;
mod settings;
mod vit_config;
mod write;

pub use encoder::PictureEncoder;
pub use model::PictureModel;
