//! Sums and gradients, group by group and tile by tile.

use std::ops::Range;

use rayon::prelude::*;

use super::scratch::TilesScratch;
use super::task::{Task, with_task};
use crate::outcome::Partial;
use crate::tile_scratch::{Tile, TileScratch};
use crate::weights::{Part, TILE};
use crate::{Batch, Objective, Parts, Real, RowLoss, Terms, share};

/// Anchors per group: bounds the memory of weights to `GROUP * m` per part.
const GROUP: usize = 512;
/// Anchors per group where slopes on pairs of candidates are kept.
const GROUP_OF_PAIRS: usize = 8;

/// Sums and gradients over the anchors of a batch.
pub(crate) fn partial<L: RowLoss, T: Real>(
    objective: &Objective<L>,
    batch: &Batch<'_, T>,
    scratch: &mut TilesScratch<T>,
) -> Partial<T> {
    let (terms, parts) = sums(objective, batch, true, scratch);
    let gradients = parts.iter_mut();
    let gradients = gradients.map(|part| std::mem::take(&mut part.gradients));
    Partial::new(terms, gradients.collect(), batch)
}

/// Sums and gradients over the anchors of a batch, left where they are; without the candidates' gradients, which are 0 then, unless `both`.
pub(crate) fn sums<'s, L: RowLoss, T: Real>(
    objective: &Objective<L>,
    batch: &Batch<'_, T>,
    both: bool,
    scratch: &'s mut TilesScratch<T>,
) -> (Terms, &'s mut [Part<T>]) {
    let count = match objective.loss().parts() {
        Parts::One => 1,
        Parts::Two => 2,
    };
    let parts = &mut scratch.parts[..count];
    let (sides, summaries) = (&mut scratch.sides, &scratch.summaries);
    let terms = with_task(objective, batch, (summaries, sides), |task| {
        task.sums(parts, &mut scratch.tiles, both)
    });
    (terms, parts)
}

impl<L: RowLoss, T: Real> Task<'_, L, T> {
    /// One group of anchors after the other.
    fn sums(&self, parts: &mut [Part<T>], scratch: &mut Vec<TileScratch<T>>, both: bool) -> Terms {
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
        if scratch.len() < tiles {
            scratch.resize_with(tiles, TileScratch::default);
        }
        let mut terms = Terms::default();
        if m > 0 {
            for start in (0..n).step_by(group) {
                let range = start..n.min(start + group);
                let scratch = &mut scratch[..range.len().div_ceil(TILE)];
                terms += self.group((parts, scratch), range, both);
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
        (parts, scratch): (&mut [Part<T>], &mut [TileScratch<T>]),
        range: Range<usize>,
        both: bool,
    ) -> Terms {
        let laplacian = self.distance.is_laplacian();
        self.tiles((parts, scratch), range.clone());
        let group = self.pull.anchors.slice(range);
        for (index, part) in parts.iter_mut().enumerate().filter(|_| both) {
            part.pull_candidates(group, (scratch, index), laplacian);
        }
        for scratch in scratch.iter().filter(|scratch| !scratch.pairs.is_empty()) {
            parts[0].pull_pairs(&scratch.pairs, self.pull.candidates, laplacian);
        }
        let mut terms = Terms::default();
        scratch.iter().for_each(|scratch| terms += scratch.terms);
        terms
    }

    /// All tiles of a group.
    fn tiles(
        &self,
        (parts, scratch): (&mut [Part<T>], &mut [TileScratch<T>]),
        range: Range<usize>,
    ) {
        let least = share::least(TILE * self.candidates.len() * self.anchors.dim);
        let scratch = scratch.par_iter_mut().enumerate();
        let anchors = |tile: usize| {
            let start = range.start + tile * TILE;
            start..range.end.min(start + TILE)
        };
        match parts {
            [one, two] => {
                let places = one.places(range.clone()).zip(two.places(range.clone()));
                let each = scratch.zip(places).with_min_len(least);
                each.for_each(
                    |((tile, scratch), ((weights, gradient), (second, other)))| {
                        let tile = Tile {
                            anchors: anchors(tile),
                            weights: [weights, second],
                            gradients: [gradient, other],
                        };
                        self.tile(tile, scratch, 2);
                    },
                );
            }
            parts => {
                let each = scratch.zip(parts[0].places(range.clone()));
                let each = each.with_min_len(least);
                each.for_each(|((tile, scratch), (weights, gradient))| {
                    let tile = Tile {
                        anchors: anchors(tile),
                        weights: [weights, &mut []],
                        gradients: [gradient, &mut []],
                    };
                    self.tile(tile, scratch, 1);
                });
            }
        }
    }

    /// Distances, slopes, and the gradient of the tile's anchors.
    fn tile(&self, mut tile: Tile<'_, T>, scratch: &mut TileScratch<T>, parts: usize) {
        let m = self.candidates.len();
        let anchors = self.anchors.slice(tile.anchors.clone());
        scratch.reset(anchors.len());
        let padding = &mut scratch.padding;
        self.distance
            .tile_in(tile.weights[0], anchors, self.candidates, padding);
        for (index, anchor) in tile.anchors.clone().enumerate() {
            let (slopes, related) = (&mut scratch.buffer, &mut scratch.related);
            slopes.reset(m);
            self.batch.relate(anchor, self.loss.needs().grades, related);
            let distances = &tile.weights[0][index * m..][..m];
            let row = self
                .batch
                .row(anchor, (self.distance, distances), related, self.summaries);
            scratch.terms += self.loss.row(&row, &mut slopes.slopes());
            let pairs = slopes.pairs.iter();
            scratch
                .pairs
                .extend(pairs.map(|&(positive, negative, slope)| {
                    let weight = self.distance.weight(slope, row.pair(positive, negative));
                    (positive, negative, weight)
                }));
            self.weigh(&mut tile, scratch, (index, parts));
        }
        for part in 0..parts {
            self.pull_anchors(&mut tile, scratch, part);
        }
    }
}
