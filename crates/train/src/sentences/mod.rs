//! Texts as a task: rows of a file, tokens, a pretrained encoder, and scores of what it embeds.
//!
//! | file | what |
//! |---|---|
//! | `rows.rs` | rows of any layout |
//! | `reader.rs` | from texts to what the network takes |
//! | `feed.rs`, `ahead.rs` | the lesson of a step, made before it is asked for |
//! | `exam.rs`, `scores.rs` | how embeddings are judged |
//! | `card.rs` | the model card |
//! | `sentences.rs` | all of it as a task for the loop |

mod ahead;
mod card;
mod exam;
mod feed;
mod reader;
mod rows;
mod scores;
#[expect(
    clippy::module_inception,
    reason = "the task is named after its folder"
)]
mod sentences;

pub use exam::sentence_scores;
pub(crate) use reader::Reader;
pub use scores::{Score, SentenceReport, SentenceScores};
pub(crate) use sentences::Sentences;
