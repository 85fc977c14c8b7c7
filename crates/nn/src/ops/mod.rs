//! What text encoders are made of: operations on packed sequences.
//!
//! A batch of sequences is a matrix `(tokens, features)` with the sequences one below the other and no
//! padding. Every operation works row by row but attention and pooling, which are told where sequences
//! begin; so what comes out for a sequence does not depend on what else is in the batch.
//!
//! On the CPU each is one node of the graph with its own backward pass, elsewhere it is made of stock
//! operations (`stock`). Rows are worked on in blocks whose size is a
//! function of the shape alone, spread over threads, so the bits do not depend on how many there are.

mod attention;
mod device;
mod dropout;
mod feed_forward;
mod gelu;
mod linear;
mod noise;
mod norm;
mod normal;
mod operation;
mod pooling;
mod rows;
mod scores;
mod sequences;
mod stock;
pub(crate) mod wide;

#[cfg(test)]
mod check;

pub(crate) use attention::{Heads, attention};
#[cfg(test)]
pub(crate) use check::wave;
pub(crate) use device::on_cpu;
pub(crate) use dropout::dropout;
pub(crate) use feed_forward::feed_forward;
pub(crate) use gelu::gelu;
pub(crate) use linear::linear;
pub use noise::Dropout;
pub(crate) use noise::Noise;
pub(crate) use norm::{add_norm, layer_norm};
pub use pooling::Pooling;
pub(crate) use pooling::pool;
pub(crate) use rows::rows;
pub(crate) use sequences::Sequences;
