//! The operations of a transformer, each one node of the graph with its own backward pass.
//!
//! Hidden states are packed: `(tokens, features)` without padding. Rows are worked on in blocks of a fixed
//! size, spread over threads, so that the bits do not depend on how many there are.

pub(crate) mod attention;
pub(crate) mod dropout;
pub(crate) mod feed_forward;
pub(crate) mod gelu;
pub(crate) mod linear;
pub(crate) mod noise;
pub(crate) mod norm;
pub(crate) mod rows;
pub(crate) mod sequences;
pub(crate) mod wide;

mod normal;
mod operation;
mod scores;

#[cfg(test)]
mod check;
