//! Rows of texts: pairs, triplets, lists, texts with a label, pairs with a score.
//!
//! [`Texts`] opens a file of any size and reads its rows when asked for; [`RowPlan`] says which rows
//! make up a step. [`sts_benchmark`], [`nli`] and [`beir`] read sets as they are published, where their files say
//! something else than rows with named columns; [`flickr30k`], [`karpathy`], [`coco_captions`] and [`caption_table`]
//! pictures with captions.

mod beir;
mod caption_table;
mod captioned;
mod cell;
mod coco;
mod columns;
mod document;
mod example;
mod fault;
mod flickr30k;
mod format;
mod identity;
mod index;
mod karpathy;
mod lines;
mod nli;
mod parse;
mod record;
mod row_file;
mod rows;
mod shuffle;
mod sparse;
mod sts;
mod texts;
mod walk;

pub use beir::{Search, beir};
pub use caption_table::{CaptionTable, caption_table};
pub use captioned::CaptionedPictures;
pub(crate) use cell::{Below, ReadCell};
pub use coco::coco_captions;
pub use columns::RowKind;
pub(crate) use columns::{Column, Columns, Names, only};
pub use example::{Example, Examples};
pub(crate) use fault::Fault;
pub use flickr30k::flickr30k;
pub(crate) use format::Format;
pub use identity::text_id;
pub use karpathy::{KarpathySplit, karpathy};
pub use nli::nli;
pub(crate) use record::{Record, is_closed};
pub(crate) use row_file::RowFile;
pub use rows::{Drawn, RowPlan};
pub use sparse::SparseRelevance;
pub use sts::sts_benchmark;
pub use texts::Texts;
pub(crate) use walk::Walk;
