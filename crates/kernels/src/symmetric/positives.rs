//! The slopes on positives, class by class.

use std::ops::Range;

use super::accumulator::Accumulator;
use super::scratch::ClassScratch;
use super::tile::Task;
use crate::scratch_pool::ScratchPool;
use crate::share::{self, Cut};
use crate::simd::sum_of;
use crate::threshold_search::{Window, sum_up};
use crate::{Count, Fill, Matrix, MatrixMut, Real, Threads, product};

/// Adds the slopes on positives: for each as many as there are negatives in its window.
pub(super) fn positives<T: Real>(
    task: &Task<'_, T>,
    accumulator: &mut Accumulator<T>,
    counts: &mut Vec<Count>,
    pool: &ScratchPool<ClassScratch<T>>,
) -> Count {
    let order = task.order;
    counts.clear();
    counts.resize(order.classes.len(), Count::default());
    let tally = &accumulator.tally;
    let share = Share {
        classes: &order.classes,
        gradient: &mut accumulator.gradient,
        own: &mut accumulator.own,
        counts,
        dim: task.rows.dim,
    };
    let products = (order.pairs() + order.rows.len()) * task.rows.dim;
    let least = share::least(products / order.classes.len().max(1));
    share::each(share, least, &|share| {
        let class = share.classes[0].clone();
        if class.len() == 1 || class.len() == task.rows.len() {
            return;
        }
        let mut scratch = pool.take();
        share.counts[0] = slopes(task, &class, tally, &mut scratch);
        pull(task, &class, &scratch.numbers, (share.gradient, share.own));
        pool.give(scratch);
    });
    let mut count = Count {
        sum: accumulator.sum,
        ..Count::default()
    };
    counts.iter().for_each(|&class| count += class);
    count
}

/// Some classes, and what belongs to them.
struct Share<'s, T> {
    classes: &'s [Range<usize>],
    gradient: &'s mut [T],
    own: &'s mut [f64],
    counts: &'s mut [Count],
    dim: usize,
}

impl<T: Real> Cut for Share<'_, T> {
    fn cut(self, pieces: usize) -> (Self, Self) {
        let (classes, rest) = self.classes.split_at(pieces);
        let rows: usize = classes.iter().map(Range::len).sum();
        let (gradient, rest_gradient) = self.gradient.split_at_mut(rows * self.dim);
        let (own, rest_own) = self.own.split_at_mut(rows);
        let (counts, rest_counts) = self.counts.split_at_mut(pieces);
        let dim = self.dim;
        let of = |classes, gradient, own, counts| Self {
            classes,
            gradient,
            own,
            counts,
            dim,
        };
        (
            of(classes, gradient, own, counts),
            of(rest, rest_gradient, rest_own, rest_counts),
        )
    }

    fn pieces(&self) -> usize {
        self.classes.len()
    }
}

/// The weights of one class, both directions added, in the scratch's numbers, and what its anchors count.
fn slopes<T: Real>(
    task: &Task<'_, T>,
    class: &Range<usize>,
    tally: &[u16],
    scratch: &mut ClassScratch<T>,
) -> Count {
    let (len, size, settings) = (class.len(), task.thresholds.size, task.settings);
    let mut count = Count {
        pairs: (len * (len - 1)) as u64,
        ..Count::default()
    };
    let ClassScratch {
        numbers,
        windows,
        reach,
        ..
    } = scratch;
    numbers.clear();
    numbers.resize(len * len, T::ZERO);
    for (index, anchor) in class.clone().enumerate() {
        let near = task.thresholds.near(anchor);
        windows.set(settings.window, settings.margin, near);
        reach.clear();
        let tally = &tally[anchor * size..][..=windows.ends.len()];
        reach.extend(tally.iter().map(|&times| u32::from(times)));
        reach.push(0);
        sum_up(reach);
        let before = count.active;
        for (rank, &(distance, positive)) in near.iter().enumerate() {
            let (from, below) = windows.levels(rank);
            let inside = reach[from] - reach[below];
            count.active += u64::from(inside);
            count.sum += f64::from(inside) * settings.margin.threshold(distance).to_f64();
            // A slope of 1 pulls where one of -1 pushes.
            let slope = T::from_f64(inside.into());
            let weight = settings.distance.weight(slope, distance);
            let other = positive as usize - class.start;
            numbers[index * len + other] += weight;
            numbers[other * len + index] += weight;
        }
        count.anchors += u64::from(count.active > before);
    }
    count.terms = count.active;
    if settings.window == Window::Below {
        count.terms = count.pairs * (task.rows.len() - len) as u64;
        count.anchors = len as u64;
    }
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
