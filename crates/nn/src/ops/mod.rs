//! What text encoders are made of: operations on packed sequences.
//!
//! A batch of sequences is a matrix `(tokens, features)` with the sequences one below the other and no
//! padding. Every operation works row by row but attention and pooling, which are told where sequences
//! begin; so what comes out for a sequence does not depend on what else is in the batch.

mod noise;
mod plain;
mod pooling;
mod sequences;

pub use noise::Dropout;
pub(crate) use noise::Noise;
pub(crate) use plain::{Heads, add_norm, attention, dropout, gelu, layer_norm, linear, pool, rows};
pub use pooling::Pooling;
pub(crate) use sequences::Sequences;
