//! The cross-batch memory.

use serde::{Deserialize, Serialize};

/// `[memory]`: the embeddings of past steps as further candidates of every loss of one batch, for data with classes
/// (cross-batch memory, arXiv:1912.06798; [`tercet_kernels::Memory`]).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MemoryRecipe {
    /// Embeddings that are remembered, at least a batch; default 4096.
    pub size: usize,
    /// Steps before they are used: embeddings of the first ones are not worth remembering; default 100.
    pub warmup_steps: u64,
}

impl Default for MemoryRecipe {
    fn default() -> Self {
        Self {
            size: 4096,
            warmup_steps: 100,
        }
    }
}
