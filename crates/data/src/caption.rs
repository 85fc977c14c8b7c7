//! Captions: what people call the things in pictures, and how near two of them are in meaning.
//!
//! | file | what |
//! |---|---|
//! | `thing.rs` | what a thing is called, and where it belongs |
//! | `emoji.rs` | the captions of the embedded emoji set |
//! | `relevance.rs` | how relevant one thing is to another, from hierarchy, keywords, cosines or a file |
//! | `cosine.rs` | relevance from embeddings of captions |
//! | `spread.rs` | how relevance is distributed |
//! | `threshold.rs` | where rungs of relevance end, for every query |

mod cosine;
#[cfg(feature = "emoji")]
mod emoji;
mod relevance;
mod spread;
mod thing;
mod threshold;

pub use cosine::CosineRelevance;
#[cfg(feature = "emoji")]
pub use emoji::captions;
pub use relevance::{Grades, keyword_overlap, kinship};
pub use spread::{QueryQuantile, RelevanceSpread};
pub use thing::Caption;
pub use threshold::{Threshold, Thresholds};
