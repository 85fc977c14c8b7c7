//! The kinds of labels.

use super::{Pairs, Paths, Relevance, Sets};
use crate::Masked;

/// What is known of a batch's items. Every loss and selection takes every kind.
///
/// | kind | positive | relevance, for graded losses |
/// |---|---|---|
/// | class ids | equal | 1 or 0 |
/// | [`Sets`] | intersecting | Jaccard index |
/// | [`Paths`] | equal | common prefix over the longer path |
/// | [`Pairs`] | listed | 1 or 0 |
/// | [`Relevance`] | at least its level | itself |
/// | [`Masked`] | marked so | 1 or 0 |
///
/// ```
/// use tercet_kernels::{Batch, Rows, Sets};
/// let rows = Rows::new(&[0.0, 1.0, 2.0], 1)?;
/// Batch::within(rows, &[7, 7, 8])?; // class ids
/// let sets: Sets = [vec![1, 2], vec![2], vec![3]].into_iter().collect();
/// Batch::within(rows, &sets)?;
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Labels<'a> {
    /// A class per item.
    Classes(&'a [i64]),
    /// A set of labels per item.
    Sets(&'a Sets),
    /// A place in a hierarchy per item.
    Paths(&'a Paths),
    /// The positive pairs.
    Pairs(&'a Pairs),
    /// A number per pair.
    Relevance(Relevance<'a>),
    /// Positive, negative or neither for every pair.
    Masked(&'a Masked),
}

impl Labels<'_> {
    /// Which kind, in words.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Classes(_) => "class ids",
            Self::Sets(_) => "label sets",
            Self::Paths(_) => "hierarchy paths",
            Self::Pairs(_) => "positive pairs",
            Self::Relevance(_) => "relevance",
            Self::Masked(_) => "marked pairs",
        }
    }

    /// How many anchors and candidates are labelled, `(n, m)`; `n = m` for labels per item.
    pub fn shape(&self) -> (usize, usize) {
        let square = |len| (len, len);
        match self {
            Self::Classes(labels) => square(labels.len()),
            Self::Sets(sets) => square(sets.len()),
            Self::Paths(paths) => square(paths.len()),
            Self::Pairs(pairs) => pairs.shape(),
            Self::Relevance(relevance) => relevance.shape(),
            Self::Masked(masked) => masked.shape(),
        }
    }
}

impl<'a> From<&'a [i64]> for Labels<'a> {
    fn from(labels: &'a [i64]) -> Self {
        Self::Classes(labels)
    }
}

impl<'a> From<&'a Vec<i64>> for Labels<'a> {
    fn from(labels: &'a Vec<i64>) -> Self {
        Self::Classes(labels)
    }
}

impl<'a, const N: usize> From<&'a [i64; N]> for Labels<'a> {
    fn from(labels: &'a [i64; N]) -> Self {
        Self::Classes(labels)
    }
}

impl<'a> From<&'a Sets> for Labels<'a> {
    fn from(sets: &'a Sets) -> Self {
        Self::Sets(sets)
    }
}

impl<'a> From<&'a Paths> for Labels<'a> {
    fn from(paths: &'a Paths) -> Self {
        Self::Paths(paths)
    }
}

impl<'a> From<&'a Pairs> for Labels<'a> {
    fn from(pairs: &'a Pairs) -> Self {
        Self::Pairs(pairs)
    }
}

impl<'a> From<Relevance<'a>> for Labels<'a> {
    fn from(relevance: Relevance<'a>) -> Self {
        Self::Relevance(relevance)
    }
}

impl<'a> From<&'a Masked> for Labels<'a> {
    fn from(masked: &'a Masked) -> Self {
        Self::Masked(masked)
    }
}
