//! Train, judge and use embeddings with the triplet loss and its family.
//!
//! This crate holds no code; it brings the others under one name.
//!
//! | module | what it holds |
//! |---|---|
//! | [`kernels`] | losses with exact gradients, on plain rows of floats |
//! | [`data`] | from files to minibatches |
//! | [`eval`] | numbers about embeddings |
//! | [`nn`] | networks that embed |
//! | [`train`] | the loop, from a recipe to a model |
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
