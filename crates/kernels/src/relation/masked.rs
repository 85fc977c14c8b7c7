//! Pairs that are positive, negative or neither.

use crate::Error;
use crate::labels::same_length;

/// What a candidate is to an anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Mark {
    /// It belongs to the anchor.
    Positive,
    /// It does not.
    Negative,
    /// It is left out: what a miner passes over, what nobody knows.
    #[default]
    Neither,
}

/// Every pair as positive, negative or neither: within one set of `n` rows, or between the first `n` rows of a batch
/// and the `m` that follow.
///
/// A pair that is neither takes no part in anything, as a known duplicate. Within one set a row and itself are neither,
/// whatever is said of them, and marks need not be symmetric: those of row `i` are what it sees as an anchor. Between
/// two sets a pair is the same from either side.
///
/// ```
/// use tercet_kernels::{Batch, Mark, Masked, Rows, Triplet, Objective, Distance, Reduce};
/// // Row 0 with row 1; row 2 is negative of row 0, and nothing is known of it and row 1.
/// let masked = Masked::within(3, |i, j| match i + j {
///     1 => Mark::Positive,
///     2 => Mark::Negative,
///     _ => Mark::Neither,
/// });
/// assert_eq!(masked.of(0, 2), Mark::Negative);
/// let batch = Batch::within(Rows::new(&[0.0, 1.0, 1.0], 1)?, &masked)?;
/// let objective = Objective::new(Distance::Euclidean, Triplet::default(), Reduce::Sum)?;
/// assert_eq!(objective.evaluate(&batch)?.terms.positive.pairs, 1);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked {
    shape: (usize, usize),
    within: bool,
    /// A row per anchor.
    marks: Vec<Mark>,
}

impl Masked {
    /// Of `n` rows among one another, from (anchor, candidate).
    pub fn within(n: usize, mark: impl Fn(usize, usize) -> Mark) -> Self {
        let other = |(anchor, candidate): (usize, usize)| match anchor == candidate {
            true => Mark::Neither,
            false => mark(anchor, candidate),
        };
        Self {
            shape: (n, n),
            within: true,
            marks: places((n, n)).map(other).collect(),
        }
    }

    /// Of two sets, from (row of the first, row of the second).
    pub fn between(shape: (usize, usize), mark: impl Fn(usize, usize) -> Mark) -> Self {
        Self {
            shape,
            within: false,
            marks: places(shape).map(|(one, two)| mark(one, two)).collect(),
        }
    }

    /// Of `n` rows among one another, `(n, n)`: a row per anchor.
    ///
    /// # Errors
    /// [`Error::Length`] unless there are `n n` marks.
    pub fn within_matrix(n: usize, marks: &[Mark]) -> Result<Self, Error> {
        same_length("marks", n.saturating_mul(n), marks.len())?;
        Ok(Self::within(n, |anchor, candidate| {
            marks[anchor * n + candidate]
        }))
    }

    /// Of two sets, `(n, m)`.
    ///
    /// # Errors
    /// [`Error::Length`] unless there are `n m` marks.
    pub fn between_matrix(shape: (usize, usize), marks: Vec<Mark>) -> Result<Self, Error> {
        same_length("marks", shape.0.saturating_mul(shape.1), marks.len())?;
        Ok(Self {
            shape,
            within: false,
            marks,
        })
    }

    /// How many anchors and candidates there are, `(n, m)`.
    pub fn shape(&self) -> (usize, usize) {
        self.shape
    }

    /// How many rows there are: `n` of one set, `n + m` of two.
    pub fn len(&self) -> usize {
        match self.within {
            true => self.shape.0,
            false => self.shape.0 + self.shape.1,
        }
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many rows are the first of two sets; `None` of one set.
    pub fn first(&self) -> Option<usize> {
        (!self.within).then_some(self.shape.0)
    }

    /// What a candidate is to an anchor.
    ///
    /// # Panics
    /// If there is no such pair.
    pub fn of(&self, anchor: usize, candidate: usize) -> Mark {
        self.marks[anchor * self.shape.1..][..self.shape.1][candidate]
    }

    /// The marks of an anchor, `(m,)`.
    pub(crate) fn row(&self, anchor: usize) -> &[Mark] {
        &self.marks[anchor * self.shape.1..][..self.shape.1]
    }

    /// Whether a pair is the same from either side.
    pub(crate) fn is_mutual(&self) -> bool {
        self.within && places(self.shape).all(|(one, two)| self.of(one, two) == self.of(two, one))
    }

    /// With anchors and candidates exchanged.
    #[must_use]
    pub(crate) fn transposed(&self) -> Self {
        let (n, m) = self.shape;
        Self {
            shape: (m, n),
            within: self.within,
            marks: places((m, n)).map(|(one, two)| self.of(two, one)).collect(),
        }
    }

    /// Two sets as one of `n + m` rows, in which nothing is known within either.
    pub(crate) fn whole(&self) -> Self {
        let Some(n) = self.first() else {
            return self.clone();
        };
        Self::within(self.len(), |one, two| match (one < n, two < n) {
            (true, false) => self.of(one, two - n),
            (false, true) => self.of(two, one - n),
            _ => Mark::Neither,
        })
    }
}

/// All (anchor, candidate), anchor by anchor.
fn places((n, m): (usize, usize)) -> impl Iterator<Item = (usize, usize)> {
    (0..n).flat_map(move |anchor| (0..m).map(move |candidate| (anchor, candidate)))
}
