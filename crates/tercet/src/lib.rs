//! Train, judge and use embeddings with the triplet loss and its family.
//!
//! Where to begin, each a complete program under 60 lines (`crates/tercet/examples/`):
//!
//! | example | for whoever has | what it shows |
//! |---|---|---|
//! | `own_loop.rs` | a loop of their own | any criterion as a tensor whose `backward()` is exact: [`train::loss`] |
//! | `own_network.rs` | a network and data | [`train::Encoder`], [`train::BatchSource`], and a [`train::Trainer`] with checkpoints and exact resume |
//! | `own_loss.rs` | a loss | [`kernels::RowLoss`]: distances in, slopes out |
//! | `evaluate.rs` | embeddings, from anywhere | a table of scores with intervals: [`eval::ScoreTable`] |
//! | `fine_tune_texts.rs` | texts and a text encoder | a recipe in a string: [`train::Recipe`], [`train::train`] |
//!
//! `cargo run --release -p tercet --example own_loop` runs one. This crate holds no code; it brings the others under one
//! name.
//!
//! | module | what it holds |
//! |---|---|
//! | [`kernels`] | losses with exact gradients, on plain rows of floats; criteria, sums of them |
//! | [`data`] | from files to minibatches |
//! | [`eval`] | numbers about embeddings |
//! | [`nn`] | networks that embed |
//! | [`train`] | the loop, its parts, and recipes that put them together |
//!
//! The smallest thing it does, without network and framework:
//!
//! ```
//! use tercet::kernels::{Batch, Distance, Margin, Objective, Reduce, Rows, Select, Triplet};
//!
//! // Two of class 0 at 0 and 1, one of class 1 at 2: the anchor at 1 has both at squared distance 1.
//! let rows = Rows::new(&[0.0, 1.0, 2.0], 1)?;
//! let loss = Triplet::new(Margin::hard(0.2)?, Select::Hardest);
//! let objective = Objective::new(Distance::SquaredEuclidean, loss, Reduce::Sum)?;
//! let outcome = objective.evaluate(&Batch::within(rows, &[0, 0, 1])?)?;
//! assert!((outcome.value - 0.2).abs() < 1e-12);
//! # Ok::<(), tercet::kernels::Error>(())
//! ```
#![forbid(unsafe_code)]

pub use tercet_data as data;
pub use tercet_eval as eval;
pub use tercet_kernels as kernels;
pub use tercet_nn as nn;
pub use tercet_train as train;
