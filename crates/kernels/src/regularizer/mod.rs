//! Prices on embeddings that know no pairs to select: one file per idea, and the list of them.
//!
//! `lengths` looks at rows and their mean, `spread_out` at pairs that do not match, `centres` at the centres
//! of a class; `kind` is the list.

mod centres;
mod kind;
mod lengths;
mod spread_out;
mod unit;

pub use kind::Regularizer;
