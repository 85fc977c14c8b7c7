//! Pictures and texts together as a task: pictures of things, captions of the same things, and how relevant things
//! are to each other.
//!
//! | file | what |
//! |---|---|
//! | `source.rs` | pictures with captions, from wherever a recipe has them |
//! | `grades.rs`, `kept.rs` | how relevant they are to each other; embeddings of captions kept in a file |
//! | `set.rs` | which of them are learnt from |
//! | `feed.rs` | the lesson of a step |
//! | `exam.rs`, `scores.rs`, `judge.rs` | how both directions are judged, of a run and of a model by itself |
//! | `model.rs` | the trained pair as a folder |
//! | `towers.rs` | all of it as a task for the loop |

mod exam;
mod feed;
mod grades;
mod judge;
mod kept;
mod model;
mod scores;
mod set;
mod source;
#[expect(
    clippy::module_inception,
    reason = "the task is named after its folder"
)]
mod towers;

pub use grades::relevance;
pub use judge::towers_report;
pub use model::TowersModel;
pub use scores::{Direction, TowersReport, TowersScores};
pub(crate) use towers::TwoTowers;
