//! The fast path: tiles of distances, rows of slopes, and two matrix products per tile.
//!
//! Anchors go by in groups. In a group, tiles of anchors run in parallel: distances, then slopes in
//! their place, then the anchors' gradient `W C`. Then blocks of candidates run in parallel: their
//! gradient `W^T A` over the group's anchors. Groups, tiles and blocks are cut by the shapes alone and
//! every sum has one owner, so the bits do not depend on the number of threads.

use rayon::prelude::*;

use crate::distance::{Side, View};
use crate::outcome::Partial;
use crate::row::{Parts, RowLoss, Terms};
use crate::weights::{Part, Tile, add_scaled, cut};
use crate::{Batch, Distance, Fill, Matrix, MatrixMut, Objective, Real, Threads, product};

/// Anchors per group: bounds the memory of weights to `GROUP * m` per part.
const GROUP: usize = 512;

/// Sums and gradients over the anchors of a batch.
pub(crate) fn partial<L: RowLoss, T: Real>(
    objective: &Objective<L>,
    batch: &Batch<'_, T>,
) -> Partial<T> {
    let distance = objective.distance();
    let candidates = Side::new(distance, batch.candidates());
    let apart = match batch.own() {
        Some(_) => None,
        None => Some(Side::new(distance, batch.anchors())),
    };
    // A Laplacian does not see where the origin is. Near collapse it is moved to the middle of the
    // candidates, from where rows are short, so that the products keep their digits.
    let laplacian = distance.is_laplacian();
    let centre = laplacian.then(|| candidates.centre()).flatten();
    let less = |side: &Side<'_, T>| centre.as_ref().map(|centre| side.less(centre));
    let (moved, moved_apart) = (less(&candidates), apart.as_ref().and_then(less));
    let moved = moved.as_ref().unwrap_or(&candidates);
    let first = batch.own().unwrap_or(0);
    let own = first..first + batch.anchors().len();
    let task = Task {
        loss: objective.loss(),
        distance,
        batch,
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
    };
    task.partial()
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
    anchors: View<'w, T>,
    candidates: View<'w, T>,
    pull: Pull<'w, T>,
}

impl<L: RowLoss, T: Real> Task<'_, L, T> {
    /// One group of anchors after the other.
    fn partial(&self) -> Partial<T> {
        let (n, m) = (self.anchors.len(), self.candidates.len());
        let part = || Part::zero((n, m, self.anchors.dim), GROUP.min(n));
        let mut parts = match self.loss.parts() {
            Parts::One => vec![part()],
            Parts::Two => vec![part(), part()],
        };
        let mut terms = Terms::default();
        if m > 0 {
            for start in (0..n).step_by(GROUP) {
                terms += self.group(&mut parts, start..n.min(start + GROUP));
            }
        }
        let finish =
            |part: Part<T>| part.finish(self.distance, self.pull.anchors, self.pull.candidates);
        let parts = parts.into_iter().map(finish).collect();
        Partial::new(terms, parts, self.batch.own(), self.anchors.dim)
    }

    /// Adds some anchors to the parts.
    fn group(&self, parts: &mut [Part<T>], range: std::ops::Range<usize>) -> Terms {
        let tiles = cut(parts, range.clone(), self.candidates.len());
        let tiles = tiles.into_par_iter().map(|tile| self.tile(tile));
        let counted: Vec<Terms> = tiles.collect();
        let group = self.pull.anchors.slice(range);
        for part in parts {
            part.pull_candidates(group, self.distance.is_laplacian());
        }
        let mut terms = Terms::default();
        counted.into_iter().for_each(|tile| terms += tile);
        terms
    }

    /// Distances, slopes in their place, and the gradient of the tile's anchors.
    fn tile(&self, mut tile: Tile<'_, T>) -> Terms {
        let (m, dim) = (self.candidates.len(), self.anchors.dim);
        let anchors = self.anchors.slice(tile.anchors.clone());
        let from = self.pull.anchors.slice(tile.anchors.clone());
        self.distance
            .tile(tile.weights[0], anchors, self.candidates);
        let mut slopes = vec![T::ZERO; m];
        let mut own = Vec::with_capacity(anchors.len());
        let mut terms = Terms::default();
        for (index, anchor) in tile.anchors.clone().enumerate() {
            slopes.fill(T::ZERO);
            let row = self.batch.row(anchor, &tile.weights[0][index * m..][..m]);
            terms += self.loss.row(&row, &mut slopes);
            own.push(self.weigh(&mut tile, index, &mut slopes));
        }
        for (part, gradient) in tile.gradients.into_iter().enumerate() {
            let weights = Matrix::new(tile.weights[part], anchors.len(), m);
            let rows = Matrix::new(self.pull.candidates.data, m, dim);
            let out = MatrixMut::new(gradient, anchors.len(), dim);
            product(out, Fill::Overwrite, weights, rows, Threads::One);
            for (index, own) in own.iter().enumerate() {
                let place = &mut gradient[index * dim..];
                add_scaled(place, own[part], from.row(index));
            }
        }
        terms
    }

    /// The slopes of one anchor into weights of every part, in the place of its distances; gives the
    /// anchor's weight on itself.
    fn weigh(&self, tile: &mut Tile<'_, T>, index: usize, slopes: &mut [T]) -> [f64; 2] {
        let here = index * slopes.len()..(index + 1) * slopes.len();
        let mut own = [0.0; 2];
        if let [first, second] = &mut tile.weights[..] {
            // Slopes on positives stay for the first part, all others go to the second.
            let (distances, second) = (&first[here.clone()], &mut second[here.clone()]);
            second.copy_from_slice(slopes);
            slopes.fill(T::ZERO);
            for &other in self.batch.same(tile.anchors.start + index) {
                std::mem::swap(&mut slopes[other], &mut second[other]);
            }
            own[1] = self.distance.weigh(second, distances);
        }
        let distances = &mut tile.weights[0][here];
        own[0] = self.distance.weigh(slopes, distances);
        distances.copy_from_slice(slopes);
        own
    }
}
