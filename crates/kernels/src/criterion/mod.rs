//! Several objectives and regularisers as one: weighted sums, leading dimensions, both directions.
//!
//! `sum` is the list of leaves and what makes one from others; `leaf` is one of them with what is done to the batch
//! before it; `side` does that to rows and undoes it for gradients; `partials` puts the leaves' gradients together.

mod leaf;
mod partials;
mod side;
mod sum;

pub use leaf::Leaf;
pub use partials::{Combined, Partials, Share};
pub use sum::Criterion;
