//! Where candidates stand on a ladder.

use super::Ladder;

/// An item with the distance to it.
pub(super) type Item<T> = (T, usize);

impl Ladder {
    /// The place of a candidate of this relevance: 0 for `N_1`, 1 for `N_2`, ...
    ///
    /// It is above every rung after its own place, and below all up to it.
    pub(super) fn place(&self, grade: f32) -> usize {
        let thresholds = self.rungs[1..].iter().filter_map(|rung| rung.threshold);
        thresholds
            .take_while(|&threshold| grade < threshold)
            .count()
    }
}

/// The farther of two items; of equally far ones the first.
pub(super) fn farther<T: PartialOrd>(one: Option<Item<T>>, other: Item<T>) -> Option<Item<T>> {
    match one {
        Some(one) if one.0 >= other.0 => Some(one),
        _ => Some(other),
    }
}

/// The nearer of two items; of equally near ones the first.
pub(super) fn nearer<T: PartialOrd>(one: Option<Item<T>>, other: Item<T>) -> Option<Item<T>> {
    match one {
        Some(one) if one.0 <= other.0 => Some(one),
        _ => Some(other),
    }
}
