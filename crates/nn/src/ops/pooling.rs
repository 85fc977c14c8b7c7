//! From the rows of a sequence to one row.

use burn::tensor::{Tensor, TensorData};
use serde::{Deserialize, Serialize};

use super::Sequences;

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

/// One row per sequence: `(rows, features)` to `(n, features)`.
pub(crate) fn pool(x: Tensor<2>, sequences: &Sequences, pooling: Pooling) -> Tensor<2> {
    let each = sequences.ranges().map(|range| {
        let length = range.len();
        let part = x.clone().slice([range]);
        match pooling {
            Pooling::Cls => part.narrow(0, 0, 1),
            Pooling::Max => part.max_dim(0),
            Pooling::Mean => part.mean_dim(0),
            Pooling::MeanSqrtLength => part.sum_dim(0) / (length as f64).sqrt(),
            Pooling::WeightedMean => weighted_mean(part),
            Pooling::LastToken => part.narrow(0, length - 1, 1),
        }
    });
    Tensor::cat(each.collect(), 0)
}

/// The mean of rows with the weights `1, 2, ..`.
fn weighted_mean(x: Tensor<2>) -> Tensor<2> {
    let [rows, _] = x.dims();
    let weights = (1..=rows).map(|i| i as f32).collect::<Vec<_>>();
    let sum: f32 = weights.iter().sum();
    let weights = Tensor::from_data(TensorData::new(weights, [rows, 1]), &x.device());
    (x * weights).sum_dim(0) / sum
}
