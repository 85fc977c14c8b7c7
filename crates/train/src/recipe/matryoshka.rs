//! The loss on leading dimensions.

use serde::{Deserialize, Serialize};

/// `[matryoshka]`: the loss on the first numbers of every embedding, each brought to length 1; the weighted sum.
/// Without sizes: the loss on embeddings as they are.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MatryoshkaRecipe {
    /// How many leading numbers, for every size; each from 1 to the model's numbers per embedding.
    pub sizes: Vec<usize>,
    /// One weight of at least 0 per size; without them 1 each.
    pub weights: Vec<f64>,
}
