//! How relevant pictures and captions are to each other.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// `[relevance]`: how relevant one thing is to another, in `[0, 1]`, for pictures with captions.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RelevanceRecipe {
    /// What it comes from. Without it: `hierarchy` for `emoji-captions`, else `captions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<RelevanceFrom>,
    /// With `captions` the folder of the text encoder, without it that of `[model.text]`; with `file` the table of pairs
    /// (`a`, `b`, `relevance`; a picture's name is its path below `data.pictures`, an emoji's that of its class).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// With `file` alone: the relevance of pairs that are not in the table, in `[0, 1]`; default 0.
    pub missing: f32,
    /// With `captions` alone: the file in which the captions' embeddings are kept from run to run; default none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache: Option<PathBuf>,
    /// Thresholds by each query's own candidates of a step, the highest share first, in `[0, 1]`; as many as
    /// `loss.thresholds`: what is more relevant than that share of the candidates counts as of the threshold in its
    /// place. Default none: relevance counts as it is.
    pub quantiles: Vec<f64>,
}

/// What relevance comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RelevanceFrom {
    /// Groups, subgroups and keywords ([`tercet_data::kinship`]).
    Hierarchy,
    /// Keywords in common ([`tercet_data::keyword_overlap`]).
    Keywords,
    /// The cosine of captions, each thing's embedding the mean of those of its captions, by a text encoder.
    Captions,
    /// A table of pairs ([`tercet_data::SparseRelevance`]).
    File,
}
