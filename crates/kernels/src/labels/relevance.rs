//! Real-valued relevance.

use super::same_length;
use crate::Error;

/// How relevant every candidate is to every anchor, in `[0, 1]`; 1 says that both are the same thing.
///
/// A candidate is a positive of an anchor if its relevance reaches a level, 1 unless
/// [`positive_from`](Self::positive_from) says otherwise. It need not be symmetric.
///
/// ```
/// use tercet_kernels::Relevance;
/// let relevance = Relevance::matrix((2, 2), &[1.0, 0.3, 0.4, 1.0])?;
/// assert_eq!(relevance.of(0, 1), 0.3);
/// let error = Relevance::matrix((1, 2), &[1.0, 1.5]).unwrap_err();
/// assert_eq!(error.to_string(), "relevance: wanted a number in [0, 1], given 1.5 of anchor 0, candidate 1");
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Relevance<'a> {
    shape: (usize, usize),
    source: Source<'a>,
    level: f32,
}

#[derive(Clone, Copy)]
enum Source<'a> {
    Matrix(&'a [f32]),
    Function(&'a (dyn Fn(usize, usize) -> f32 + Sync)),
}

impl<'a> Relevance<'a> {
    /// A row per anchor, `(n, m)`.
    ///
    /// # Errors
    /// [`Error::Length`] unless there are `n m` numbers, [`Error::Relevance`] outside `[0, 1]`.
    pub fn matrix(shape: (usize, usize), numbers: &'a [f32]) -> Result<Self, Error> {
        same_length("relevance", shape.0.saturating_mul(shape.1), numbers.len())?;
        let outside = |number: &f32| !(0.0..=1.0).contains(number);
        if let Some(place) = numbers.iter().position(outside) {
            return Err(Error::Relevance {
                anchor: place / shape.1,
                candidate: place % shape.1,
                given: numbers[place],
            });
        }
        Ok(Self {
            shape,
            source: Source::Matrix(numbers),
            level: 1.0,
        })
    }

    /// From (anchor, candidate) to a number in `[0, 1]`; others are taken as the nearer end, NaN as 0.
    pub fn function(
        shape: (usize, usize),
        function: &'a (dyn Fn(usize, usize) -> f32 + Sync),
    ) -> Self {
        Self {
            shape,
            source: Source::Function(function),
            level: 1.0,
        }
    }

    /// Candidates of at least this relevance are positives.
    ///
    /// # Errors
    /// [`Error::Number`] outside `(0, 1]`.
    pub fn positive_from(self, level: f32) -> Result<Self, Error> {
        if level > 0.0 && level <= 1.0 {
            return Ok(Self { level, ..self });
        }
        Err(Error::Number {
            what: "positive relevance",
            wanted: "a number above 0 and at most 1",
            given: level.into(),
        })
    }

    /// How many anchors and candidates there are, `(n, m)`.
    pub fn shape(&self) -> (usize, usize) {
        self.shape
    }

    /// The relevance from which on a candidate is a positive.
    pub fn level(&self) -> f32 {
        self.level
    }

    /// The relevance of all candidates to an anchor, if it is written down.
    pub(super) fn row(&self, anchor: usize) -> Option<&'a [f32]> {
        match self.source {
            Source::Matrix(numbers) => Some(&numbers[anchor * self.shape.1..][..self.shape.1]),
            Source::Function(_) => None,
        }
    }

    /// The relevance of a candidate to an anchor.
    ///
    /// # Panics
    /// If a matrix has no such pair.
    pub fn of(&self, anchor: usize, candidate: usize) -> f32 {
        match self.source {
            Source::Matrix(numbers) => numbers[anchor * self.shape.1 + candidate],
            Source::Function(function) => match function(anchor, candidate) {
                number if number > 0.0 => number.min(1.0),
                // NaN, too.
                _ => 0.0,
            },
        }
    }
}

impl std::fmt::Debug for Relevance<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (n, m) = self.shape;
        write!(out, "Relevance({n} x {m}, positive from {})", self.level)
    }
}
