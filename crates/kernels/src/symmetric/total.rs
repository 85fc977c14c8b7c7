//! Deals the tiles out, and brings the results home.

use std::ops::Range;

use rayon::prelude::*;

use super::accumulator::Accumulator;
use super::positives::positives;
use super::scratch::ClassScratch;
use super::settings::Settings;
use super::sorted::Order;
use super::thresholds::Thresholds;
use super::tile::Task;
use crate::distance::{Side, SideScratch, View};
use crate::scratch_pool::ScratchPool;
use crate::simd::{add_scaled, wide};
use crate::{Batch, Count, Distance, Real, Rows, Terms, Total, Workspace, share};

/// Rows per block, about: two blocks, their tile and their gradients stay in a core's cache.
const BLOCK: usize = 256;
/// Shares of the tiles. More would keep more cores busy and take more memory: `ACCUMULATORS * n * d` numbers.
const ACCUMULATORS: usize = 8;
/// Tiles per share at least: fewer are not worth their share's memory, which is cleared and added up.
const TILES: usize = 6;
/// Rows that are brought home together.
const ROWS: usize = 128;

/// What one batch leaves to the next.
#[derive(Debug, Default)]
pub(crate) struct SymmetricScratch<T> {
    order: Order,
    /// The rows by class.
    data: Vec<T>,
    side: SideScratch<T>,
    thresholds: Thresholds<T>,
    accumulators: Vec<Accumulator<T>>,
    /// What each class counts.
    counts: Vec<Count>,
    pool: ScratchPool<ClassScratch<T>>,
}

/// All triplets of a whole batch, or `None` where they are not to be had this way.
pub(crate) fn total<T: Real>(
    batch: &Batch<'_, T>,
    settings: Settings,
    workspace: &mut Workspace<T>,
) -> Option<Total<T>> {
    if !batch.is_whole() {
        return None;
    }
    let SymmetricScratch {
        order,
        data,
        side: side_scratch,
        thresholds,
        accumulators,
        counts,
        pool,
    } = &mut workspace.symmetric;
    order.set(batch, settings)?;
    order.gather(batch.candidates(), data);
    let rows = Rows::new(data, batch.candidates().dim()).expect("as many numbers as before");
    let mut side = Side::new_in(settings.distance, rows, side_scratch);
    // Near collapse products lose digits unless the origin is moved, which is done elsewhere.
    let done = !settings.distance.is_laplacian() || !side.is_collapsed();
    let count = done.then(|| {
        thresholds.set((order, &side), settings, pool);
        let task = Task {
            settings,
            rows: side.all(),
            order,
            thresholds,
        };
        let accumulator = add_tiles(&task, accumulators);
        let count = positives(&task, accumulator, counts, pool);
        let scale = settings.reduce.scale(&count);
        let factor = T::from_f64(scale);
        home(&task, accumulator, factor, &mut workspace.gradient);
        (count, scale)
    });
    side.leave(side_scratch);
    let (count, scale) = count?;
    Some(Total {
        value: count.sum * scale,
        gradient: std::mem::take(&mut workspace.gradient),
        terms: Terms::one(count),
        parameters: [0.0; 2],
    })
}

/// Blocks of about [`BLOCK`] rows; whole registers of them, but for the last.
#[derive(Debug, Clone, Copy)]
struct Blocks {
    rows: usize,
    count: usize,
}

impl Blocks {
    fn of(rows: usize) -> Self {
        let count = ((rows + BLOCK / 2) / BLOCK).max(1);
        Self { rows, count }
    }

    fn at(self, block: usize) -> Range<usize> {
        let end = |block: usize| match block == self.count {
            true => self.rows,
            false => (block * self.rows / self.count)
                .next_multiple_of(16)
                .min(self.rows),
        };
        end(block)..end(block + 1)
    }

    /// Every pair of blocks once, and every block with itself.
    fn pairs(self) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
        let rows = 0..self.count;
        rows.flat_map(move |row| {
            (row..self.count).map(move |column| (self.at(row), self.at(column)))
        })
    }
}

/// The sums of all tiles.
fn add_tiles<'l, T: Real>(
    task: &Task<'_, T>,
    accumulators: &'l mut Vec<Accumulator<T>>,
) -> &'l mut Accumulator<T> {
    let n = task.rows.len();
    let blocks = Blocks::of(n);
    let most = (0..blocks.count).map(|block| blocks.at(block).len()).max();
    let tiles = blocks.count * (blocks.count + 1) / 2;
    let busy = ACCUMULATORS.min(tiles / TILES).max(1);
    if accumulators.len() < busy {
        accumulators.resize_with(busy, Accumulator::default);
    }
    let accumulators = &mut accumulators[..busy];
    let each = accumulators.par_iter_mut().enumerate().with_max_len(1);
    each.for_each(|(index, accumulator)| {
        accumulator.reset(n, task.rows.dim, task.thresholds.size);
        accumulator.scratch.reset(most.unwrap_or(0));
        let (start, end) = (index * tiles / busy, (index + 1) * tiles / busy);
        for (one, two) in blocks.pairs().skip(start).take(end - start) {
            task.add(one, two, accumulator);
        }
    });
    let (sum, others) = accumulators.split_at_mut(1);
    sum[0].gather(others);
    &mut sum[0]
}

/// From sorted rows to the rows given, times a factor.
fn home<T: Real>(task: &Task<'_, T>, accumulator: &Accumulator<T>, factor: T, out: &mut Vec<T>) {
    let dim = task.rows.dim;
    out.resize(accumulator.gradient.len(), T::ZERO);
    let chunks = out.par_chunks_mut(ROWS * dim).enumerate();
    let least = share::least(16 * ROWS * dim);
    chunks.with_min_len(least).for_each(|(chunk, out)| {
        let places = task.order.places[chunk * ROWS..].iter();
        for (out, &place) in out.chunks_exact_mut(dim).zip(places) {
            let sums = &accumulator.gradient[place * dim..][..dim];
            let row = task.rows.slice(place..place + 1);
            out.copy_from_slice(sums);
            finish(
                task.settings.distance,
                out,
                row,
                accumulator.own[place],
                factor,
            );
        }
    });
}

wide! {
    /// Adds a row's weight on itself, and goes back to the row given.
    fn finish<'w, T>(
        distance: Distance,
        out: &'w mut [T],
        row: View<'w, T>,
        own: f64,
        factor: T,
    ) -> () {
        if distance.is_laplacian() {
            add_scaled(out, T::from_f64(own), row.row(0));
        }
        distance.unprepare(out, row);
        out.iter_mut().for_each(|number| *number *= factor);
    }
}
