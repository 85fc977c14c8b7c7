//! From files to minibatches: data sets, splits, samplers, augmentation, the read-ahead.
//!
//! A [`Description`] says which data set, and [`open`] gives what it describes: a [`DataSource`] of labelled pictures,
//! of rows of texts, pictures or vectors, of labelled vectors, or of pictures with captions. Whoever trains, evaluates
//! or embeds opens the data there, so that no file is read in two ways.
//!
//! A [`Dataset`] is a list of labelled pictures: a [`folder`] tree, a [`manifest`], the embedded emoji (feature
//! `emoji`), or a type of your own. [`Splits`] decides by the name of a class alone whether it is for training, for
//! validation or for the test. A [`Plan`] says which pictures make up step 1,234, without having made the steps before,
//! and a [`Loader`] has them decoded, varied ([`Augment`]) and normalised ([`Preprocess`]) before they are asked for.
//!
//! A [`Table`] holds rows, read as they are needed, and a [`RowPlan`] says which of them make up a step. [`Prefetch`]
//! has any function of the step made ahead of time.
//!
//! Whatever looks random is a pure function of (seed, epoch, step, item): the same bits come out on
//! any number of threads, and a run that is resumed sees what it would have seen.
//!
//! ```
//! use std::sync::Arc;
//! use tercet_data::{DataSource, Description, Feed, Loader, Plan, Preprocess, Sampler, open};
//!
//! # #[cfg(feature = "emoji")]
//! # fn main() -> Result<(), tercet_data::Error> {
//! let DataSource::Images(emoji) = open(&Description::default(), 1)? else { panic!("pictures") };
//! let sampler = Sampler::Pk { classes: 8, samples: 2 };
//! let plan = Plan::new(&sampler, &emoji.classes_of(&emoji.train), 1)?;
//! let feed = Feed {
//!     dataset: emoji.dataset,
//!     plan: Arc::new(plan),
//!     items: emoji.train,
//!     preprocess: Preprocess::square(32)?,
//!     augment: None,
//!     seed: 1,
//! };
//! for minibatch in Loader::start(feed, 0..3, 2)? {
//!     let minibatch = minibatch?;
//!     assert_eq!(minibatch.labels.len(), 16);
//!     assert_eq!(minibatch.pixels.len(), 16 * 32 * 32 * 3);
//! }
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "emoji"))]
//! # fn main() {}
//! ```
#![forbid(unsafe_code)]

mod array;
mod augment;
mod caption;
mod dataset;
mod decode;
mod description;
mod draws;
#[cfg(feature = "emoji")]
mod emoji;
mod error;
mod feed;
mod files;
mod folder;
mod jpeg;
mod labels;
mod loader;
mod manifest;
mod number;
mod plan;
mod prefetch;
mod preprocess;
mod report;
mod sampler;
mod score_range;
mod source;
mod split;
mod summary;
mod text;
mod views;

pub use array::{Array, ArrayNumber};
pub use augment::Augment;
#[cfg(feature = "emoji")]
pub use caption::captions;
pub use caption::{
    Caption, CosineRelevance, Grades, QueryQuantile, RelevanceSpread, Threshold, Thresholds,
    keyword_overlap, kinship,
};
pub use dataset::{Dataset, Item, load, trainable};
pub use decode::decode;
pub use description::{DataLayout, Description};
#[cfg(feature = "emoji")]
pub use emoji::{Emoji, emoji};
pub use error::Error;
pub use feed::{Feed, Minibatch};
pub use files::{Files, Strict};
pub use folder::folder;
pub use labels::{LabelKind, label_paths, label_sets, read_labels};
pub use loader::Loader;
pub use manifest::{ManifestRow, manifest, rows};
pub use number::{Degrees, Fraction, Span};
pub use plan::Plan;
pub use prefetch::Prefetch;
pub use preprocess::{Preprocess, Resample};
pub use report::{OpeningReport, Picture, Unreadable};
pub use sampler::Sampler;
pub use score_range::ScoreRange;
pub use source::{
    CaptionedSet, DataSource, ImageRowSet, ImageSet, RowSet, Table, VectorRowSet, VectorSet,
    Vectors, images, open,
};
pub use split::{Split, Splits};
pub use summary::{Duplicate, PixelRange, SmallClass, Summary};
pub use text::{
    CaptionTable, CaptionedPictures, Drawn, Example, Examples, KarpathySplit, RowKind, RowPlan,
    Search, SparseRelevance, Texts, beir, caption_table, coco_captions, flickr30k, karpathy, nli,
    sts_benchmark, text_id,
};
pub use views::{ImageViews, view_key};
