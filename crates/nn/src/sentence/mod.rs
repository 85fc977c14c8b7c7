//! Sentences to embeddings, with the files that Hugging Face and sentence-transformers keep.

mod batch;
mod dense;
mod depth;
mod encoder;
mod folder;
mod fresh;
mod hub;
mod model;
mod open;
mod settings;
mod tokenize;
mod write;

pub use batch::{TokenBatch, Tokens};
pub use encoder::SentenceEncoder;
pub use fresh::FreshSizes;
pub use model::{Embedded, SentenceModel};
