//! What a loss wants beside distances and labels.

use crate::Distance;

/// What a loss wants beside distances and labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Needs {
    /// Distances that are never below 0: without, the loss has no meaning.
    pub non_negative: bool,
    /// The relevance of every candidate, [`Row::grades`](crate::Row::grades).
    pub grades: bool,
    /// Two numbers about every candidate, [`Row::summaries`](crate::Row::summaries).
    pub summaries: bool,
    /// Slopes on distances between candidates, [`Slopes::add_pair`](crate::Slopes::add_pair).
    pub pairs: bool,
    /// Candidates in groups of this many neighbours of one class; 0 if it does not matter.
    pub groups: usize,
    /// Anchors and candidates of one set, with labels per item, so that positives are mutual.
    pub within: bool,
    /// One of these distances; empty if any will do.
    pub distances: &'static [Distance],
}

impl Needs {
    /// Nothing.
    pub const fn none() -> Self {
        Self {
            non_negative: false,
            grades: false,
            summaries: false,
            pairs: false,
            groups: 0,
            within: false,
            distances: &[],
        }
    }

    /// Asks for distances that are never below 0, too.
    #[must_use]
    pub const fn non_negative(self) -> Self {
        Self {
            non_negative: true,
            ..self
        }
    }

    /// Asks for the relevance of every candidate, too.
    #[must_use]
    pub const fn grades(self) -> Self {
        Self {
            grades: true,
            ..self
        }
    }

    /// Asks for a summary of every candidate, too.
    #[must_use]
    pub const fn summaries(self) -> Self {
        Self {
            summaries: true,
            ..self
        }
    }

    /// Asks for slopes on distances between candidates, too.
    #[must_use]
    pub const fn pairs(self) -> Self {
        Self {
            pairs: true,
            ..self
        }
    }

    /// Asks for candidates in groups, too.
    #[must_use]
    pub const fn groups(self, groups: usize) -> Self {
        Self { groups, ..self }
    }

    /// Asks for one set of rows with labels per item, too.
    #[must_use]
    pub const fn within(self) -> Self {
        Self {
            within: true,
            ..self
        }
    }

    /// Asks for one of these distances, too.
    #[must_use]
    pub const fn only(self, distances: &'static [Distance]) -> Self {
        Self { distances, ..self }
    }
}
