//! How the rows of a training batch belong together.
//!
//! `list` has the ways; `tuples`, `graded` and `masked` are those that have rules of their own;
//! `groups` joins what is known to be the same.

mod graded;
mod groups;
mod list;
mod masked;
mod tuples;

pub(crate) use graded::Back;
pub use graded::Graded;
pub(crate) use list::POSITIVE;
pub use list::Relation;
pub use masked::{Mark, Masked};
pub use tuples::Tuples;
