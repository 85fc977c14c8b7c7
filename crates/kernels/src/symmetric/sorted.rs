//! Rows by class, and where they stand.

use std::ops::Range;

use super::settings::Settings;
use crate::{Batch, Real, Rows};

/// More ends of windows per anchor than this take as much memory as the rows, and tiles row by row are as fast.
const MOST_ENDS: usize = 255;
/// More rows than this do not fit into the counts of an accumulator.
const MOST_ROWS: usize = 1 << 16;

/// Where rows stand once they are sorted by class.
#[derive(Debug, Default)]
pub(super) struct Order {
    /// The row at each place.
    pub(super) rows: Vec<usize>,
    /// The place of each row.
    pub(super) places: Vec<usize>,
    /// The places of each class.
    pub(super) classes: Vec<Range<usize>>,
}

impl Order {
    /// Sorts; `None` if the labels are no classes, or a class has too many windows to be counted.
    pub(super) fn set<T: Real>(&mut self, batch: &Batch<'_, T>, settings: Settings) -> Option<()> {
        let rows = batch.by_class()?;
        self.rows.clear();
        self.rows.extend_from_slice(rows);
        self.places.resize(rows.len(), 0);
        for (place, &row) in rows.iter().enumerate() {
            self.places[row] = place;
        }
        self.classes.clear();
        let mut start = 0;
        while start < rows.len() {
            let end = start + batch.class_of(rows[start])?.len();
            self.classes.push(start..end);
            start = end;
        }
        let ends = |class: &Range<usize>| (class.len() - 1) * settings.window.ends();
        let countable = self.classes.iter().all(|class| ends(class) <= MOST_ENDS);
        (countable && rows.len() <= MOST_ROWS).then_some(())
    }

    /// The rows in that order.
    pub(super) fn gather<T: Real>(&self, rows: Rows<'_, T>, data: &mut Vec<T>) {
        data.resize(rows.data().len(), T::ZERO);
        for (out, &row) in data.chunks_exact_mut(rows.dim()).zip(&self.rows) {
            out.copy_from_slice(rows.row(row));
        }
    }

    /// How many ordered pairs of one class there are.
    pub(super) fn pairs(&self) -> usize {
        let each = self.classes.iter();
        each.map(|class| class.len() * (class.len() - 1)).sum()
    }
}
