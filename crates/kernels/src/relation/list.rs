//! The ways in which rows belong together.

use std::borrow::Cow;

use super::groups::{Groups, numbered};
use super::{Graded, Mark, Masked, Tuples};
use crate::{Batch, Distance, Error, Geometry, Margin, Paths, Real, Rows, Sets};

/// From this score on a pair is a positive one.
pub(crate) const POSITIVE: f64 = 0.5;

/// How the rows of a training batch belong together. The rows are the embeddings of all inputs, one below another.
///
/// | kind | rows |
/// |---|---|
/// | class ids | any |
/// | label sets | any |
/// | hierarchy paths | any |
/// | tuples | anchors, positives, blocks of negatives |
/// | scored pairs | the first of every pair, then the second of every pair |
/// | relevance | one set, or one set and then another |
/// | marked pairs | one set, or one set and then another |
///
/// ```
/// use tercet_kernels::{Distance, Margin, Relation, Rows};
/// let relation = Relation::Scored(vec![0.9, 0.2]);
/// assert_eq!((relation.len(), relation.kind()), (4, "scored pairs"));
/// // Only the first pair is a positive one.
/// assert_eq!(*relation.classes(), [0, 1, 0, 2]);
/// let rows = Rows::new(&[0.0, 1.0, 2.0, 3.0], 1)?;
/// let geometry = relation.geometry(rows, Distance::Euclidean, Margin::hard(0.1)?)?;
/// assert_eq!((geometry.positive.count, geometry.negative.count), (2, 10));
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Relation {
    /// `(n,)`: rows of one class are positives of one another.
    Classes(Vec<i64>),
    /// Rows whose label sets intersect are positives.
    Sets(Sets),
    /// Rows with equal paths are positives.
    Paths(Paths),
    /// Anchors with their positives and negatives.
    Tuples(Tuples),
    /// `(n / 2,)`: how well row `i` goes with row `n / 2 + i`, in `[0, 1]`; from one half on they are positives.
    Scored(Vec<f64>),
    /// How relevant rows are to one another.
    Graded(Graded),
    /// Pairs that are positive, negative or neither.
    Masked(Masked),
}

impl Relation {
    /// How many rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Classes(labels) => labels.len(),
            Self::Sets(sets) => sets.len(),
            Self::Paths(paths) => paths.len(),
            Self::Tuples(tuples) => tuples.groups().len(),
            Self::Scored(scores) => 2 * scores.len(),
            Self::Graded(graded) => graded.len(),
            Self::Masked(masked) => masked.len(),
        }
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Which kind, in words.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Classes(_) => "class ids",
            Self::Sets(_) => "label sets",
            Self::Paths(_) => "hierarchy paths",
            Self::Tuples(_) => "tuples",
            Self::Scored(_) => "scored pairs",
            Self::Graded(_) => "relevance",
            Self::Masked(_) => "marked pairs",
        }
    }

    /// A class for every row, `(n,)`: what belongs together has the same.
    ///
    /// Of tuples their groups, of scored pairs both rows of each from one half on; of sets and paths, rows whose set or
    /// path is equal; of relevance and marked pairs, rows that a chain of positives joins. Where these are not all that
    /// is positive, [`geometry`](Self::geometry) knows more.
    pub fn classes(&self) -> Cow<'_, [i64]> {
        match self {
            Self::Classes(labels) => labels.into(),
            Self::Sets(sets) => numbered((0..sets.len()).map(|row| sets.labels(row))).into(),
            Self::Paths(paths) => numbered((0..paths.len()).map(|row| paths.steps(row))).into(),
            Self::Tuples(tuples) => tuples.classes().into(),
            Self::Scored(scores) => scored(scores).into(),
            Self::Graded(graded) => graded.classes(),
            Self::Masked(masked) => joined(masked).into(),
        }
    }

    /// What the batch looks like: all rows as anchors and candidates of one another.
    ///
    /// Of relevance between two sets, and of tuples and scored pairs, positives are rows of equal
    /// [`classes`](Self::classes); of two sets with marked pairs, nothing is known within either.
    ///
    /// # Errors
    /// As [`Batch::within`].
    pub fn geometry<T: Real>(
        &self,
        rows: Rows<'_, T>,
        distance: Distance,
        margin: Margin,
    ) -> Result<Geometry, Error> {
        let (classes, masked);
        let batch = match self {
            Self::Sets(sets) => Batch::within(rows, sets),
            Self::Paths(paths) => Batch::within(rows, paths),
            Self::Graded(graded) if graded.first().is_none() => {
                Batch::within(rows, graded.forward())
            }
            Self::Masked(pairs) => {
                masked = pairs.whole();
                Batch::within(rows, &masked)
            }
            _ => {
                classes = self.classes();
                Batch::within(rows, &*classes)
            }
        };
        Ok(Geometry::of(&batch?, distance, margin))
    }
}

/// Classes of two for positive pairs, of one for rows of others.
fn scored(scores: &[f64]) -> Vec<i64> {
    let pairs = scores.len() as i64;
    let mut next = pairs;
    let second = scores.iter().zip(0..pairs).map(|(&score, pair)| {
        if score >= POSITIVE {
            return pair;
        }
        next += 1;
        next - 1
    });
    let second: Vec<i64> = second.collect();
    (0..pairs).chain(second).collect()
}

fn joined(masked: &Masked) -> Vec<i64> {
    let mut groups = Groups::new(0..masked.len());
    let ((n, m), first) = (masked.shape(), masked.first().unwrap_or(0));
    for anchor in 0..n {
        let marks = masked.row(anchor).iter().zip(0..m);
        for (_, candidate) in marks.filter(|(mark, _)| **mark == Mark::Positive) {
            groups.join(anchor, first + candidate);
        }
    }
    numbered((0..masked.len()).map(|row| groups.find(row)))
}
