//! What the rows of a step cost: a weighted sum of terms, with what it learns itself.
//!
//! `terms` is the sum, `term` one of its terms, `kind` what makes a term's number; `step`, `sum` and `cost` are what a
//! step is asked with, how its terms are summed, and what it gives. `batch`, `given` and `pairs` cost one term on one
//! relation, `leading` does so on leading dimensions, with `side` for the way to cut rows and back. `learnt` and
//! `parameter` are what a term learns. `partials` are parts that machines exchange. `written`, `content`, `reader` and
//! `key_error` are the criterion as it is written down.

mod batch;
mod content;
mod cost;
mod direction;
mod given;
mod key_error;
mod kind;
mod leading;
mod learnt;
mod pairs;
mod parameter;
mod partials;
mod reader;
mod side;
mod step;
mod sum;
mod term;
mod terms;
mod written;

pub use cost::{Cost, Share};
pub use direction::Direction;
pub use key_error::KeyError;
pub use kind::TermKind;
pub use parameter::Parameter;
pub use partials::{Combined, Partials};
pub use step::{Remembered, StepContext};
pub use term::Term;
pub use terms::Criterion;
