//! The operations in the framework's stock ones: what devices other than the CPU compute, and what the
//! fast ones are held against.

use burn::tensor::{Int, Tensor, TensorData, activation, module};

use super::{Heads, Noise};

/// `x W^T + b`: `x (n, in)`, `weight (out, in)`, `bias (out)` to `(n, out)`.
pub(crate) fn linear(x: Tensor<2>, weight: Tensor<2>, bias: Option<Tensor<1>>) -> Tensor<2> {
    module::linear(x, weight.transpose(), bias)
}

/// `x Phi(x)` with the normal distribution function, exactly (Hendrycks and Gimpel 2016, arXiv:1606.08415).
pub(crate) fn gelu(x: Tensor<2>) -> Tensor<2> {
    activation::gelu(x)
}

/// Every row less its mean, over its standard deviation, times `scale`, plus `shift` (Ba et al. 2016,
/// arXiv:1607.06450); `epsilon` is added to the variance, whose divisor is the number of features.
pub(crate) fn layer_norm(
    x: Tensor<2>,
    scale: Tensor<1>,
    shift: Option<Tensor<1>>,
    epsilon: f64,
) -> Tensor<2> {
    module::layer_norm(x, scale, shift, epsilon)
}

/// `down(gelu(up(x)))`.
pub(crate) fn feed_forward(
    x: Tensor<2>,
    up: Tensor<2>,
    up_bias: Tensor<1>,
    down: Tensor<2>,
    down_bias: Tensor<1>,
) -> Tensor<2> {
    linear(gelu(linear(x, up, Some(up_bias))), down, Some(down_bias))
}

/// [`layer_norm`] of `x + residual`.
pub(crate) fn add_norm(
    x: Tensor<2>,
    residual: Tensor<2>,
    scale: Tensor<1>,
    shift: Option<Tensor<1>>,
    epsilon: f64,
) -> Tensor<2> {
    layer_norm(x + residual, scale, shift, epsilon)
}

/// Every sequence's attention on itself, per head `softmax(q k^T / sqrt(e) + bias) v` with `e` features
/// per head (Vaswani et al. 2017, arXiv:1706.03762): `(rows, features)` each.
///
/// `bias` is `(2 L - 1, heads)` with `L` at least the longest sequence: row `j - i + L - 1` is added to
/// the score of query `i` and key `j`.
pub(crate) fn attention(
    q: Tensor<2>,
    k: Tensor<2>,
    v: Tensor<2>,
    bias: Option<Tensor<2>>,
    heads: &Heads,
) -> Tensor<2> {
    let each = heads.sequences.ranges().map(|range| {
        let part = |x: &Tensor<2>| heads.split(x.clone().slice([range.clone()]));
        let [q, k, v] = [part(&q), part(&k), part(&v)];
        let scores = q.matmul(k.swap_dims(1, 2)) / heads.divisor(&v);
        let scores = match &bias {
            Some(bias) => scores + bias_of(bias.clone(), range.len()),
            None => scores,
        };
        let weights = activation::softmax(heads.hide(scores), 2);
        let mixed = heads.drop(weights, range.start).matmul(v).swap_dims(0, 1);
        let [rows, count, features] = mixed.dims();
        mixed.reshape([rows, count * features])
    });
    Tensor::cat(each.collect(), 0)
}

impl Heads {
    /// `(rows, features)` to `(heads, rows, features / heads)`.
    fn split(&self, x: Tensor<2>) -> Tensor<3> {
        let [rows, features] = x.dims();
        x.reshape([rows, self.heads, features / self.heads])
            .swap_dims(0, 1)
    }

    fn divisor(&self, v: &Tensor<3>) -> f64 {
        (v.dims()[2] as f64).sqrt()
    }

    /// Scores outside the window become minus infinity.
    fn hide(&self, scores: Tensor<3>) -> Tensor<3> {
        let [_, rows, _] = scores.dims();
        let Some(window) = self.window.filter(|&window| rows > window + 1) else {
            return scores;
        };
        let far = pairs(rows)
            .map(|(i, j)| i.abs_diff(j) > window)
            .collect::<Vec<_>>();
        let far = Tensor::from_data(TensorData::new(far, [1, rows, rows]), &scores.device());
        scores.mask_fill(far, f32::NEG_INFINITY)
    }

    /// Dropout of the weights `(heads, rows, rows)` of the sequence that begins at row `start`.
    fn drop(&self, weights: Tensor<3>, start: usize) -> Tensor<3> {
        let Some((noise, site)) = &self.noise else {
            return weights;
        };
        let [heads, rows, _] = weights.dims();
        let factors = (0..heads as u32)
            .flat_map(|head| pairs(rows).map(move |(i, j)| (i, head << 20 | j as u32)))
            .map(|(i, feature)| noise.factor(start + i, *site, feature))
            .collect::<Vec<_>>();
        let size = [heads, rows, rows];
        weights.clone() * Tensor::from_data(TensorData::new(factors, size), &weights.device())
    }
}

/// Every query with every key.
fn pairs(rows: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..rows).flat_map(move |i| (0..rows).map(move |j| (i, j)))
}

/// The bias of a sequence of `rows` rows: `(heads, rows, rows)`.
fn bias_of(table: Tensor<2>, rows: usize) -> Tensor<3> {
    let [offsets, heads] = table.dims();
    let middle = offsets / 2;
    let offsets = pairs(rows)
        .map(|(i, j)| (middle + j - i) as u32)
        .collect::<Vec<_>>();
    self::rows(table, &offsets)
        .reshape([rows, rows, heads])
        .permute([2, 0, 1])
}

/// The rows of `table (m, features)` that are asked for: `(ids, features)`.
pub(crate) fn rows(table: Tensor<2>, ids: &[u32]) -> Tensor<2> {
    let ids = ids.iter().map(|&id| i64::from(id)).collect::<Vec<_>>();
    let size = [ids.len()];
    let ids = Tensor::<1, Int>::from_data(TensorData::new(ids, size), &table.device());
    table.select(0, ids)
}

/// Numbers set to 0 or scaled by `1 / (1 - rate)`, as the noise says.
pub(crate) fn dropout(x: Tensor<2>, noise: &Noise, site: u32) -> Tensor<2> {
    let [rows, features] = x.dims();
    let factors = (0..rows)
        .flat_map(|row| (0..features as u32).map(move |feature| (row, feature)))
        .map(|(row, feature)| noise.factor(row, site, feature))
        .collect::<Vec<_>>();
    let factors = TensorData::new(factors, [rows, features]);
    x.clone() * Tensor::from_data(factors, &x.device())
}
