//! Rows with relevance.

use super::groups::{Groups, numbered};
use crate::labels::same_length;
use crate::{Error, Relevance};

/// How relevant rows are to one another, in `[0, 1]`: within one set of `n`, or between the first `n` rows of a batch
/// and the `m` that follow.
///
/// Between two sets relevance carries both directions, for it need not be symmetric: what a caption says of many
/// pictures is not what a picture says of many captions.
///
/// | made by | the first `n` ask | the `m` that follow ask |
/// |---|---|---|
/// | [`within`](Self::within) | `(n, n)`, all rows ask all | |
/// | [`between`](Self::between) | `(n, m)` | `(m, n)` |
/// | [`transposed`](Self::transposed) | `(n, m)` | its transpose |
/// | [`mirrored`](Self::mirrored) | `(n, n)` | the same matrix: row `i` is of thing `i`, whichever side of it asks |
///
/// A row is a positive from relevance 1 on, or from another [level](Self::positive_from).
///
/// ```
/// use tercet_kernels::{Graded, Relation};
/// let graded = Graded::mirrored(2, vec![1.0, 0.3, 0.4, 1.0])?;
/// assert_eq!(Relation::Graded(graded).len(), 4);
/// let error = Graded::within(2, vec![1.0, 0.3, 1.5, 1.0]).unwrap_err();
/// assert_eq!(error.to_string(), "relevance: wanted a number in [0, 1], given 1.5 of anchor 1, candidate 0");
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Graded {
    n: usize,
    /// Of one set all is `forward`.
    backward: Option<Backward>,
    m: usize,
    forward: Vec<f32>,
    level: f32,
    classes: Option<Vec<i64>>,
}

/// What the second rows say of the first.
#[derive(Debug, Clone, PartialEq)]
enum Backward {
    /// `(m, n)`.
    Given(Vec<f32>),
    Mirrored,
    Transposed,
}

/// The direction from the second rows to the first.
pub(crate) enum Back<'a> {
    /// Relevance of its own, `(m, n)`.
    Own(Relevance<'a>),
    /// That of the direction there, read the other way.
    Transposed,
}

impl Graded {
    /// Of `n` rows to one another, `(n, n)`: a row for each that asks.
    ///
    /// # Errors
    /// [`Error::Length`] unless there are `n n` numbers, [`Error::Relevance`] outside `[0, 1]`.
    pub fn within(n: usize, relevance: Vec<f32>) -> Result<Self, Error> {
        Self::new((n, n), relevance, None)
    }

    /// Of two sets in both directions, `(n, m)` and `(m, n)`: a row for each that asks.
    ///
    /// # Errors
    /// As [`within`](Self::within).
    pub fn between(
        (n, m): (usize, usize),
        forward: Vec<f32>,
        backward: Vec<f32>,
    ) -> Result<Self, Error> {
        Relevance::matrix((m, n), &backward)?;
        Self::new((n, m), forward, Some(Backward::Given(backward)))
    }

    /// Of two sets, `(n, m)`, where either is as relevant to the other.
    ///
    /// # Errors
    /// As [`within`](Self::within).
    pub fn transposed(shape: (usize, usize), relevance: Vec<f32>) -> Result<Self, Error> {
        Self::new(shape, relevance, Some(Backward::Transposed))
    }

    /// Of `n` things that have a row on each side, `(n, n)`: a row for each thing that asks, by either side.
    ///
    /// # Errors
    /// As [`within`](Self::within).
    pub fn mirrored(n: usize, relevance: Vec<f32>) -> Result<Self, Error> {
        Self::new((n, n), relevance, Some(Backward::Mirrored))
    }

    fn new(
        (n, m): (usize, usize),
        forward: Vec<f32>,
        backward: Option<Backward>,
    ) -> Result<Self, Error> {
        Relevance::matrix((n, m), &forward)?;
        Ok(Self {
            n,
            m,
            forward,
            backward,
            level: 1.0,
            classes: None,
        })
    }

    /// Rows of at least this relevance are positives.
    ///
    /// # Errors
    /// [`Error::Number`] outside `(0, 1]`.
    pub fn positive_from(self, level: f32) -> Result<Self, Error> {
        self.forward().positive_from(level)?;
        Ok(Self { level, ..self })
    }

    /// With a class for every row, by which the batch's statistics tell positives from negatives; without, rows are of
    /// one class if a chain of positives joins them.
    ///
    /// # Errors
    /// [`Error::Length`] if there is not one class per row.
    pub fn of_classes(self, classes: Vec<i64>) -> Result<Self, Error> {
        same_length("classes", self.len(), classes.len())?;
        let classes = Some(classes);
        Ok(Self { classes, ..self })
    }

    /// How many rows there are: `n` of one set, `n + m` of two.
    pub fn len(&self) -> usize {
        match self.backward {
            None => self.n,
            Some(_) => self.n + self.m,
        }
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many rows are the first of two sets; `None` of one set.
    pub fn first(&self) -> Option<usize> {
        self.backward.as_ref().map(|_| self.n)
    }

    /// What those that ask first say.
    pub(crate) fn forward(&self) -> Relevance<'_> {
        self.of(&self.forward, (self.n, self.m))
    }

    /// What those that follow say; `None` of one set.
    pub(crate) fn backward(&self) -> Option<Back<'_>> {
        Some(match self.backward.as_ref()? {
            Backward::Given(numbers) => Back::Own(self.of(numbers, (self.m, self.n))),
            Backward::Mirrored => Back::Own(self.forward()),
            Backward::Transposed => Back::Transposed,
        })
    }

    fn of<'a>(&self, numbers: &'a [f32], shape: (usize, usize)) -> Relevance<'a> {
        let relevance = Relevance::matrix(shape, numbers);
        let relevance = relevance.and_then(|relevance| relevance.positive_from(self.level));
        relevance.expect("checked when it was made")
    }

    pub(super) fn classes(&self) -> std::borrow::Cow<'_, [i64]> {
        match &self.classes {
            Some(classes) => classes.into(),
            None => self.joined().into(),
        }
    }

    /// One class for all that a chain of positives joins.
    fn joined(&self) -> Vec<i64> {
        let mut groups = Groups::new(0..self.len());
        let first = self.first().unwrap_or(0);
        for (place, &relevance) in self.forward.iter().enumerate() {
            if relevance >= self.level {
                groups.join(place / self.m, first + place % self.m);
            }
        }
        numbered((0..self.len()).map(|row| groups.find(row)))
    }
}
