//! Texts to embeddings by transformers that others have trained, with the files that Hugging Face and
//! sentence-transformers keep.
//!
//! A folder's files become a `SentenceModel` (`open`, `folder`, `settings`, `hub`, or `fresh` with initial
//! weights) and files again (`write`); `tokenize` makes token ids of texts, `batch` packs them, `encoder` is
//! the network: a transformer of one of the `families`, pooling and `dense` layers. Parameters bear the
//! names, sizes and order of numbers of the files. Hidden states are packed: see [`crate::ops`].

mod batch;
mod block;
mod dense;
mod depth;
mod encoder;
mod families;
mod family;
mod folder;
mod fresh;
mod hub;
mod model;
mod open;
mod pass;
mod rotary;
mod settings;
mod tokenize;
mod write;

pub use batch::{TokenBatch, Tokens};
pub use encoder::SentenceEncoder;
pub use fresh::FreshSizes;
pub use model::{SentenceModel, TextEmbeddings};
