//! Deals the tiles out, and brings the results home.

use std::ops::Range;

use rayon::prelude::*;

use super::lane::Lane;
use super::sorted::{Order, Thresholds};
use super::tile::{Room, Task};
use crate::distance::Side;
use crate::number::NonNegative;
use crate::simd::{add_scaled, vectorized};
use crate::{Batch, Count, Distance, Margin, Real, Reduce, Rows, Terms, Total};

/// Rows per block, about: two blocks, their tile and their gradients stay in a core's cache.
const BLOCK: usize = 256;
/// Shares of the tiles. More would keep more cores busy and take more memory: `LANES * n * d` numbers.
const LANES: usize = 8;

/// All triplets of a whole batch, or `None` where they are not to be had this way.
pub(crate) fn total<T: Real>(
    batch: &Batch<'_, T>,
    (distance, margin, reduce): (Distance, NonNegative, Reduce),
) -> Option<Total<T>> {
    if !batch.is_whole() {
        return None;
    }
    let order = Order::of(batch)?;
    let data = order.gather(batch.candidates());
    let rows = Rows::new(&data, batch.candidates().dim()).expect("as many numbers as before");
    let side = Side::new(distance, rows);
    // Near collapse products lose digits unless the origin is moved, which is done elsewhere.
    if distance.is_laplacian() && side.centre().is_some() {
        return None;
    }
    let margin = Margin::Hard(margin);
    let thresholds = Thresholds::new(&order, &side, distance, |near| margin.threshold(near));
    let task = Task {
        distance,
        rows: side.all(),
        order: &order,
        thresholds: &thresholds,
    };
    let mut lane = lanes(&task);
    let count = positives(&task, margin, &mut lane);
    Some(home(&task, lane, count, reduce))
}

/// Blocks of about [`BLOCK`] rows; whole registers of them, but for the last.
fn blocks(n: usize) -> Vec<Range<usize>> {
    let count = ((n + BLOCK / 2) / BLOCK).max(1);
    let end = |block: usize| match block == count {
        true => n,
        false => (block * n / count).next_multiple_of(16).min(n),
    };
    (0..count).map(|block| end(block)..end(block + 1)).collect()
}

/// The sums of all tiles.
fn lanes<T: Real>(task: &Task<'_, T>) -> Lane<T> {
    let n = task.rows.len();
    let blocks = blocks(n);
    let most = blocks.iter().map(Range::len).max().unwrap_or(0);
    // Back and forth, so that every lane gets long and short rows of tiles.
    let mine = |lane: usize| {
        let rows = (0..blocks.len()).filter(move |row| {
            let turn = row % (2 * LANES);
            turn == lane || turn == 2 * LANES - 1 - lane
        });
        rows.flat_map(|row| (row..blocks.len()).map(move |column| (row, column)))
    };
    let busy = LANES.min(blocks.len());
    let lanes = (0..busy).into_par_iter().map(|index| {
        let mut room = Room::new(most);
        let mut lane = Lane::new(n, task.rows.dim, task.thresholds.size);
        for (row, column) in mine(index) {
            let (one, two) = (blocks[row].clone(), blocks[column].clone());
            task.add(one, two, &mut room, &mut lane);
        }
        lane
    });
    let lanes: Vec<Lane<T>> = lanes.collect();
    let mut lanes = lanes.into_iter();
    let mut sum = lanes.next().unwrap_or_else(|| Lane::new(0, 0, 0));
    lanes.for_each(|lane| vectorized(|| sum.add(&lane)));
    sum
}

/// Adds the slopes on positives: for each as many as there are negatives below its threshold.
fn positives<T: Real>(task: &Task<'_, T>, margin: Margin, lane: &mut Lane<T>) -> Count {
    let n = task.rows.len();
    let mut count = Count {
        sum: lane.sum,
        ..Count::default()
    };
    for class in &task.order.classes {
        let (others, negatives) = (class.len() as u64 - 1, (n - class.len()) as u64);
        if others == 0 || negatives == 0 {
            continue;
        }
        count.anchors += class.len() as u64;
        count.pairs += class.len() as u64 * others;
        count.terms += class.len() as u64 * others * negatives;
        for anchor in class.clone() {
            positives_of(task, (anchor, margin), lane, &mut count);
        }
    }
    count
}

fn positives_of<T: Real>(
    task: &Task<'_, T>,
    (anchor, margin): (usize, Margin),
    lane: &mut Lane<T>,
    count: &mut Count,
) {
    let dim = task.rows.dim;
    let near = task.thresholds.near(anchor);
    let tally = &lane.tally[anchor * task.thresholds.size..];
    let mut below = 0;
    for (rank, &(distance, positive)) in near.iter().enumerate() {
        below += u64::from(tally[near.len() - rank]);
        if below == 0 {
            continue;
        }
        count.active += below;
        count.sum += below as f64 * margin.threshold(distance).to_f64();
        let weight = task.distance.weight(T::from_f64(below as f64), distance);
        for (to, from) in [(anchor, positive as usize), (positive as usize, anchor)] {
            let place = &mut lane.gradient[to * dim..][..dim];
            vectorized(|| add_scaled(place, weight, task.rows.row(from)));
            lane.own[to] -= weight.to_f64();
        }
    }
}

/// From sorted rows to the rows given, divided by the reducer's count.
fn home<T: Real>(task: &Task<'_, T>, lane: Lane<T>, count: Count, reduce: Reduce) -> Total<T> {
    let dim = task.rows.dim;
    let mut sorted = lane.gradient;
    if task.distance.is_laplacian() {
        let each = sorted.chunks_exact_mut(dim).zip(&lane.own).enumerate();
        vectorized(|| {
            each.for_each(|(row, (out, &own))| {
                add_scaled(out, T::from_f64(own), task.rows.row(row));
            });
        });
    }
    task.distance.unprepare(&mut sorted, task.rows);
    let scale = reduce.scale(&count);
    let factor = T::from_f64(scale);
    let mut gradient = vec![T::ZERO; sorted.len()];
    for (from, &row) in sorted.chunks_exact(dim).zip(&task.order.rows) {
        let out = &mut gradient[row * dim..][..dim];
        out.iter_mut()
            .zip(from)
            .for_each(|(out, &x)| *out = factor * x);
    }
    Total {
        value: count.sum * scale,
        gradient,
        terms: Terms::one(count),
        parameter: 0.0,
    }
}
