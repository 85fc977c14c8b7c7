//! One denominator's share of the fast path: weights of a group, gradients of the whole.

use std::ops::Range;

use rayon::prelude::*;

use crate::distance::View;
use crate::outcome::Gradients;
use crate::simd::{add_scaled, vectorized, wide};
use crate::tile_scratch::{BLOCK, Entry, TileScratch};
use crate::{Distance, Fill, Matrix, MatrixMut, Real, Threads, product, share};

/// Anchors per tile.
pub(crate) const TILE: usize = 128;

/// Sums of one denominator.
#[derive(Debug, Default)]
pub(crate) struct Part<T> {
    pub(crate) gradients: Gradients<T>,
    /// Each candidate's weight on itself, `(m,)`: minus the sum of its column of weights.
    own: Vec<f64>,
    /// The group's weights, `(group, m)`; in the first part they take the place of its distances.
    weights: Vec<T>,
    /// What slopes on pairs of candidates add to the candidates' gradient, `(m, d)` if there are any: many
    /// small numbers one by one, so in f64.
    pairs: Vec<f64>,
    dim: usize,
}

impl<T: Real> Part<T> {
    /// No sums yet, for shape `(n, m, d)` and groups of at most `group` anchors.
    pub(crate) fn reset(&mut self, (n, m, dim): (usize, usize, usize), group: usize) {
        let zero = |list: &mut Vec<T>, len| {
            list.clear();
            list.resize(len, T::ZERO);
        };
        zero(&mut self.gradients.anchors, n * dim);
        zero(&mut self.gradients.candidates, m * dim);
        self.own.clear();
        self.own.resize(m, 0.0);
        // Written before it is read.
        self.weights.resize(group * m, T::ZERO);
        self.pairs.clear();
        self.dim = dim;
    }

    /// The places of a group's tiles: weights and gradients.
    pub(crate) fn places(
        &mut self,
        anchors: Range<usize>,
    ) -> impl IndexedParallelIterator<Item = (&mut [T], &mut [T])> {
        let (dim, m) = (self.dim, self.own.len());
        let gradient = &mut self.gradients.anchors[anchors.start * dim..anchors.end * dim];
        let weights = self.weights[..anchors.len() * m].par_chunks_mut(TILE * m);
        weights.zip(gradient.par_chunks_mut(TILE * dim))
    }

    /// Adds a group of anchors, whose weights are in place, to the gradient of all candidates.
    pub(crate) fn pull_candidates(
        &mut self,
        group: View<'_, T>,
        (tiles, part): (&[TileScratch<T>], usize),
        laplacian: bool,
    ) {
        let (dim, m) = (self.dim, self.own.len());
        let weights = &self.weights;
        let gradients = self.gradients.candidates.par_chunks_mut(BLOCK * dim);
        let blocks = gradients.zip(self.own.par_chunks_mut(BLOCK)).enumerate();
        let least = share::least(BLOCK * group.len() * dim);
        blocks
            .with_min_len(least)
            .for_each(|(block, (gradient, own))| {
                let mut block = Block {
                    start: block * BLOCK,
                    gradient,
                    own,
                    dim,
                    laplacian,
                };
                let is_dense = |tile: &TileScratch<T>| tile.parts[part].is_dense;
                let mut start = 0;
                // Neighbouring dense tiles are one.
                for run in tiles.chunk_by(|one, two| is_dense(one) && is_dense(two)) {
                    let rows = start * TILE..group.len().min((start + run.len()) * TILE);
                    start += run.len();
                    if is_dense(&run[0]) {
                        let here = &weights[rows.start * m + block.start..rows.end * m];
                        block.pull(group.slice(rows), here, m);
                    } else {
                        block.pull_each(group.slice(rows), &run[0].parts[part].sorted);
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
        &mut self,
        distance: Distance,
        anchors: View<'_, T>,
        candidates: View<'_, T>,
    ) {
        let gradients = &mut self.gradients;
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
    }
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
        for run in entries.chunk_by(|one, two| one.candidate == two.candidate) {
            let place = run[0].candidate as usize - start;
            let out = &mut gradient[place * dim..][..dim];
            let rows = |entry: &Entry<T>| entry.anchor as usize;
            add_rows(out, run, anchors, rows);
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
        for run in entries.chunk_by(|one, two| one.anchor == two.anchor) {
            let out = &mut gradient[run[0].anchor as usize * dim..][..dim];
            add_rows(out, run, candidates, |entry| entry.candidate as usize);
        }
    }
}

/// Adds a row times its weight for each of some entries; the sums stay in registers.
#[inline(always)]
fn add_rows<T: Real>(
    out: &mut [T],
    entries: &[Entry<T>],
    rows: View<'_, T>,
    row: impl Fn(&Entry<T>) -> usize,
) {
    /// Numbers whose sums stay in registers.
    const WIDTH: usize = 64;
    let whole = out.len() / WIDTH * WIDTH;
    let (blocks, rest) = out.as_chunks_mut::<WIDTH>();
    for (block, out) in blocks.iter_mut().enumerate() {
        let mut sums = *out;
        for entry in entries {
            let from = &rows.row(row(entry))[block * WIDTH..][..WIDTH];
            for (sum, &number) in sums.iter_mut().zip(from) {
                *sum += entry.weight * number;
            }
        }
        *out = sums;
    }
    if !rest.is_empty() {
        for entry in entries {
            add_scaled(rest, entry.weight, &rows.row(row(entry))[whole..]);
        }
    }
}
