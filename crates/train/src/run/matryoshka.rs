//! The loss on leading dimensions.

use serde::{Deserialize, Serialize};

use crate::Error;
use crate::goal::{Goal, Matryoshka};

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

impl MatryoshkaRecipe {
    /// The goal around another one.
    pub(crate) fn around(&self, goal: Goal) -> Goal {
        if self.sizes.is_empty() {
            return goal;
        }
        let weights = self.weights.iter().copied().chain(std::iter::repeat(1.0));
        let sizes = self.sizes.iter().copied().zip(weights).collect();
        Goal::Leading(Box::new(Matryoshka { goal, sizes }))
    }

    /// Refuses sizes that embeddings of `dim` numbers do not have.
    pub(crate) fn check(&self, dim: usize) -> Result<(), Error> {
        match self.sizes.iter().find(|&&size| size == 0 || size > dim) {
            Some(&given) => Err(Error::Size { dim, given }),
            None => Ok(()),
        }
    }
}
