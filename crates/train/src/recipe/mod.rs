//! The recipe of a run: what stands in the TOML file, and how it is read. Plain data: nothing here opens a file of data or
//! a network.
//!
//! | file | what |
//! |---|---|
//! | `whole.rs` | [`Recipe`](crate::Recipe), all sections together |
//! | `course.rs`, `memory.rs`, `matryoshka.rs`, `optimizer.rs`, `preprocess.rs`, `relevance.rs`, `target.rs` | the sections that no other crate has |
//! | `model.rs`, `image.rs`, `text.rs`, `towers.rs`, `freeze.rs` | the networks of `[model]` |
//! | `check.rs`, `check/` | what types alone cannot refuse |
//! | `reading.rs`, `sets.rs` | from text and flags to a recipe |
//! | `reader.rs`, `kinds.rs`, `fault.rs` | from values to types, or to the key that is wrong |
//! | `text_source.rs`, `place.rs`, `nearest.rs` | where a key was written, and which was meant |
//! | `changed.rs` | which keys of two recipes differ |

mod changed;
mod check;
mod course;
mod fault;
mod freeze;
mod image;
mod kinds;
mod matryoshka;
mod memory;
mod model;
mod nearest;
mod optimizer;
mod place;
mod preprocess;
mod reader;
mod reading;
mod relevance;
mod sets;
mod target;
mod text;
mod text_source;
mod towers;
mod whole;

pub(crate) use changed::changed;
pub use course::{CurriculumRecipe, EvaluateRecipe, Keep, OnCollapse, TrainRecipe};
pub use freeze::Freeze;
pub use image::PictureRecipe;
pub use matryoshka::MatryoshkaRecipe;
pub use memory::MemoryRecipe;
pub use model::{ModelRecipe, TowerRecipe};
pub use optimizer::{OptimizerKind, OptimizerRecipe, Schedule};
pub use place::Place;
pub use preprocess::PreprocessRecipe;
pub use relevance::{RelevanceFrom, RelevanceRecipe};
pub use target::TargetRecipe;
pub use text::SentenceRecipe;
pub use towers::TowersRecipe;
pub use whole::{Device, Recipe};
