//! The recipe of a run: what stands in the TOML file, and how it is read.
//!
//! | file | what |
//! |---|---|
//! | `recipe.rs` | [`Recipe`](crate::Recipe), all sections together |
//! | `data.rs`, `loss.rs`, `optimizer.rs`, `course.rs` | the sections |
//! | `picture.rs`, `sentence.rs`, `freeze.rs`, `towers.rs` | what others have trained, and the two towers, of `[model]` |
//! | `relevance.rs` | how relevant pictures and captions are to each other |
//! | `matryoshka.rs` | the loss on leading dimensions |
//! | `check.rs` | what types alone cannot refuse |
//! | `reading.rs`, `sets.rs`, `place.rs`, `message.rs`, `nearest.rs` | from text and flags to a recipe, or to an error with its line |
//! | `changed.rs` | which keys of two recipes differ |

mod changed;
mod check;
mod course;
mod data;
mod freeze;
mod loss;
mod matryoshka;
mod message;
mod nearest;
mod optimizer;
mod picture;
mod place;
mod reading;
mod recipe;
mod relevance;
mod sentence;
mod sets;
mod towers;

pub use course::{CurriculumRecipe, EvaluateRecipe, Keep, OnCollapse, TargetRecipe, TrainRecipe};
pub use data::{DataRecipe, DataSet, ModelRecipe, PreprocessRecipe};
pub use freeze::Freeze;
pub use loss::{ContrastiveRecipe, Form, GivenRecipe, LossRecipe, OtherRecipe, TripletRecipe};
pub use matryoshka::MatryoshkaRecipe;
pub use optimizer::{OptimizerKind, OptimizerRecipe, Schedule};
pub use picture::{PictureRecipe, TowerRecipe};
pub use place::Place;
pub use recipe::{Device, Recipe};
pub use relevance::{RelevanceFrom, RelevanceRecipe};
pub use sentence::SentenceRecipe;
pub use towers::TowersRecipe;
