//! Rows by class, and every anchor's thresholds.

use std::ops::Range;

use rayon::prelude::*;

use crate::distance::{Side, View};
use crate::ranks::{MOST, size};
use crate::{Batch, Distance, Margin, Real, Rows, Workspace};

/// More rows than this do not fit into the counts of a lane.
const MOST_ROWS: usize = 1 << 16;

/// Where rows stand once they are sorted by class.
pub(super) struct Order {
    /// The row at each place.
    pub(super) rows: Vec<usize>,
    /// The places of each class.
    pub(super) classes: Vec<Range<usize>>,
}

impl Order {
    /// `None` if the labels are no classes, or a class is too large to be counted.
    pub(super) fn of<T: Real>(batch: &Batch<'_, T>) -> Option<Self> {
        let rows = batch.by_class()?.to_vec();
        let mut classes = Vec::new();
        let mut start = 0;
        while start < rows.len() {
            let end = start + batch.class_of(rows[start])?.len();
            classes.push(start..end);
            start = end;
        }
        let countable = classes.iter().all(|class| class.len() <= MOST + 1);
        (countable && rows.len() <= MOST_ROWS).then_some(Self { rows, classes })
    }

    /// The rows in that order.
    pub(super) fn gather<T: Real>(&self, rows: Rows<'_, T>, workspace: &Workspace<T>) -> Vec<T> {
        let mut data = workspace.numbers.take_any(rows.data().len());
        for (out, &row) in data.chunks_exact_mut(rows.dim()).zip(&self.rows) {
            out.copy_from_slice(rows.row(row));
        }
        data
    }
}

/// One anchor's positives: their thresholds laid out, and which they are.
pub(super) struct Thresholds<T> {
    /// Numbers per anchor in `laid`.
    pub(super) size: usize,
    /// `(n, size)`.
    pub(super) laid: Vec<T>,
    /// The positives of all anchors, each anchor's by distance: (distance, place).
    pub(super) near: Vec<(T, u32)>,
    /// Where each anchor's positives end.
    pub(super) ends: Vec<usize>,
    /// The class of each place.
    pub(super) class: Vec<u32>,
}

impl<T: Real> Thresholds<T> {
    pub(super) fn new(
        order: &Order,
        side: &Side<'_, T>,
        distance: Distance,
        margin: Margin,
        workspace: &Workspace<T>,
    ) -> Self {
        let n = order.rows.len();
        let longest = order.classes.iter().map(Range::len).max().unwrap_or(0);
        let size = size(longest.saturating_sub(1));
        let each = order
            .classes
            .iter()
            .map(|class| class.len().pow(2) - class.len());
        let mut near = workspace.near.take_any(each.sum());
        let mut laid = workspace.numbers.take_any(n * size);
        let mut shares = Vec::with_capacity(order.classes.len());
        let (mut near_rest, mut laid_rest) = (&mut near[..], &mut laid[..]);
        for class in &order.classes {
            let len = class.len();
            let (near, rest) = near_rest.split_at_mut(len * (len - 1));
            let (laid, laid_after) = laid_rest.split_at_mut(len * size);
            shares.push((class.clone(), near, laid));
            (near_rest, laid_rest) = (rest, laid_after);
        }
        shares.into_par_iter().for_each(|(class, near, laid)| {
            fill(class, (side, distance), (near, laid, size), margin);
        });
        let (mut ends, mut class) = (Vec::with_capacity(n), Vec::with_capacity(n));
        let mut end = 0;
        for (index, places) in order.classes.iter().enumerate() {
            for _ in places.clone() {
                end += places.len() - 1;
                ends.push(end);
                class.push(index as u32);
            }
        }
        Self {
            size,
            laid,
            near,
            ends,
            class,
        }
    }

    /// Leaves its memory to the next.
    pub(super) fn leave(self, workspace: &Workspace<T>) {
        workspace.near.give(self.near);
        workspace.numbers.give(self.laid);
    }

    /// The positives of an anchor by distance.
    pub(super) fn near(&self, anchor: usize) -> &[(T, u32)] {
        let start = anchor.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.near[start..self.ends[anchor]]
    }

    /// An anchor's thresholds as laid out, and how many they are.
    pub(super) fn laid(&self, anchor: usize) -> (&[T], usize) {
        let laid = &self.laid[anchor * self.size..][..self.size];
        (laid, self.near(anchor).len())
    }
}

/// The thresholds of all anchors of one class.
fn fill<T: Real>(
    class: Range<usize>,
    (side, distance): (&Side<'_, T>, Distance),
    (near, laid, size): (&mut [(T, u32)], &mut [T], usize),
    margin: Margin,
) {
    let len = class.len();
    let rows: View<'_, T> = side.all().slice(class.clone());
    let mut distances = vec![T::ZERO; len * len];
    distance.tile(&mut distances, rows, rows);
    let mut sorted = Vec::with_capacity(len);
    for (index, row) in distances.chunks_exact(len).enumerate() {
        let near = &mut near[index * (len - 1)..][..len - 1];
        let others = (0..len).filter(|&other| other != index);
        for (place, other) in near.iter_mut().zip(others) {
            *place = (row[other], (class.start + other) as u32);
        }
        T::sort(near);
        sorted.clear();
        // Adding the margin rounds, but never exchanges two thresholds.
        sorted.extend(near.iter().map(|&(distance, _)| margin.threshold(distance)));
        T::lay(&sorted, &mut laid[index * size..][..size]);
    }
}
