//! The one order in which candidates come: by distance, then by index.

use std::cmp::Ordering;

/// A candidate as a query sees it: its distance and its index; or a pair of rows and their two indices.
pub(crate) type Seen<I = usize> = (f32, I);

/// Nearer first, of equally near ones the lower index. Total, since distances are finite, and blind
/// to the sign of zero, as a tie must be.
pub(crate) fn nearer<I: Ord>(a: &Seen<I>, b: &Seen<I>) -> Ordering {
    let by_distance = a.0.partial_cmp(&b.0);
    by_distance.unwrap_or(Ordering::Equal).then(a.1.cmp(&b.1))
}

/// The nearest of some candidates, or none where there are none.
pub(crate) fn nearest(candidates: impl Iterator<Item = Seen>) -> Option<Seen> {
    candidates.min_by(nearer)
}

#[cfg(test)]
mod tests {
    use super::{nearer, nearest};
    use std::cmp::Ordering;

    #[test]
    fn ties_go_to_the_lowest_index() {
        assert_eq!(nearer(&(0.0, 1), &(-0.0, 2)), Ordering::Less);
        assert_eq!(nearer(&(1.0, 1), &(0.5, 2)), Ordering::Greater);
        assert_eq!(
            nearest([(2.0, 0), (1.0, 5), (1.0, 3)].into_iter()),
            Some((1.0, 3))
        );
        assert_eq!(nearest(std::iter::empty()), None);
    }
}
