//! What of an encoder is left as it is.

use serde::{Deserialize, Serialize};

/// What of an encoder is left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Freeze {
    /// Nothing: every weight is trained.
    #[default]
    Nothing,
    /// The token embeddings.
    Embeddings,
    /// The token embeddings and `frozen_layers` layers.
    Layers,
    /// All but the dense layers: every text goes through the encoder once, and what comes out is kept in memory.
    Encoder,
}
