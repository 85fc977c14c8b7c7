//! What of an encoder is left as it is.

use serde::{Deserialize, Serialize};

use crate::Error;

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

impl Freeze {
    /// How many of the lowest layers stay as they are, what comes before them included; `None` where nothing does.
    ///
    /// # Errors
    /// [`Error::FrozenLayers`] for more than the encoder has.
    pub(super) fn layers(self, asked: usize, all: usize) -> Result<Option<usize>, Error> {
        match self {
            Self::Nothing => Ok(None),
            Self::Embeddings => Ok(Some(0)),
            Self::Layers if asked > all => Err(Error::FrozenLayers {
                layers: all,
                given: asked,
            }),
            Self::Layers => Ok(Some(asked)),
            Self::Encoder => Ok(Some(all)),
        }
    }
}
