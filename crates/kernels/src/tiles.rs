//! The fast path: tiles of distances, rows of slopes, and two matrix products per tile.
//!
//! Anchors go by in groups. In a group, tiles of anchors run in parallel: distances, then slopes, as
//! weights in the distances' place or, where there are few, one by one, then the anchors' gradient `W C`.
//! Then blocks of candidates run in parallel: their gradient `W^T A` over the group's anchors. Groups,
//! tiles and blocks are cut by the shapes alone and every sum has one owner, so the bits do not depend on
//! the number of threads.

use std::ops::Range;

use rayon::prelude::*;

use crate::distance::{Room, Side, View};
use crate::labels::Related;
use crate::outcome::Partial;
use crate::simd::add_scaled;
use crate::slopes::Buffer;
use crate::weights::{self, Entry, Part, Tile, Weights, by_block, cut};
use crate::{
    Batch, Distance, Fill, Matrix, MatrixMut, Objective, Parts, Real, RowLoss, Terms, Threads,
    product,
};

/// Anchors per group: bounds the memory of weights to `GROUP * m` per part.
const GROUP: usize = 512;
/// Anchors per group where slopes on pairs of candidates are kept.
const GROUP_OF_PAIRS: usize = 8;
/// A tile with more weights than this share of all is dense: from there on two products are cheaper.
const SPARSE: usize = 8;

/// Sums and gradients over the anchors of a batch.
pub(crate) fn partial<L: RowLoss, T: Real>(
    objective: &Objective<L>,
    batch: &Batch<'_, T>,
    summaries: &[f64],
) -> Partial<T> {
    with_task(objective, batch, summaries, |task| task.partial(true))
}

/// The same without the candidates' gradients, which are left 0.
pub(crate) fn even<L: RowLoss, T: Real>(
    objective: &Objective<L>,
    batch: &Batch<'_, T>,
) -> Partial<T> {
    with_task(objective, batch, &[], |task| task.partial(false))
}

/// The summary of every anchor of a batch.
pub(crate) fn summaries<L: RowLoss, T: Real>(
    objective: &Objective<L>,
    batch: &Batch<'_, T>,
) -> Vec<f64> {
    with_task(objective, batch, &[], |task| task.summaries())
}

fn with_task<L: RowLoss, T: Real, R>(
    objective: &Objective<L>,
    batch: &Batch<'_, T>,
    summaries: &[f64],
    work: impl FnOnce(Task<'_, L, T>) -> R,
) -> R {
    let distance = objective.distance();
    let mut candidates = Side::new(distance, batch.candidates());
    let apart = match batch.own() {
        Some(_) => None,
        None => Some(Side::new(distance, batch.anchors())),
    };
    // A Laplacian does not see where the origin is. Near collapse it is moved to the middle of the
    // candidates, from where rows are short, so that the products keep their digits.
    let laplacian = distance.is_laplacian();
    let collapsed = laplacian && candidates.is_collapsed();
    let less = |side: &Side<'_, T>| {
        collapsed.then(|| side.less(candidates.centre(), &mut Room::default()))
    };
    let (moved, moved_apart) = (less(&candidates), apart.as_ref().and_then(less));
    let moved = moved.as_ref().unwrap_or(&candidates);
    let first = batch.own().unwrap_or(0);
    let own = first..first + batch.anchors().len();
    work(Task {
        loss: objective.loss(),
        distance,
        batch,
        summaries,
        anchors: apart
            .as_ref()
            .unwrap_or(&candidates)
            .all()
            .slice(own.clone()),
        candidates: candidates.all(),
        pull: Pull {
            anchors: moved_apart
                .as_ref()
                .or(apart.as_ref())
                .unwrap_or(moved)
                .all()
                .slice(own),
            candidates: moved.all(),
        },
    })
}

/// The rows that gradients are made of: those of the distances, from another origin where it does not
/// matter.
struct Pull<'w, T> {
    anchors: View<'w, T>,
    candidates: View<'w, T>,
}

/// What every tile reads.
struct Task<'w, L, T> {
    loss: &'w L,
    distance: Distance,
    batch: &'w Batch<'w, T>,
    summaries: &'w [f64],
    anchors: View<'w, T>,
    candidates: View<'w, T>,
    pull: Pull<'w, T>,
}

/// What a tile gives, beside the gradient of its anchors.
struct Done<T> {
    terms: Terms,
    /// One per part.
    weights: Vec<Weights<T>>,
    /// Weights on pairs of candidates.
    pairs: Vec<(usize, usize, T)>,
}

impl<L: RowLoss, T: Real> Task<'_, L, T> {
    /// One group of anchors after the other.
    fn partial(&self, both: bool) -> Partial<T> {
        let (n, m) = (self.anchors.len(), self.candidates.len());
        let group = match self.loss.needs().pairs {
            true => GROUP_OF_PAIRS,
            false => GROUP,
        };
        let part = || Part::zero((n, m, self.anchors.dim), group.min(n));
        let mut parts = match self.loss.parts() {
            Parts::One => vec![part()],
            Parts::Two => vec![part(), part()],
        };
        let mut terms = Terms::default();
        if m > 0 {
            for start in (0..n).step_by(group) {
                terms += self.group(&mut parts, start..n.min(start + group), both);
            }
        }
        let finish =
            |part: Part<T>| part.finish(self.distance, self.pull.anchors, self.pull.candidates);
        let parts = parts.into_iter().map(finish).collect();
        Partial::new(terms, parts, self.batch)
    }

    /// Adds some anchors to the parts.
    fn group(&self, parts: &mut [Part<T>], range: Range<usize>, both: bool) -> Terms {
        let laplacian = self.distance.is_laplacian();
        let tiles = cut(parts, range.clone(), self.candidates.len());
        let tiles = tiles.into_par_iter().map(|tile| self.tile(tile));
        let done: Vec<Done<T>> = tiles.collect();
        let group = self.pull.anchors.slice(range);
        for (index, part) in parts.iter_mut().enumerate().filter(|_| both) {
            let weights: Vec<&Weights<T>> = done.iter().map(|tile| &tile.weights[index]).collect();
            part.pull_candidates(group, &weights, laplacian);
        }
        for tile in done.iter().filter(|tile| !tile.pairs.is_empty()) {
            parts[0].pull_pairs(&tile.pairs, self.pull.candidates, laplacian);
        }
        let mut terms = Terms::default();
        done.into_iter().for_each(|tile| terms += tile.terms);
        terms
    }

    /// Distances, slopes, and the gradient of the tile's anchors.
    fn tile(&self, mut tile: Tile<'_, T>) -> Done<T> {
        let m = self.candidates.len();
        let anchors = self.anchors.slice(tile.anchors.clone());
        self.distance
            .tile(tile.weights[0], anchors, self.candidates);
        let mut slopes = Buffer::default();
        let mut related = Related::default();
        let mut rows = Rowwise::new(tile.weights.len(), anchors.len());
        let mut terms = Terms::default();
        let mut pairs = Vec::new();
        for (index, anchor) in tile.anchors.clone().enumerate() {
            slopes.reset(m);
            self.batch
                .relate(anchor, self.loss.needs().grades, &mut related);
            let distances = &tile.weights[0][index * m..][..m];
            let row = self
                .batch
                .row(anchor, (self.distance, distances), &related, self.summaries);
            terms += self.loss.row(&row, &mut slopes.slopes());
            pairs.extend(slopes.pairs.iter().map(|&(positive, negative, slope)| {
                let weight = self.distance.weight(slope, row.pair(positive, negative));
                (positive, negative, weight)
            }));
            self.weigh(&mut tile, &mut rows, (index, &related), &mut slopes);
        }
        let weights = self.pull_anchors(&mut tile, rows);
        Done {
            terms,
            weights,
            pairs,
        }
    }

    /// The slopes of one anchor into weights of every part.
    fn weigh(
        &self,
        tile: &mut Tile<'_, T>,
        rows: &mut Rowwise<T>,
        (index, related): (usize, &Related),
        slopes: &mut Buffer<T>,
    ) {
        let m = slopes.numbers.len();
        let here = index * m..(index + 1) * m;
        // So many slopes that the tile will be dense: all at once is cheaper than one by one.
        slopes.whole |= slopes.touched.len() * SPARSE > m;
        if !slopes.whole {
            let distances = &tile.weights[0][here];
            for &candidate in &slopes.touched {
                let slope = std::mem::take(&mut slopes.numbers[candidate]);
                if slope == T::ZERO {
                    continue;
                }
                let weight = self.distance.weight(slope, distances[candidate]);
                let part = match tile.weights.len() {
                    2 if related.positives.binary_search(&candidate).is_err() => 1,
                    _ => 0,
                };
                rows.own[part][index] -= weight.to_f64();
                rows.entries[part].push(Entry {
                    anchor: index as u32,
                    candidate: candidate as u32,
                    weight,
                });
            }
            return;
        }
        rows.dense.push(index);
        if let [first, second] = &mut tile.weights[..] {
            // Slopes on positives stay for the first part, all others go to the second.
            let (distances, second) = (&first[here.clone()], &mut second[here.clone()]);
            second.copy_from_slice(&slopes.numbers);
            slopes.numbers.fill(T::ZERO);
            for &other in &related.positives {
                std::mem::swap(&mut slopes.numbers[other], &mut second[other]);
            }
            rows.own[1][index] = self.distance.weigh(second, distances);
        }
        let distances = &mut tile.weights[0][here];
        rows.own[0][index] = self.distance.weigh_into(distances, &slopes.numbers);
    }

    /// The gradient of the tile's anchors; gives the tile's weights for its candidates.
    fn pull_anchors(&self, tile: &mut Tile<'_, T>, rows: Rowwise<T>) -> Vec<Weights<T>> {
        let (n, m) = (tile.anchors.len(), self.candidates.len());
        let from = self.pull.anchors.slice(tile.anchors.clone());
        let parts = tile.weights.iter_mut().zip(&mut tile.gradients).enumerate();
        let mut done = Vec::with_capacity(2);
        for (part, (weights, gradient)) in parts {
            let (entries, own) = (&rows.entries[part], &rows.own[part]);
            let dense = !rows.dense.is_empty() || entries.len() * SPARSE > n * m;
            if dense {
                scatter(weights, entries, &rows.dense, m);
                self.pull_dense(weights, gradient);
            } else {
                self.pull_sparse(entries, gradient);
            }
            if self.distance.is_laplacian() {
                for (place, (index, &own)) in gradient
                    .chunks_exact_mut(self.anchors.dim)
                    .zip(own.iter().enumerate())
                {
                    add_scaled(place, T::from_f64(own), from.row(index));
                }
            }
            done.push(match dense {
                true => Weights::Dense,
                false => Weights::Sparse(by_block(entries, m)),
            });
        }
        done
    }

    fn pull_dense(&self, weights: &[T], gradient: &mut [T]) {
        let (m, dim) = (self.candidates.len(), self.anchors.dim);
        let n = gradient.len() / dim;
        let weights = Matrix::new(weights, n, m);
        let rows = Matrix::new(self.pull.candidates.data, m, dim);
        let out = MatrixMut::new(gradient, n, dim);
        product(out, Fill::Overwrite, weights, rows, Threads::One);
    }

    fn pull_sparse(&self, entries: &[Entry<T>], gradient: &mut [T]) {
        weights::scatter(entries, self.pull.candidates, gradient);
    }

    /// Every anchor's summary.
    fn summaries(&self) -> Vec<f64> {
        let (n, m) = (self.anchors.len(), self.candidates.len());
        let starts: Vec<usize> = (0..n).step_by(crate::weights::TILE).collect();
        let tiles = starts.into_par_iter().map(|start| {
            let range = start..n.min(start + crate::weights::TILE);
            let mut distances = vec![T::ZERO; range.len() * m];
            let anchors = self.anchors.slice(range.clone());
            self.distance.tile(&mut distances, anchors, self.candidates);
            let mut related = Related::default();
            let each = range.enumerate().map(|(index, anchor)| {
                self.batch
                    .relate(anchor, self.loss.needs().grades, &mut related);
                let distances = &distances[index * m..][..m];
                let row = self
                    .batch
                    .row(anchor, (self.distance, distances), &related, &[]);
                self.loss.summary(&row)
            });
            each.collect::<Vec<f64>>()
        });
        tiles.collect::<Vec<Vec<f64>>>().concat()
    }
}

/// What the rows of a tile have left, per part.
struct Rowwise<T> {
    /// Rows whose weights are in the distances' place.
    dense: Vec<usize>,
    /// Weights of all other rows.
    entries: Vec<Vec<Entry<T>>>,
    /// Each anchor's weight on itself.
    own: Vec<Vec<f64>>,
}

impl<T: Real> Rowwise<T> {
    fn new(parts: usize, anchors: usize) -> Self {
        Self {
            dense: Vec::new(),
            entries: vec![Vec::new(); parts],
            own: vec![vec![0.0; anchors]; parts],
        }
    }
}

/// Entries into the rows that are not dense.
fn scatter<T: Real>(weights: &mut [T], entries: &[Entry<T>], dense: &[usize], m: usize) {
    for (index, row) in weights.chunks_exact_mut(m).enumerate() {
        if dense.binary_search(&index).is_err() {
            row.fill(T::ZERO);
        }
    }
    for entry in entries {
        weights[entry.anchor as usize * m + entry.candidate as usize] = entry.weight;
    }
}
