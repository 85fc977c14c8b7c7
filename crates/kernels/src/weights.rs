//! One denominator's share of the fast path: weights of a group, gradients of the whole.

use std::ops::Range;

use rayon::prelude::*;

use crate::distance::View;
use crate::outcome::Gradients;
use crate::{Distance, Fill, Matrix, MatrixMut, Real, Threads, product};

/// Anchors per tile.
const TILE: usize = 64;
/// Candidates per block.
const BLOCK: usize = 128;

/// Sums of one denominator.
pub(crate) struct Part<T> {
    gradients: Gradients<T>,
    /// Each candidate's weight on itself, `(m,)`: minus the sum of its column of weights.
    own: Vec<f64>,
    /// The group's weights, `(group, m)`; in the first part they take the place of its distances.
    weights: Vec<T>,
    dim: usize,
}

/// Some anchors of a group, and their places in every part.
pub(crate) struct Tile<'t, T> {
    pub(crate) anchors: Range<usize>,
    /// Per part `(tile, m)`.
    pub(crate) weights: Vec<&'t mut [T]>,
    /// Per part `(tile, d)`.
    pub(crate) gradients: Vec<&'t mut [T]>,
}

/// Cuts a group of anchors into tiles.
pub(crate) fn cut<T: Real>(
    parts: &mut [Part<T>],
    anchors: Range<usize>,
    m: usize,
) -> Vec<Tile<'_, T>> {
    let starts = anchors.clone().step_by(TILE);
    let mut tiles: Vec<Tile<'_, T>> = starts
        .map(|start| Tile {
            anchors: start..anchors.end.min(start + TILE),
            weights: Vec::new(),
            gradients: Vec::new(),
        })
        .collect();
    for part in parts {
        let dim = part.dim;
        let gradient = &mut part.gradients.anchors[anchors.start * dim..anchors.end * dim];
        let weights = part.weights[..anchors.len() * m].chunks_mut(TILE * m);
        let places = weights.zip(gradient.chunks_mut(TILE * dim));
        for (tile, (weights, gradient)) in tiles.iter_mut().zip(places) {
            tile.weights.push(weights);
            tile.gradients.push(gradient);
        }
    }
    tiles
}

impl<T: Real> Part<T> {
    /// No sums yet, for shape `(n, m, d)` and groups of at most `group` anchors.
    pub(crate) fn zero((n, m, dim): (usize, usize, usize), group: usize) -> Self {
        Self {
            gradients: Gradients::zero(n * dim, m * dim),
            own: vec![0.0; m],
            weights: vec![T::ZERO; group * m],
            dim,
        }
    }

    /// Adds a group of anchors, whose weights are in place, to the gradient of all candidates.
    pub(crate) fn pull_candidates(&mut self, group: View<'_, T>, laplacian: bool) {
        let (len, dim, m) = (group.len(), self.dim, self.own.len());
        let weights = &self.weights[..len * m];
        let gradients = self.gradients.candidates.par_chunks_mut(BLOCK * dim);
        let blocks = gradients.zip(self.own.par_chunks_mut(BLOCK)).enumerate();
        blocks.for_each(|(block, (gradient, own))| {
            let block = &weights[block * BLOCK..];
            let columns = Matrix::strided(block, len, own.len(), m);
            let rows = Matrix::new(group.data, len, dim);
            let out = MatrixMut::new(gradient, own.len(), dim);
            product(out, Fill::Add, columns.t(), rows, Threads::One);
            if laplacian {
                subtract_columns(own, block, m, len);
            }
        });
    }

    /// Adds each candidate's weight on itself, and goes back from prepared rows to the rows given.
    pub(crate) fn finish(
        self,
        distance: Distance,
        anchors: View<'_, T>,
        candidates: View<'_, T>,
    ) -> Gradients<T> {
        let mut gradients = self.gradients;
        if distance.is_laplacian() {
            for (index, &own) in self.own.iter().enumerate() {
                let place = &mut gradients.candidates[index * self.dim..];
                add_scaled(place, own, candidates.row(index));
            }
        }
        distance.unprepare(&mut gradients.anchors, anchors);
        distance.unprepare(&mut gradients.candidates, candidates);
        gradients
    }
}

/// Subtracts the sum of each column from its place.
fn subtract_columns<T: Real>(own: &mut [f64], weights: &[T], stride: usize, rows: usize) {
    for row in weights.chunks(stride).take(rows) {
        for (place, weight) in own.iter_mut().zip(row) {
            *place -= weight.to_f64();
        }
    }
}

/// Adds `factor * row` to as many numbers as the row has.
pub(crate) fn add_scaled<T: Real>(out: &mut [T], factor: f64, row: &[T]) {
    let factor = T::from_f64(factor);
    for (place, &number) in out.iter_mut().zip(row) {
        *place += factor * number;
    }
}
