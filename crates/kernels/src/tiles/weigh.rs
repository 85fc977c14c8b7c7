//! Slopes into weights, and weights into the gradient of a tile's anchors.

use super::task::Task;
use crate::simd::add_scaled;
use crate::tile_scratch::{Entry, Tile, TileScratch};
use crate::{Fill, Matrix, MatrixMut, Real, RowLoss, Threads, product, weights};

/// A row or tile with more weights than this share of all is dense: from there on two products are cheaper.
const SPARSE: usize = 8;

impl<L: RowLoss, T: Real> Task<'_, L, T> {
    /// The slopes of one anchor into weights of every part.
    pub(super) fn weigh(
        &self,
        tile: &mut Tile<'_, T>,
        scratch: &mut TileScratch<T>,
        (index, parts): (usize, usize),
    ) {
        let slopes = &mut scratch.buffer;
        let m = slopes.numbers.len();
        // So many slopes that the tile will be dense: all at once is cheaper than one by one.
        slopes.whole |= slopes.touched.len() * SPARSE > m;
        if !slopes.whole {
            return self.weigh_each(&tile.weights[0][index * m..][..m], scratch, (index, parts));
        }
        scratch.dense.push(index);
        let here = index * m..(index + 1) * m;
        let [first, second] = &mut tile.weights;
        if parts == 2 {
            // Slopes on positives stay for the first part, all others go to the second.
            let (distances, second) = (&first[here.clone()], &mut second[here.clone()]);
            second.copy_from_slice(&slopes.numbers);
            slopes.numbers.fill(T::ZERO);
            for &other in &scratch.related.positives {
                std::mem::swap(&mut slopes.numbers[other], &mut second[other]);
            }
            scratch.parts[1].own[index] = self.distance.weigh(second, distances);
        }
        let own = self.distance.weigh_into(&mut first[here], &slopes.numbers);
        scratch.parts[0].own[index] = own;
    }

    /// Few slopes of one anchor into weights, one by one.
    fn weigh_each(
        &self,
        distances: &[T],
        scratch: &mut TileScratch<T>,
        (index, parts): (usize, usize),
    ) {
        let slopes = &mut scratch.buffer;
        for &candidate in &slopes.touched {
            let slope = std::mem::take(&mut slopes.numbers[candidate]);
            if slope == T::ZERO {
                continue;
            }
            let weight = self.distance.weight(slope, distances[candidate]);
            let is_second =
                parts == 2 && scratch.related.positives.binary_search(&candidate).is_err();
            let part = &mut scratch.parts[usize::from(is_second)];
            part.own[index] -= weight.to_f64();
            part.entries.push(Entry {
                anchor: index as u32,
                candidate: candidate as u32,
                weight,
            });
        }
    }

    /// The gradient of the tile's anchors; leaves the tile's weights for its candidates.
    pub(super) fn pull_anchors(
        &self,
        tile: &mut Tile<'_, T>,
        scratch: &mut TileScratch<T>,
        part: usize,
    ) {
        let m = self.candidates.len();
        let (weights, gradient) = (&mut *tile.weights[part], &mut *tile.gradients[part]);
        let few = &mut scratch.parts[part];
        few.is_dense =
            !scratch.dense.is_empty() || few.entries.len() * SPARSE > tile.anchors.len() * m;
        if few.is_dense {
            scatter(weights, &few.entries, &scratch.dense, m);
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
