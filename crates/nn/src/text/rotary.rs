//! Positions as rotations of queries and keys (Su et al. 2021, arXiv:2104.09864).

use burn::tensor::{Device, Tensor, TensorData};

use crate::ops::{self, Heads};

/// Angles of packed rows: feature `f` of a head's first half and the same of its second half are turned
/// by `position * theta^(-2 f / e)`, with `e` features per head.
#[derive(Debug, Clone)]
pub(super) struct Rotation {
    /// `(rows, 1, e / 2)`.
    cos: Tensor<3>,
    sin: Tensor<3>,
}

impl Rotation {
    pub(super) fn new(positions: &[u32], features: usize, theta: f64, device: &Device) -> Self {
        let half = features / 2;
        // As in the files' own code: frequencies and angles in 32 bits.
        let frequencies = (0..half)
            .map(|f| 1.0 / (theta as f32).powf(2.0 * f as f32 / features as f32))
            .collect::<Vec<_>>();
        let angles = positions
            .iter()
            .flat_map(|&position| frequencies.iter().map(move |f| position as f32 * f));
        let angles = angles.collect::<Vec<_>>();
        let tensor = |of: fn(f32) -> f32| {
            let numbers = angles.iter().map(|&angle| of(angle)).collect::<Vec<_>>();
            Tensor::from_data(TensorData::new(numbers, [positions.len(), 1, half]), device)
        };
        Self {
            cos: tensor(f32::cos),
            sin: tensor(f32::sin),
        }
    }

    /// Turns every head of `x (rows, heads * e)`.
    fn turn(&self, x: Tensor<2>, heads: usize) -> Tensor<2> {
        let [rows, features] = x.dims();
        let half = features / heads / 2;
        let x = x.reshape([rows, heads, 2 * half]);
        let [a, b] = [0, half].map(|start| x.clone().narrow(2, start, half));
        let first = a.clone() * self.cos.clone() - b.clone() * self.sin.clone();
        let second = b * self.cos.clone() + a * self.sin.clone();
        Tensor::cat(vec![first, second], 2).reshape([rows, features])
    }
}

/// Attention whose queries and keys are turned by their positions: queries, keys and values side by side
/// `(rows, 3 features)` to `(rows, features)`.
pub(super) fn rotated_attention(all: Tensor<2>, rotation: &Rotation, heads: &Heads) -> Tensor<2> {
    let features = all.dims()[1] / 3;
    let [q, k, v] = [0, 1, 2].map(|part| all.clone().narrow(1, part * features, features));
    let [q, k] = [q, k].map(|x| rotation.turn(x, heads.heads));
    ops::attention(q, k, v, None, heads)
}
