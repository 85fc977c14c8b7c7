//! Pictures and texts together as a task: pictures of things, captions of the same things, and how relevant things
//! are to each other.
//!
//! | file | what |
//! |---|---|
//! | `set.rs` | pictures with captions, and which of them are learnt from |
//! | `feed.rs` | the lesson of a step |
//! | `exam.rs`, `scores.rs` | how both directions are judged |
//! | `model.rs` | the trained pair as a folder |
//! | `towers.rs` | all of it as a task for the loop |

mod exam;
mod feed;
mod model;
mod scores;
mod set;
#[expect(
    clippy::module_inception,
    reason = "the task is named after its folder"
)]
mod towers;

pub use model::TowersModel;
pub use scores::{Direction, TowersReport, TowersScores};
pub(crate) use towers::TwoTowers;
