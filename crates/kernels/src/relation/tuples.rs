//! Anchors with their positives and negatives.

use super::groups::{Groups, numbered};
use crate::Error;
use crate::labels::same_length;

/// `t` anchors, as many positives, then `k` blocks of as many negatives: row `b t + i` belongs to anchor `i`.
///
/// Rows of one group are the same thing or are known to belong together, so none of them is a negative of another.
/// Anchor and positive of a tuple share a group, and so does whatever has an identity of the group: of two tuples of
/// one anchor, neither's positive is a negative of the other.
///
/// ```
/// use tercet_kernels::Tuples;
/// // Anchors 1 2 1, positives 3 4 5, negatives 4 6 7: 1-3, 1-5; 2-4, and the first negative is 4 again.
/// let tuples = Tuples::new(3, &[1, 2, 1, 3, 4, 5, 4, 6, 7])?;
/// assert_eq!(tuples.groups(), [1, 2, 1, 1, 2, 1, 2, 6, 7]);
/// assert_eq!((tuples.len(), tuples.negatives()), (3, 1));
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tuples {
    tuples: usize,
    groups: Vec<u64>,
}

impl Tuples {
    /// From the identities of all rows, `((2 + k) t,)`: a text that occurs twice has one identity.
    ///
    /// # Errors
    /// [`Error::Length`] if there are not at least two identities per tuple and as many for each.
    pub fn new(tuples: usize, identities: &[u64]) -> Result<Self, Error> {
        let blocks = identities.len().checked_div(tuples).unwrap_or(0).max(2);
        same_length("identities", blocks * tuples, identities.len())?;
        let mut groups = Groups::new(identities.iter().copied());
        for tuple in 0..tuples {
            groups.join(identities[tuple], identities[tuples + tuple]);
        }
        let groups = identities.iter().map(|&id| groups.find(id)).collect();
        Ok(Self { tuples, groups })
    }

    /// How many tuples there are, `t`.
    pub fn len(&self) -> usize {
        self.tuples
    }

    /// Whether there is no tuple.
    pub fn is_empty(&self) -> bool {
        self.tuples == 0
    }

    /// Negatives per anchor, `k`.
    pub fn negatives(&self) -> usize {
        (self.groups.len() / self.tuples.max(1)).saturating_sub(2)
    }

    /// The group of every row, `((2 + k) t,)`, each called by its smallest identity.
    pub fn groups(&self) -> &[u64] {
        &self.groups
    }

    /// Groups as small numbers, in the order in which they occur.
    pub(super) fn classes(&self) -> Vec<i64> {
        numbered(&self.groups)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_pair_ties_together_is_one_class() {
        let tuples = Tuples::new(3, &[1, 2, 1, 3, 4, 5, 4, 6, 7]).expect("whole tuples");
        assert_eq!(tuples.classes(), [0, 1, 0, 0, 1, 0, 1, 2, 3]);
    }

    #[test]
    fn chains_of_pairs_are_one_group() {
        // 9-8, 8-7, 7-6, whatever the order in which they are joined.
        let tuples = Tuples::new(3, &[9, 7, 8, 8, 6, 7]).expect("whole tuples");
        assert!(tuples.groups().iter().all(|&group| group == 6));
    }

    #[test]
    fn tuples_that_are_not_whole_are_refused() {
        for identities in [&[1, 2][..], &[1, 2, 3, 4, 5]] {
            let error = Tuples::new(2, identities).expect_err("not whole");
            assert!(
                error.to_string().starts_with("identities: wanted 4"),
                "{error}"
            );
        }
        assert!(Tuples::new(0, &[]).is_ok_and(|tuples| tuples.negatives() == 0));
    }
}
