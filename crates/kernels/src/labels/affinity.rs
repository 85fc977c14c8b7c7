//! Which pairs are alike, for whoever is no loss.

use super::{Labels, Relation};
use crate::Error;

/// Says of a pair what the losses take it for: labels of `n` anchors and `m` candidates that fit one another.
///
/// An item of one set is compared with itself as with any other: leaving it out is the caller's part.
///
/// ```
/// use tercet_kernels::{Affinity, Sets};
/// let sets: Sets = [vec![1, 2], vec![2, 3], vec![4]].into_iter().collect();
/// let affinity = Affinity::within(&sets);
/// assert_eq!(affinity.positives(0), [0, 1]);
/// assert!(affinity.is_positive(1, 0) && !affinity.is_positive(1, 2));
/// assert_eq!(affinity.grade(0, 1), 1.0 / 3.0);
/// ```
#[derive(Debug, Clone)]
pub struct Affinity<'a> {
    relation: Relation<'a>,
    shape: (usize, usize),
}

impl<'a> Affinity<'a> {
    /// The items among one another; labels per pair keep the two sides of their shape.
    pub fn within(labels: impl Into<Labels<'a>>) -> Self {
        let labels = labels.into();
        let shape = labels.shape();
        let relation = match labels {
            Labels::Pairs(_) | Labels::Relevance(_) | Labels::Masked(_) => {
                Relation::of_pairs(labels, shape)
            }
            _ => Relation::within(labels, shape.0),
        };
        let relation = relation.expect("labels fit their own shape");
        Self { relation, shape }
    }

    /// Two sides with labels per item, as [`Batch::between`](crate::Batch::between).
    ///
    /// # Errors
    /// [`Error::Kind`] for labels per pair, [`Error::Kinds`] for two kinds.
    pub fn between(
        anchors: impl Into<Labels<'a>>,
        candidates: impl Into<Labels<'a>>,
    ) -> Result<Self, Error> {
        let (anchors, candidates) = (anchors.into(), candidates.into());
        let shape = (anchors.shape().0, candidates.shape().1);
        let relation = Relation::between(anchors, candidates, shape)?;
        Ok(Self { relation, shape })
    }

    /// How many anchors and candidates there are, `(n, m)`.
    pub fn shape(&self) -> (usize, usize) {
        self.shape
    }

    /// Whether a candidate is a positive of an anchor.
    ///
    /// # Panics
    /// If there is no such anchor or candidate.
    pub fn is_positive(&self, anchor: usize, candidate: usize) -> bool {
        self.relation.is_positive(anchor, candidate)
    }

    /// How relevant a candidate is to an anchor, in `[0, 1]`; see [`Labels`].
    ///
    /// # Panics
    /// If there is no such anchor or candidate.
    pub fn grade(&self, anchor: usize, candidate: usize) -> f32 {
        self.relation.grade(anchor, candidate)
    }

    /// The positives of an anchor, ascending. Of class ids and pairs it takes the time that there are
    /// positives, of other labels that of all candidates.
    ///
    /// # Panics
    /// If there is no such anchor.
    pub fn positives(&self, anchor: usize) -> Vec<usize> {
        let mut positives = Vec::new();
        self.relation
            .positives(anchor, self.shape.1, &mut positives);
        positives
    }
}
