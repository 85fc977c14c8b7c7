//! From files to minibatches: data sets, splits, samplers, augmentation, the loader.
//!
//! A [`Dataset`] is a list of labelled pictures: the embedded [`emoji`] set, a [`folder`] tree, a
//! CSV [`manifest`], or a type of your own. [`Splits`] decides by the name of a class alone whether
//! it is for training, for validation or for the test. A [`Plan`] says which pictures make up step
//! 1,234, without having made the steps before, and a [`Loader`] has them decoded, varied
//! ([`Augment`]) and normalised ([`Preprocess`]) before they are asked for.
//!
//! Sentences come from [`Texts`], a file of rows that is read as it is needed, and a [`RowPlan`] says which
//! rows make up a step.
//!
//! Whatever looks random is a pure function of (seed, epoch, step, item): the same bits come out on
//! any number of threads, and a run that is resumed sees what it would have seen.
//!
//! ```
//! use std::sync::Arc;
//! use tercet_data::{Dataset, Feed, Loader, Plan, Preprocess, Sampler, Split, Splits};
//!
//! let emoji = tercet_data::emoji()?;
//! let training = Splits::new(0.1, 0.25, 1)?.members(&emoji, Split::Train);
//! let labels: Vec<u32> = training.iter().map(|&item| emoji.items()[item].class).collect();
//! let plan = Plan::new(&Sampler::Pk { classes: 8, samples: 2 }, &labels, 1)?;
//! let feed = Feed {
//!     dataset: Arc::new(emoji),
//!     plan: Arc::new(plan),
//!     items: training.into(),
//!     preprocess: Preprocess::square(32)?,
//!     augment: None,
//!     seed: 1,
//! };
//! for minibatch in Loader::start(feed, 0..3, 2)? {
//!     let minibatch = minibatch?;
//!     assert_eq!(minibatch.labels.len(), 16);
//!     assert_eq!(minibatch.pixels.len(), 16 * 32 * 32 * 3);
//! }
//! # Ok::<(), tercet_data::Error>(())
//! ```
#![forbid(unsafe_code)]

mod augment;
mod caption;
mod dataset;
mod decode;
mod description;
mod draws;
mod emoji;
mod error;
mod feed;
mod files;
mod folder;
mod jpeg;
mod loader;
mod manifest;
mod number;
mod plan;
mod preprocess;
mod report;
mod sampler;
mod split;
mod text;

pub use augment::Augment;
pub use caption::{
    Caption, CosineRelevance, Grades, QueryQuantile, RelevanceSpread, Threshold, Thresholds,
    captions, keyword_overlap, kinship,
};
pub use dataset::{Dataset, Item, load, trainable};
pub use decode::decode;
pub use description::{Description, Duplicate, PixelRange, SmallClass};
pub use emoji::{Emoji, emoji};
pub use error::Error;
pub use feed::{Feed, Minibatch, view_key};
pub use files::{Files, Strict};
pub use folder::folder;
pub use loader::Loader;
pub use manifest::{Row, manifest, rows};
pub use number::{Degrees, Fraction, Span};
pub use plan::Plan;
pub use preprocess::{Preprocess, Resample};
pub use report::{Picture, Report, Unreadable};
pub use sampler::Sampler;
pub use split::{Split, Splits};
pub use text::{
    CaptionTable, CaptionedPictures, Drawn, Example, Examples, KarpathySplit, Kind, RowPlan,
    Search, SparseRelevance, Texts, beir, caption_table, coco_captions, flickr30k, karpathy, nli,
    sts_benchmark, text_id,
};
