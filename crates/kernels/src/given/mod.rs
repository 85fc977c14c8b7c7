//! Objectives on tuples that somebody wrote down: nothing is mined and no tuple meets another's rows, so time and
//! memory grow with `n d`.
//!
//! `triplets` costs (anchor, positive, negative); `cosent` and `cosine_regression` cost pairs with a score, by their
//! `cosines` alone.

mod cosent;
mod cosine_regression;
mod cosines;
mod outcome;
mod triplets;

pub use cosent::Cosent;
pub use cosine_regression::CosineRegression;
pub use cosines::{CosineCost, Cosines};
pub use outcome::{GivenOutcome, GivenPartial, ScoredOutcome};
pub use triplets::GivenTriplets;
