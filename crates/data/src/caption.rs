//! Captions: what people call the things in pictures, and how near two of them are in meaning.
//!
//! | file | what |
//! |---|---|
//! | `emoji.rs` | the captions of the embedded emoji set |
//! | `relevance.rs` | how relevant one thing is to another, from hierarchy, keywords, text embeddings or a file |
//! | `spread.rs` | how relevance is distributed, and thresholds on it |

mod emoji;
mod relevance;
mod spread;

pub use emoji::{Caption, captions};
pub use relevance::{Grades, keyword_overlap, kinship};
pub use spread::{RelevanceSpread, Threshold, thresholds};
