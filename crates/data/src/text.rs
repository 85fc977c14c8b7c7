//! Rows of texts: pairs, triplets, lists, texts with a label, pairs with a score.
//!
//! [`Texts`] opens a file of any size and reads its rows when asked for; [`RowPlan`] says which rows
//! make up a step.

mod columns;
mod example;
mod fault;
mod format;
mod identity;
mod index;
mod lines;
mod parse;
mod record;
mod rows;
mod shuffle;
mod texts;
mod walk;

pub use columns::Kind;
pub use example::{Example, Examples};
pub use identity::text_id;
pub use rows::{Drawn, RowPlan};
pub use texts::Texts;
