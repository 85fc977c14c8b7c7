//! What is known of the items: which are alike, and how much.
//!
//! `kind` is what a caller gives; `relation` is what a batch makes of it: for one anchor its positives,
//! what is neither positive nor negative, and how relevant every candidate is. `affinity` answers the same
//! of one pair, for whoever is no loss.

mod affinity;
mod classes;
mod kind;
mod lists;
mod pairs;
mod paths;
mod relation;
mod relevance;
mod sets;

pub use affinity::Affinity;
pub use kind::Labels;
pub use pairs::Pairs;
pub use paths::Paths;
pub(crate) use relation::{Ids, Related, Relation, gaps, same_length};
pub use relevance::Relevance;
pub use sets::Sets;
