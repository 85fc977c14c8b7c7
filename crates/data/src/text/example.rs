use std::sync::Arc;

use crate::Error;

/// One row: what belongs together, and how. A cell `C` is a text, or the number of a picture or of a vector. No text is
/// empty or of blanks alone, where a file was read.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Example<C = String> {
    /// A cell, those that belong to it, and those that do not: pairs, triplets, lists.
    Tuple {
        /// The anchor, or the query.
        anchor: C,
        /// At least one.
        positives: Vec<C>,
        /// Any number, none for a pair.
        negatives: Vec<C>,
    },
    /// A cell and its class.
    Labelled {
        /// The cell.
        text: C,
        /// An index into [`Texts::classes`](crate::Texts::classes).
        class: u32,
    },
    /// Two cells and how alike they are.
    Scored {
        /// One cell.
        a: C,
        /// The other.
        b: C,
        /// Finite; more is more alike. What [`open`](crate::open) and [`sts_benchmark`](crate::sts_benchmark) read is in
        /// `[0, 1]`, what [`Texts::open`](crate::Texts::open) reads as it stands in the file.
        score: f64,
    },
    /// Two cells of which it is known whether they are the same thing: a positive or a negative pair. Of the pairs
    /// across rows nothing is known.
    Judged {
        /// One cell.
        a: C,
        /// The other.
        b: C,
        /// Whether they are.
        same: bool,
    },
}

/// Rows, wherever they are: in a file that is read row by row ([`Texts`](crate::Texts)) or in memory (a `Vec` of
/// [`Example`]).
pub trait Examples<C = String>: Send + Sync {
    /// How many rows there are.
    fn len(&self) -> usize;

    /// Row `index`.
    ///
    /// # Errors
    ///
    /// [`Error::Index`] if there is no such row; otherwise what keeps it from being read.
    fn row(&self, index: usize) -> Result<Example<C>, Error>;

    /// Whether there is no row.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<C: Clone + Send + Sync> Examples<C> for Vec<Example<C>> {
    fn len(&self) -> usize {
        self.as_slice().len()
    }

    fn row(&self, index: usize) -> Result<Example<C>, Error> {
        self.get(index).cloned().ok_or(Error::Index {
            wanted: self.as_slice().len(),
            given: index,
        })
    }
}

impl<C, E: Examples<C> + ?Sized> Examples<C> for Arc<E> {
    fn len(&self) -> usize {
        self.as_ref().len()
    }

    fn row(&self, index: usize) -> Result<Example<C>, Error> {
        self.as_ref().row(index)
    }
}
