//! The ladder loss: its numbers (`config`), the paper's chain of rungs (`paper`), and what the authors
//! released instead (`authors`).

mod authors;
mod config;
mod cost;
mod filled;
mod items;
mod paper;

pub use config::{Ladder, LadderSampling, LadderVariant, Rung};
