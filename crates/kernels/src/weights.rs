//! One denominator's share of the fast path: weights of a group, gradients of the whole.

use std::ops::Range;

use rayon::prelude::*;

use crate::distance::View;
use crate::outcome::Gradients;
use crate::simd::{add_scaled, vectorized, wide};
use crate::{Distance, Fill, Matrix, MatrixMut, Real, Threads, product};

/// Anchors per tile.
pub(crate) const TILE: usize = 128;
/// Candidates per block.
pub(crate) const BLOCK: usize = 128;

/// Sums of one denominator.
pub(crate) struct Part<T> {
    gradients: Gradients<T>,
    /// Each candidate's weight on itself, `(m,)`: minus the sum of its column of weights.
    own: Vec<f64>,
    /// The group's weights, `(group, m)`; in the first part they take the place of its distances.
    weights: Vec<T>,
    /// What slopes on pairs of candidates add to the candidates' gradient, `(m, d)` if there are any: many
    /// small numbers one by one, so in f64.
    pairs: Vec<f64>,
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

/// One weight on its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Entry<T> {
    /// The anchor's place in its tile.
    pub(crate) anchor: u32,
    pub(crate) candidate: u32,
    pub(crate) weight: T,
}

/// The weights of one tile in one part.
#[derive(Debug, Clone)]
pub(crate) enum Weights<T> {
    /// In the part's `(group, m)`.
    Dense,
    /// The others are 0. Sorted by block of candidates; within a block, by anchor.
    Sparse(Vec<Entry<T>>),
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

/// Sorts entries by block of candidates and keeps their order within one.
pub(crate) fn by_block<T: Real>(entries: &[Entry<T>], m: usize) -> Vec<Entry<T>> {
    let block = |entry: &Entry<T>| entry.candidate as usize / BLOCK;
    let mut places = vec![0; m.div_ceil(BLOCK) + 1];
    for entry in entries {
        places[block(entry) + 1] += 1;
    }
    for index in 1..places.len() {
        places[index] += places[index - 1];
    }
    let mut sorted = entries.to_vec();
    for entry in entries {
        let place = &mut places[block(entry)];
        sorted[*place] = *entry;
        *place += 1;
    }
    sorted
}

impl<T: Real> Part<T> {
    /// No sums yet, for shape `(n, m, d)` and groups of at most `group` anchors.
    pub(crate) fn zero((n, m, dim): (usize, usize, usize), group: usize) -> Self {
        Self {
            gradients: Gradients::zero(n * dim, m * dim),
            own: vec![0.0; m],
            weights: vec![T::ZERO; group * m],
            pairs: Vec::new(),
            dim,
        }
    }

    /// Adds a group of anchors, whose weights are in place, to the gradient of all candidates.
    pub(crate) fn pull_candidates(
        &mut self,
        group: View<'_, T>,
        tiles: &[&Weights<T>],
        laplacian: bool,
    ) {
        let (dim, m) = (self.dim, self.own.len());
        let weights = &self.weights;
        let gradients = self.gradients.candidates.par_chunks_mut(BLOCK * dim);
        let blocks = gradients.zip(self.own.par_chunks_mut(BLOCK)).enumerate();
        blocks.for_each(|(block, (gradient, own))| {
            let mut block = Block {
                start: block * BLOCK,
                gradient,
                own,
                dim,
                laplacian,
            };
            for (rows, weigh) in runs(tiles, group.len()) {
                match weigh {
                    Weights::Dense => {
                        let here = &weights[rows.start * m + block.start..rows.end * m];
                        block.pull(group.slice(rows), here, m);
                    }
                    Weights::Sparse(entries) => block.pull_each(group.slice(rows), entries),
                }
            }
        });
    }

    /// Adds the slopes on distances between candidates: `weights[k]` on the pair `pairs[k]`.
    pub(crate) fn pull_pairs(
        &mut self,
        pairs: &[(usize, usize, T)],
        rows: View<'_, T>,
        laplacian: bool,
    ) {
        let dim = self.dim;
        self.pairs.resize(self.gradients.candidates.len(), 0.0);
        let gradients = self.pairs.par_chunks_mut(BLOCK * dim);
        gradients.enumerate().for_each(|(block, gradient)| {
            let start = block * BLOCK;
            let here = start..start + gradient.len() / dim;
            vectorized(
                #[inline(always)]
                || {
                    for &(one, two, weight) in pairs {
                        for (to, from) in [(one, two), (two, one)] {
                            if here.contains(&to) {
                                let place = &mut gradient[(to - start) * dim..][..dim];
                                // Differences first: weights on the row itself would cancel later.
                                let mine = if laplacian { 1.0 } else { 0.0 };
                                let each = place.iter_mut().zip(rows.row(to)).zip(rows.row(from));
                                each.for_each(|((out, x), y)| {
                                    *out += weight.to_f64() * (y.to_f64() - mine * x.to_f64());
                                });
                            }
                        }
                    }
                },
            );
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
        let each = gradients.candidates.iter_mut().zip(&self.pairs);
        each.for_each(|(out, &more)| *out += T::from_f64(more));
        if distance.is_laplacian() {
            for (index, &own) in self.own.iter().enumerate() {
                let place = &mut gradients.candidates[index * self.dim..];
                add_scaled(place, T::from_f64(own), candidates.row(index));
            }
        }
        distance.unprepare(&mut gradients.anchors, anchors);
        distance.unprepare(&mut gradients.candidates, candidates);
        gradients
    }
}

/// Tiles with their rows in the group; neighbouring dense ones as one.
fn runs<'w, T>(tiles: &[&'w Weights<T>], len: usize) -> Vec<(Range<usize>, &'w Weights<T>)> {
    let mut runs: Vec<(Range<usize>, &Weights<T>)> = Vec::with_capacity(tiles.len());
    for (index, &tile) in tiles.iter().enumerate() {
        let rows = index * TILE..len.min((index + 1) * TILE);
        match (runs.last_mut(), tile) {
            (Some((before, Weights::Dense)), Weights::Dense) => before.end = rows.end,
            _ => runs.push((rows, tile)),
        }
    }
    runs
}

/// Some candidates, and what they gather.
struct Block<'b, T> {
    start: usize,
    gradient: &'b mut [T],
    own: &'b mut [f64],
    dim: usize,
    laplacian: bool,
}

impl<T: Real> Block<'_, T> {
    /// Adds anchors with a weight for every candidate; `weights` starts at the block's first column.
    fn pull(&mut self, anchors: View<'_, T>, weights: &[T], m: usize) {
        let (len, count) = (anchors.len(), self.own.len());
        let columns = Matrix::strided(weights, len, count, m);
        let rows = Matrix::new(anchors.data, len, self.dim);
        let out = MatrixMut::new(self.gradient, count, self.dim);
        product(out, Fill::Add, columns.t(), rows, Threads::One);
        if self.laplacian {
            subtract_columns(self.own, weights, (m, len));
        }
    }

    /// Adds single weights.
    fn pull_each(&mut self, anchors: View<'_, T>, entries: &[Entry<T>]) {
        let block = |entry: &Entry<T>| entry.candidate as usize / BLOCK;
        let here = self.start / BLOCK;
        let first = entries.partition_point(|entry| block(entry) < here);
        let count = entries[first..].partition_point(|entry| block(entry) == here);
        let own = self.laplacian.then_some(&mut *self.own);
        let entries = &entries[first..first + count];
        gather(entries, anchors, (self.gradient, self.dim), own, self.start);
    }
}

wide! {
    /// Subtracts the sum of each column of `len` rows from its place.
    fn subtract_columns<'w, T>(
        own: &'w mut [f64],
        weights: &'w [T],
        shape: (usize, usize),
    ) -> () {
        let (m, len) = shape;
        for row in weights.chunks(m).take(len) {
            for (place, weight) in own.iter_mut().zip(row) {
                *place -= weight.to_f64();
            }
        }
    }
}

wide! {
    /// Adds single weights to the gradient of the candidates from `start` on.
    fn gather<'w, T>(
        entries: &'w [Entry<T>],
        anchors: View<'w, T>,
        gradient: (&'w mut [T], usize),
        own: Option<&'w mut [f64]>,
        start: usize,
    ) -> () {
        let (gradient, dim) = gradient;
        for entry in entries {
            let place = entry.candidate as usize - start;
            let out = &mut gradient[place * dim..][..dim];
            add_scaled(out, entry.weight, anchors.row(entry.anchor as usize));
        }
        if let Some(own) = own {
            for entry in entries {
                own[entry.candidate as usize - start] -= entry.weight.to_f64();
            }
        }
    }
}

wide! {
    /// Adds single weights to the gradient `(n, d)` of a tile's anchors.
    pub(crate) fn scatter<'w, T>(
        entries: &'w [Entry<T>],
        candidates: View<'w, T>,
        gradient: &'w mut [T],
    ) -> () {
        let dim = candidates.dim;
        for entry in entries {
            let out = &mut gradient[entry.anchor as usize * dim..][..dim];
            add_scaled(out, entry.weight, candidates.row(entry.candidate as usize));
        }
    }
}
