//! Transformers that read text: from token ids to a row of numbers per token.
//!
//! Parameters bear the names, sizes and order of numbers of Hugging Face's files. Hidden states are
//! packed: see [`crate::ops`].

mod bert;
mod block;
mod config;
mod distilbert;
mod modernbert;
mod modernbert_config;
mod mpnet;
mod part;
mod pass;
mod rotary;
mod transformer;

pub(crate) use config::{Activation, Config, wrong};
pub(crate) use part::{Linear, Names, Norm, Table};
pub(crate) use pass::Pass;
pub(crate) use transformer::Transformer;
