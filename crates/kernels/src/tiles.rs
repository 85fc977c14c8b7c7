//! The fast path: tiles of distances, rows of slopes, and two matrix products per tile.
//!
//! Anchors go by in groups. In a group, tiles of anchors run in parallel: distances, then slopes, as
//! weights in the distances' place or, where there are few, one by one, then the anchors' gradient `W C`.
//! Then blocks of candidates run in parallel: their gradient `W^T A` over the group's anchors. Groups,
//! tiles and blocks are cut by the shapes alone and every sum has one owner, so the bits do not depend on
//! the number of threads.

use std::ops::Range;

use rayon::prelude::*;

use crate::distance::{Padding, Room, Side, View};
use crate::labels::Related;
use crate::outcome::Partial;
use crate::simd::add_scaled;
use crate::strip::{Entry, Strip, Tile};
use crate::weights::{self, Part, TILE};
use crate::workspace::Shelf;
use crate::{
    Batch, Distance, Fill, Matrix, MatrixMut, Objective, Parts, Real, RowLoss, Terms, Threads,
    product, share,
};

/// Anchors per group: bounds the memory of weights to `GROUP * m` per part.
const GROUP: usize = 512;
/// Anchors per group where slopes on pairs of candidates are kept.
const GROUP_OF_PAIRS: usize = 8;
/// A row or tile with more weights than this share of all is dense: from there on two products are cheaper.
const SPARSE: usize = 8;

/// What one evaluation leaves to the next.
#[derive(Debug, Default)]
pub(crate) struct Strips<T> {
    rooms: Rooms<T>,
    /// One per denominator, and one that may wait.
    parts: [Part<T>; 2],
    /// One per tile of a group.
    strips: Vec<Strip<T>>,
    /// One per candidate, if the loss asked for them.
    pub(crate) summaries: Vec<[f64; 2]>,
    shelf: Shelf<Look<T>>,
}

/// Room for the rows of both sides, as they are and from another origin.
#[derive(Debug, Default)]
struct Rooms<T> {
    candidates: Room<T>,
    anchors: Room<T>,
    moved_candidates: Room<T>,
    moved_anchors: Room<T>,
}

/// Room for a tile whose distances are looked at alone.
#[derive(Debug, Default)]
struct Look<T> {
    distances: Vec<T>,
    related: Related,
    padding: Padding<T>,
}

/// Sums and gradients over the anchors of a batch.
pub(crate) fn partial<L: RowLoss, T: Real>(
    objective: &Objective<L>,
    batch: &Batch<'_, T>,
    strips: &mut Strips<T>,
) -> Partial<T> {
    let (terms, parts) = sums(objective, batch, true, strips);
    let gradients = parts.iter_mut();
    let gradients = gradients.map(|part| std::mem::take(&mut part.gradients));
    Partial::new(terms, gradients.collect(), batch)
}

/// The same, left where they are; without the candidates' gradients, which are 0 then, unless `both`.
pub(crate) fn sums<'s, L: RowLoss, T: Real>(
    objective: &Objective<L>,
    batch: &Batch<'_, T>,
    both: bool,
    strips: &'s mut Strips<T>,
) -> (Terms, &'s mut [Part<T>]) {
    let count = match objective.loss().parts() {
        Parts::One => 1,
        Parts::Two => 2,
    };
    let parts = &mut strips.parts[..count];
    let (rooms, summaries) = (&mut strips.rooms, &strips.summaries);
    let terms = with_task(objective, batch, (summaries, rooms), |task| {
        task.sums(parts, &mut strips.strips, both)
    });
    (terms, parts)
}

/// Looks up the summary of every anchor of a batch.
pub(crate) fn summaries<L: RowLoss, T: Real>(
    objective: &Objective<L>,
    batch: &Batch<'_, T>,
    strips: &mut Strips<T>,
) {
    let (rooms, shelf) = (&mut strips.rooms, &strips.shelf);
    let out = &mut strips.summaries;
    with_task(objective, batch, (&[], rooms), |task| {
        task.summaries(out, shelf);
    });
}

fn with_task<L: RowLoss, T: Real, R>(
    objective: &Objective<L>,
    batch: &Batch<'_, T>,
    (summaries, rooms): (&[[f64; 2]], &mut Rooms<T>),
    work: impl FnOnce(Task<'_, L, T>) -> R,
) -> R {
    let distance = objective.distance();
    let mut candidates = Side::new_in(distance, batch.candidates(), &mut rooms.candidates);
    let apart = match batch.own() {
        Some(_) => None,
        None => Some(Side::new_in(distance, batch.anchors(), &mut rooms.anchors)),
    };
    // A Laplacian does not see where the origin is. Near collapse it is moved to the middle of the
    // candidates, from where rows are short, so that the products keep their digits.
    let collapsed = distance.is_laplacian() && candidates.is_collapsed();
    let less = |side: &Side<'_, T>, room| collapsed.then(|| side.less(candidates.centre(), room));
    let moved = less(&candidates, &mut rooms.moved_candidates);
    let moved_apart = apart
        .as_ref()
        .map(|side| less(side, &mut rooms.moved_anchors));
    let moved_apart = moved_apart.flatten();
    let pulled = moved.as_ref().unwrap_or(&candidates);
    let pulled_apart = moved_apart.as_ref().or(apart.as_ref());
    let first = batch.own().unwrap_or(0);
    let own = first..first + batch.anchors().len();
    let anchors = apart.as_ref().unwrap_or(&candidates).all();
    let done = work(Task {
        loss: objective.loss(),
        distance,
        batch,
        summaries,
        anchors: anchors.slice(own.clone()),
        candidates: candidates.all(),
        pull: Pull {
            anchors: pulled_apart.unwrap_or(pulled).all().slice(own),
            candidates: pulled.all(),
        },
    });
    for (side, room) in [
        (Some(candidates), &mut rooms.candidates),
        (apart, &mut rooms.anchors),
        (moved, &mut rooms.moved_candidates),
        (moved_apart, &mut rooms.moved_anchors),
    ] {
        side.into_iter().for_each(|side| side.leave(room));
    }
    done
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
    summaries: &'w [[f64; 2]],
    anchors: View<'w, T>,
    candidates: View<'w, T>,
    pull: Pull<'w, T>,
}

impl<L: RowLoss, T: Real> Task<'_, L, T> {
    /// One group of anchors after the other.
    fn sums(&self, parts: &mut [Part<T>], strips: &mut Vec<Strip<T>>, both: bool) -> Terms {
        let (n, m) = (self.anchors.len(), self.candidates.len());
        let group = match self.loss.needs().pairs {
            true => GROUP_OF_PAIRS,
            false => GROUP,
        };
        let shape = (n, m, self.anchors.dim);
        parts
            .iter_mut()
            .for_each(|part| part.reset(shape, group.min(n)));
        let tiles = group.min(n).div_ceil(TILE);
        if strips.len() < tiles {
            strips.resize_with(tiles, Strip::default);
        }
        let mut terms = Terms::default();
        if m > 0 {
            for start in (0..n).step_by(group) {
                let range = start..n.min(start + group);
                let strips = &mut strips[..range.len().div_ceil(TILE)];
                terms += self.group((parts, strips), range, both);
            }
        }
        for part in parts {
            part.finish(self.distance, self.pull.anchors, self.pull.candidates);
        }
        terms
    }

    /// Adds some anchors to the parts.
    fn group(
        &self,
        (parts, strips): (&mut [Part<T>], &mut [Strip<T>]),
        range: Range<usize>,
        both: bool,
    ) -> Terms {
        let laplacian = self.distance.is_laplacian();
        self.tiles((parts, strips), range.clone());
        let group = self.pull.anchors.slice(range);
        for (index, part) in parts.iter_mut().enumerate().filter(|_| both) {
            part.pull_candidates(group, (strips, index), laplacian);
        }
        for strip in strips.iter().filter(|strip| !strip.pairs.is_empty()) {
            parts[0].pull_pairs(&strip.pairs, self.pull.candidates, laplacian);
        }
        let mut terms = Terms::default();
        strips.iter().for_each(|strip| terms += strip.terms);
        terms
    }

    /// All tiles of a group.
    fn tiles(&self, (parts, strips): (&mut [Part<T>], &mut [Strip<T>]), range: Range<usize>) {
        let least = share::least(TILE * self.candidates.len() * self.anchors.dim);
        let strips = strips.par_iter_mut().enumerate();
        let anchors = |tile: usize| {
            let start = range.start + tile * TILE;
            start..range.end.min(start + TILE)
        };
        match parts {
            [one, two] => {
                let places = one.places(range.clone()).zip(two.places(range.clone()));
                let each = strips.zip(places).with_min_len(least);
                each.for_each(|((tile, strip), ((weights, gradient), (second, other)))| {
                    let tile = Tile {
                        anchors: anchors(tile),
                        weights: [weights, second],
                        gradients: [gradient, other],
                    };
                    self.tile(tile, strip, 2);
                });
            }
            parts => {
                let each = strips.zip(parts[0].places(range.clone()));
                let each = each.with_min_len(least);
                each.for_each(|((tile, strip), (weights, gradient))| {
                    let tile = Tile {
                        anchors: anchors(tile),
                        weights: [weights, &mut []],
                        gradients: [gradient, &mut []],
                    };
                    self.tile(tile, strip, 1);
                });
            }
        }
    }

    /// Distances, slopes, and the gradient of the tile's anchors.
    fn tile(&self, mut tile: Tile<'_, T>, strip: &mut Strip<T>, parts: usize) {
        let m = self.candidates.len();
        let anchors = self.anchors.slice(tile.anchors.clone());
        strip.reset(anchors.len());
        let padding = &mut strip.padding;
        self.distance
            .tile_in(tile.weights[0], anchors, self.candidates, padding);
        for (index, anchor) in tile.anchors.clone().enumerate() {
            let (slopes, related) = (&mut strip.buffer, &mut strip.related);
            slopes.reset(m);
            self.batch.relate(anchor, self.loss.needs().grades, related);
            let distances = &tile.weights[0][index * m..][..m];
            let row = self
                .batch
                .row(anchor, (self.distance, distances), related, self.summaries);
            strip.terms += self.loss.row(&row, &mut slopes.slopes());
            let pairs = slopes.pairs.iter();
            strip
                .pairs
                .extend(pairs.map(|&(positive, negative, slope)| {
                    let weight = self.distance.weight(slope, row.pair(positive, negative));
                    (positive, negative, weight)
                }));
            self.weigh(&mut tile, strip, (index, parts));
        }
        for part in 0..parts {
            self.pull_anchors(&mut tile, strip, part);
        }
    }

    /// The slopes of one anchor into weights of every part.
    fn weigh(&self, tile: &mut Tile<'_, T>, strip: &mut Strip<T>, (index, parts): (usize, usize)) {
        let slopes = &mut strip.buffer;
        let m = slopes.numbers.len();
        // So many slopes that the tile will be dense: all at once is cheaper than one by one.
        slopes.whole |= slopes.touched.len() * SPARSE > m;
        if !slopes.whole {
            return self.weigh_each(&tile.weights[0][index * m..][..m], strip, (index, parts));
        }
        strip.dense.push(index);
        let here = index * m..(index + 1) * m;
        let [first, second] = &mut tile.weights;
        if parts == 2 {
            // Slopes on positives stay for the first part, all others go to the second.
            let (distances, second) = (&first[here.clone()], &mut second[here.clone()]);
            second.copy_from_slice(&slopes.numbers);
            slopes.numbers.fill(T::ZERO);
            for &other in &strip.related.positives {
                std::mem::swap(&mut slopes.numbers[other], &mut second[other]);
            }
            strip.parts[1].own[index] = self.distance.weigh(second, distances);
        }
        let own = self.distance.weigh_into(&mut first[here], &slopes.numbers);
        strip.parts[0].own[index] = own;
    }

    /// The same for few slopes.
    fn weigh_each(&self, distances: &[T], strip: &mut Strip<T>, (index, parts): (usize, usize)) {
        let slopes = &mut strip.buffer;
        for &candidate in &slopes.touched {
            let slope = std::mem::take(&mut slopes.numbers[candidate]);
            if slope == T::ZERO {
                continue;
            }
            let weight = self.distance.weight(slope, distances[candidate]);
            let is_second =
                parts == 2 && strip.related.positives.binary_search(&candidate).is_err();
            let part = &mut strip.parts[usize::from(is_second)];
            part.own[index] -= weight.to_f64();
            part.entries.push(Entry {
                anchor: index as u32,
                candidate: candidate as u32,
                weight,
            });
        }
    }

    /// The gradient of the tile's anchors; leaves the tile's weights for its candidates.
    fn pull_anchors(&self, tile: &mut Tile<'_, T>, strip: &mut Strip<T>, part: usize) {
        let m = self.candidates.len();
        let (weights, gradient) = (&mut *tile.weights[part], &mut *tile.gradients[part]);
        let few = &mut strip.parts[part];
        few.is_dense =
            !strip.dense.is_empty() || few.entries.len() * SPARSE > tile.anchors.len() * m;
        if few.is_dense {
            scatter(weights, &few.entries, &strip.dense, m);
            self.pull_dense(weights, gradient);
        } else {
            weights::scatter(&few.entries, self.pull.candidates, gradient);
            few.sort(m);
        }
        if self.distance.is_laplacian() {
            let from = self.pull.anchors.slice(tile.anchors.clone());
            let places = gradient.chunks_exact_mut(self.anchors.dim);
            for (index, (place, &own)) in places.zip(&few.own).enumerate() {
                add_scaled(place, T::from_f64(own), from.row(index));
            }
        }
    }

    fn pull_dense(&self, weights: &[T], gradient: &mut [T]) {
        let (m, dim) = (self.candidates.len(), self.anchors.dim);
        let n = gradient.len() / dim;
        let weights = Matrix::new(weights, n, m);
        let rows = Matrix::new(self.pull.candidates.data, m, dim);
        let out = MatrixMut::new(gradient, n, dim);
        product(out, Fill::Overwrite, weights, rows, Threads::One);
    }

    /// Every anchor's summary.
    fn summaries(&self, out: &mut Vec<[f64; 2]>, shelf: &Shelf<Look<T>>) {
        let (n, m) = (self.anchors.len(), self.candidates.len());
        out.clear();
        out.resize(n, [0.0; 2]);
        let least = share::least(TILE * m * self.anchors.dim);
        let tiles = out.par_chunks_mut(TILE).enumerate().with_min_len(least);
        tiles.for_each(|(tile, out)| {
            let mut look = shelf.take();
            let Look {
                distances,
                related,
                padding,
            } = &mut look;
            distances.resize(out.len() * m, T::ZERO);
            let range = tile * TILE..tile * TILE + out.len();
            let anchors = self.anchors.slice(range.clone());
            self.distance
                .tile_in(distances, anchors, self.candidates, padding);
            for (index, (anchor, out)) in range.zip(out).enumerate() {
                self.batch.relate(anchor, self.loss.needs().grades, related);
                let distances = (self.distance, &distances[index * m..][..m]);
                let row = self.batch.row(anchor, distances, related, &[]);
                *out = self.loss.summary(&row);
            }
            shelf.give(look);
        });
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
