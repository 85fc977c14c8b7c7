//! From the rows of a sequence to one row.

use serde::{Deserialize, Serialize};

/// How the hidden states `x_1 .. x_l` of a sequence become one row; names as sentence-transformers'.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Pooling {
    /// The first row, `x_1`.
    Cls,
    /// The largest number of each feature.
    Max,
    /// `sum x_i / l`.
    Mean,
    /// `sum x_i / sqrt(l)`.
    #[serde(rename = "mean_sqrt_len_tokens")]
    MeanSqrtLength,
    /// `sum i x_i / sum i`.
    WeightedMean,
    /// The last row, `x_l`.
    LastToken,
}
