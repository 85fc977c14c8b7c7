//! Two networks with one space.

use serde::{Deserialize, Serialize};

use super::{SentenceRecipe, TowerRecipe};

/// The keys of `kind = "towers"`: a network for each of two sides that embed into one space. Images and captions are
/// `[model.picture]` and `[model.text]`; queries and documents of one kind `[model.query]` and `[model.document]`, each
/// with weights of its own (one network for both is what every other kind is).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TowersRecipe {
    /// Numbers per embedding of both networks; default 128.
    pub dim: usize,
    /// `[model.picture]`: the network of images, `kind = "convnet" | "picture"`; its `dim` is that of both.
    pub picture: TowerRecipe,
    /// `[model.text]`: the text encoder; a linear layer brings it to `dim` numbers of norm 1.
    pub text: SentenceRecipe,
    /// `[model.query]`: the network of queries, of the kinds of `[model]`; with it `[model.document]`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<TowerRecipe>,
    /// `[model.document]`: the network of documents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<TowerRecipe>,
}

impl Default for TowersRecipe {
    fn default() -> Self {
        Self {
            dim: 128,
            picture: TowerRecipe::default(),
            text: SentenceRecipe::default(),
            query: None,
            document: None,
        }
    }
}
