//! Two blocks of rows against one another.

use std::ops::Range;

use super::accumulator::Accumulator;
use super::scratch::BlockScratch;
use super::settings::Settings;
use super::sorted::Order;
use super::sums::Sums;
use super::thresholds::Thresholds;
use super::transpose::columns;
use crate::distance::View;
use crate::simd::{LANES, wide};
use crate::threshold_search::{FEW, Side, times};
use crate::{Fill, Matrix, MatrixMut, Real, Threads, product};

/// What every tile reads.
pub(super) struct Task<'t, T> {
    pub(super) settings: Settings,
    pub(super) rows: View<'t, T>,
    pub(super) order: &'t Order,
    pub(super) thresholds: &'t Thresholds<T>,
}

impl<T: Real> Task<'_, T> {
    /// Adds the tile of two blocks, or of one with itself.
    pub(super) fn add(
        &self,
        one: Range<usize>,
        two: Range<usize>,
        accumulator: &mut Accumulator<T>,
    ) {
        let mut own = std::mem::take(&mut accumulator.scratch);
        let scratch = &mut own;
        let len = one.len() * two.len();
        let (rows, columns) = (self.rows.slice(one.clone()), self.rows.slice(two.clone()));
        let distances = &mut scratch.weights[..len];
        self.settings
            .distance
            .tile_in(distances, rows, columns, &mut scratch.padding);
        self.count_rows((&one, &two), scratch, accumulator);
        if one == two {
            scratch.mine[..len].copy_from_slice(&scratch.counts[..len]);
            self.add_mine(one.len(), scratch);
        } else {
            self.count_columns((&one, &two), scratch, accumulator);
        }
        let sum = self.weigh((&one, &two), scratch, accumulator);
        accumulator.sum -= if one == two { 0.5 * sum } else { sum };
        self.pull((&one, &two), scratch, accumulator);
        accumulator.scratch = own;
    }

    /// For every row, in how many of its windows each distance lies.
    fn count_rows(
        &self,
        (one, two): (&Range<usize>, &Range<usize>),
        scratch: &mut BlockScratch<T>,
        accumulator: &mut Accumulator<T>,
    ) {
        let rows = scratch.weights.chunks_exact(two.len());
        let counts = scratch.counts.chunks_exact_mut(two.len());
        for ((anchor, distances), counts) in one.clone().zip(rows).zip(counts) {
            self.count(anchor, two, (distances, counts), accumulator);
        }
    }

    /// The windows of one anchor against distances to a block.
    #[inline]
    fn count(
        &self,
        anchor: usize,
        block: &Range<usize>,
        (distances, counts): (&[T], &mut [u16]),
        accumulator: &mut Accumulator<T>,
    ) {
        let laid = self.thresholds.laid(anchor);
        if laid.1 == 0 {
            return counts.fill(0);
        }
        T::above_laid(laid, Side::Above, distances, counts);
        // Its own class holds no negatives.
        let class = &self.order.classes[self.thresholds.class[anchor] as usize];
        let (start, end) = (class.start.max(block.start), class.end.min(block.end));
        if start < end {
            counts[start - block.start..end - block.start].fill(0);
        }
        let tally = &mut accumulator.tally[anchor * self.thresholds.size..][..self.thresholds.size];
        let cover = self.thresholds.cover(anchor);
        if laid.1 <= FEW {
            let each = tally.iter_mut().zip(times(counts));
            each.for_each(|(sum, more)| *sum += more as u16);
            let Some(cover) = cover else { return };
            return counts
                .iter_mut()
                .for_each(|count| *count = cover[usize::from(*count)]);
        }
        // The size is a power of two above every level.
        let most = tally.len() - 1;
        let place = |level: u16| usize::from(level) & most;
        match cover {
            // A level is a count.
            None => counts.iter().for_each(|&level| tally[place(level)] += 1),
            Some(cover) => {
                let cover = &cover[..tally.len()];
                counts.iter_mut().for_each(|count| {
                    let level = usize::from(*count) & (cover.len() - 1);
                    tally[level] += 1;
                    *count = cover[level];
                });
            }
        }
    }

    /// For every column, in how many of its windows each distance lies, added to the counts of the rows.
    fn count_columns(
        &self,
        (one, two): (&Range<usize>, &Range<usize>),
        scratch: &mut BlockScratch<T>,
        accumulator: &mut Accumulator<T>,
    ) {
        let (n, m) = (one.len(), two.len());
        for first in (0..m).step_by(LANES) {
            columns(&scratch.weights[..n * m], m, first, &mut scratch.strip);
            let width = LANES.min(m - first);
            for column in 0..width {
                let distances = &scratch.strip[column][..n];
                let counts = &mut scratch.strip_counts[column][..n];
                let anchor = two.start + first + column;
                self.count(anchor, one, (distances, counts), accumulator);
            }
            let counts = &mut scratch.counts[..n * m];
            add_columns::<T>(counts, m, first, &scratch.strip_counts);
        }
    }

    /// A block with itself: the counts of the columns are those of the rows.
    fn add_mine(&self, n: usize, scratch: &mut BlockScratch<T>) {
        for first in (0..n).step_by(LANES) {
            let width = LANES.min(n - first);
            for column in 0..width {
                let mine = &scratch.mine[(first + column) * n..][..n];
                scratch.strip_counts[column][..n].copy_from_slice(mine);
            }
            let counts = &mut scratch.counts[..n * n];
            add_columns::<T>(counts, n, first, &scratch.strip_counts);
        }
    }

    /// Weights in the place of the distances, their sums by row and column, and `sum c d`.
    fn weigh(
        &self,
        (one, two): (&Range<usize>, &Range<usize>),
        scratch: &mut BlockScratch<T>,
        accumulator: &mut Accumulator<T>,
    ) -> f64 {
        let m = two.len();
        let column_sums = &mut scratch.column_sums[..m];
        column_sums.fill(0.0);
        let mut sum = 0.0;
        let rows = scratch
            .weights
            .chunks_exact_mut(m)
            .zip(scratch.counts.chunks_exact(m));
        for (anchor, (weights, counts)) in one.clone().zip(rows) {
            let Sums { cost, weight } =
                T::weigh(self.settings.distance, weights, counts, column_sums);
            sum += cost;
            accumulator.own[anchor] -= weight;
        }
        if one != two {
            let own = &mut accumulator.own[two.clone()];
            let each = own.iter_mut().zip(column_sums);
            each.for_each(|(own, sum)| *own -= *sum);
        }
        sum
    }

    /// Both blocks' gradients.
    fn pull(
        &self,
        (one, two): (&Range<usize>, &Range<usize>),
        scratch: &mut BlockScratch<T>,
        accumulator: &mut Accumulator<T>,
    ) {
        let dim = self.rows.dim;
        let weights = Matrix::new(
            &scratch.weights[..one.len() * two.len()],
            one.len(),
            two.len(),
        );
        let matrix = |block: &Range<usize>| {
            let rows = self.rows.slice(block.clone());
            Matrix::new(rows.data, block.len(), dim)
        };
        let mut add = |block: &Range<usize>, weights, rows| {
            let place = &mut accumulator.gradient[block.start * dim..block.end * dim];
            let out = MatrixMut::new(place, block.len(), dim);
            product(out, Fill::Add, weights, rows, Threads::One);
        };
        add(one, weights, matrix(two));
        if one != two {
            add(two, weights.t(), matrix(one));
        }
    }
}

wide! {
    /// Adds `LANES` columns, from column `first` on, that stand in rows.
    fn add_columns<'w, T>(
        counts: &'w mut [u16],
        cols: usize,
        first: usize,
        columns: &'w [Vec<u16>; LANES],
    ) -> () {
        let width = LANES.min(cols - first);
        let mut start = 0;
        let mut rows = counts.chunks_exact_mut(cols);
        while rows.len() >= LANES && width == LANES {
            let block: [[u16; LANES]; LANES] = std::array::from_fn(|lane| {
                let column = &columns[lane][start..start + LANES];
                std::array::from_fn(|row| column[row])
            });
            for (index, row) in rows.by_ref().take(LANES).enumerate() {
                let more: [u16; LANES] = std::array::from_fn(|lane| block[lane][index]);
                let row = &mut row[first..first + LANES];
                row.iter_mut()
                    .zip(more)
                    .for_each(|(count, more)| *count += more);
            }
            start += LANES;
        }
        for (index, row) in rows.enumerate() {
            for (count, column) in row[first..first + width].iter_mut().zip(columns) {
                *count += column[start + index];
            }
        }
    }
}
