//! From a recipe to the parts of a run: the one door between plain keys and what they open.
//!
//! `parts` is what a run is put together from; `models` opens networks, `items`, `rows`, `captions` make the
//! batches and the evaluators of each kind of data; `relevance` says how things with captions are related; `card` is the
//! README of a text encoder; `evaluation` judges a model that has been trained; `criterion` is `[loss]` with `[matryoshka]` and the curriculum.

mod caption_cache;
mod captions;
mod card;
mod criterion;
mod evaluation;
mod items;
mod models;
mod parts;
mod relevance;
mod rows;

pub(crate) use captions::caption_tests;
pub(crate) use card::Card;
pub use evaluation::evaluate;

pub(crate) use parts::{Parts, Test, build};
pub use relevance::relevance;
