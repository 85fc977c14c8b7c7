//! Captions: what people call the things in pictures, and how near two of them are in meaning.
//!
//! | file | what |
//! |---|---|
//! | `emoji.rs` | the captions of the embedded emoji set |
//! | `relevance.rs` | how relevant one thing is to another, from hierarchy, keywords, cosines or a file |
//! | `cosine.rs` | relevance from embeddings of captions |
//! | `spread.rs` | how relevance is distributed |
//! | `threshold.rs` | where rungs of relevance end, for every query |

mod cosine;
mod emoji;
mod relevance;
mod spread;
mod threshold;

pub use cosine::CosineRelevance;
pub use emoji::{Caption, captions};
pub use relevance::{Grades, keyword_overlap, kinship};
pub use spread::{QueryQuantile, RelevanceSpread};
pub use threshold::{Threshold, Thresholds};
