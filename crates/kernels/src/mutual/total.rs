//! Deals the tiles out, and brings the results home.

use std::ops::Range;

use rayon::prelude::*;

use super::lane::Lane;
use super::sorted::{Order, Thresholds};
use super::tile::{Room, Task};
use crate::distance::Side;
use crate::number::NonNegative;
use crate::simd::{add_scaled, sum_of, vectorized};
use crate::{
    Batch, Count, Distance, Fill, Margin, Matrix, MatrixMut, Real, Reduce, Rows, Terms, Threads,
    Total, Workspace, product,
};

/// Rows per block, about: two blocks, their tile and their gradients stay in a core's cache.
const BLOCK: usize = 256;
/// Shares of the tiles. More would keep more cores busy and take more memory: `LANES * n * d` numbers.
const LANES: usize = 8;

/// All triplets of a whole batch, or `None` where they are not to be had this way.
pub(crate) fn total<T: Real>(
    batch: &Batch<'_, T>,
    (distance, margin, reduce): (Distance, NonNegative, Reduce),
    workspace: &Workspace<T>,
) -> Option<Total<T>> {
    if !batch.is_whole() {
        return None;
    }
    let order = Order::of(batch)?;
    let data = order.gather(batch.candidates(), workspace);
    let rows = Rows::new(&data, batch.candidates().dim()).expect("as many numbers as before");
    let side = Side::new(distance, rows);
    // Near collapse products lose digits unless the origin is moved, which is done elsewhere.
    if distance.is_laplacian() && side.centre().is_some() {
        return None;
    }
    let margin = Margin::Hard(margin);
    let thresholds = Thresholds::new(&order, &side, distance, margin, workspace);
    let task = Task {
        distance,
        rows: side.all(),
        order: &order,
        thresholds: &thresholds,
    };
    let mut lane = lanes(&task, workspace);
    let count = positives(&task, margin, &mut lane);
    let total = home(&task, &mut lane, count, reduce, workspace);
    lane.leave(workspace);
    thresholds.leave(workspace);
    drop(side);
    workspace.numbers.give(data);
    Some(total)
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
fn lanes<T: Real>(task: &Task<'_, T>, workspace: &Workspace<T>) -> Lane<T> {
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
        let mut room = Room::new(most, workspace);
        let mut lane = Lane::new(n, task.rows.dim, task.thresholds.size, workspace);
        for (row, column) in mine(index) {
            let (one, two) = (blocks[row].clone(), blocks[column].clone());
            task.add(one, two, &mut room, &mut lane);
        }
        room.leave(workspace);
        lane
    });
    let lanes: Vec<Lane<T>> = lanes.collect();
    let mut lanes = lanes.into_iter();
    let mut sum = lanes
        .next()
        .unwrap_or_else(|| Lane::new(0, 0, 0, workspace));
    lanes.for_each(|lane| {
        sum.add(&lane);
        lane.leave(workspace);
    });
    sum
}

/// Adds the slopes on positives: for each as many as there are negatives below its threshold.
fn positives<T: Real>(task: &Task<'_, T>, margin: Margin, lane: &mut Lane<T>) -> Count {
    let dim = task.rows.dim;
    let mut shares = Vec::with_capacity(task.order.classes.len());
    let (mut gradient, mut own) = (&mut lane.gradient[..], &mut lane.own[..]);
    for class in &task.order.classes {
        let (mine, rest) = gradient.split_at_mut(class.len() * dim);
        let (my_own, rest_own) = own.split_at_mut(class.len());
        shares.push((class.clone(), mine, my_own));
        (gradient, own) = (rest, rest_own);
    }
    let tally = &lane.tally;
    let shares = shares.into_par_iter().with_min_len(16);
    let counts = shares.map(|(class, gradient, own)| {
        if class.len() == 1 || class.len() == task.rows.len() {
            return Count::default();
        }
        let (weights, count) = slopes(task, &class, margin, tally);
        pull(task, &class, &weights, (gradient, own));
        count
    });
    let mut count = Count {
        sum: lane.sum,
        ..Count::default()
    };
    let counts: Vec<Count> = counts.collect();
    counts.into_iter().for_each(|class| count += class);
    count
}

/// Adds a class's weights on itself to its gradient.
fn pull<T: Real>(
    task: &Task<'_, T>,
    class: &Range<usize>,
    weights: &[T],
    (gradient, own): (&mut [T], &mut [f64]),
) {
    let (len, dim) = (class.len(), task.rows.dim);
    let rows = Matrix::new(task.rows.slice(class.clone()).data, len, dim);
    let out = MatrixMut::new(gradient, len, dim);
    let matrix = Matrix::new(weights, len, len);
    product(out, Fill::Add, matrix, rows, Threads::One);
    for (own, row) in own.iter_mut().zip(weights.chunks_exact(len)) {
        *own -= sum_of(row);
    }
}

/// The weights of one class, both directions added, and what its anchors count.
fn slopes<T: Real>(
    task: &Task<'_, T>,
    class: &Range<usize>,
    margin: Margin,
    tally: &[u16],
) -> (Vec<T>, Count) {
    let (len, size) = (class.len(), task.thresholds.size);
    let negatives = (task.rows.len() - len) as u64;
    let pairs = (len * (len - 1)) as u64;
    let mut count = Count {
        terms: pairs * negatives,
        anchors: len as u64,
        pairs,
        ..Count::default()
    };
    let mut weights = vec![T::ZERO; len * len];
    for (index, anchor) in class.clone().enumerate() {
        let near = task.thresholds.near(anchor);
        let tally = &tally[anchor * size..][..size];
        let mut below = 0;
        for (rank, &(distance, positive)) in near.iter().enumerate() {
            below += u64::from(tally[near.len() - rank]);
            count.active += below;
            count.sum += below as f64 * margin.threshold(distance).to_f64();
            // A slope of 1 pulls where one of -1 pushes.
            let weight = task.distance.weight(T::from_f64(below as f64), distance);
            let other = positive as usize - class.start;
            weights[index * len + other] += weight;
            weights[other * len + index] += weight;
        }
    }
    (weights, count)
}

/// From sorted rows to the rows given, divided by the reducer's count.
fn home<T: Real>(
    task: &Task<'_, T>,
    lane: &mut Lane<T>,
    count: Count,
    reduce: Reduce,
    workspace: &Workspace<T>,
) -> Total<T> {
    let dim = task.rows.dim;
    let sorted = &mut lane.gradient;
    if task.distance.is_laplacian() {
        let each = sorted.chunks_exact_mut(dim).zip(&lane.own).enumerate();
        vectorized(|| {
            each.for_each(|(row, (out, &own))| {
                add_scaled(out, T::from_f64(own), task.rows.row(row));
            });
        });
    }
    task.distance.unprepare(sorted, task.rows);
    let scale = reduce.scale(&count);
    let factor = T::from_f64(scale);
    let mut gradient = workspace.numbers.take_any(sorted.len());
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
