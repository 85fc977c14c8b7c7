//! Which candidates share a label.

use std::ops::Range;

/// Candidate indices sorted by (label, index), so that a class is one slice. Memory `(m,)`.
#[derive(Debug, Clone)]
pub(crate) struct Classes {
    order: Vec<usize>,
    labels: Vec<i64>,
}

impl Classes {
    pub(crate) fn new(labels: &[i64]) -> Self {
        let mut order: Vec<usize> = (0..labels.len()).collect();
        order.sort_unstable_by_key(|&index| (labels[index], index));
        let labels = order.iter().map(|&index| labels[index]).collect();
        Self { order, labels }
    }

    /// The candidates of a label, ascending; empty if it has none.
    pub(crate) fn of(&self, label: i64) -> &[usize] {
        &self.order[self.range(label)]
    }

    /// All candidates by label, then by index.
    pub(crate) fn order(&self) -> &[usize] {
        &self.order
    }

    fn range(&self, label: i64) -> Range<usize> {
        let start = self.labels.partition_point(|&other| other < label);
        let end = self.labels.partition_point(|&other| other <= label);
        start..end
    }
}
