use crate::Error;

/// One row of texts. No text is empty or of blanks alone, where a file was read.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Example {
    /// A text, those that belong to it, and those that do not: pairs, triplets, lists.
    Tuple {
        /// The anchor, or the query.
        anchor: String,
        /// At least one.
        positives: Vec<String>,
        /// Any number, none for a pair.
        negatives: Vec<String>,
    },
    /// A text and its class.
    Labelled {
        /// The text.
        text: String,
        /// An index into [`Texts::classes`](crate::Texts::classes).
        class: u32,
    },
    /// Two texts and how alike they are.
    Scored {
        /// One text.
        a: String,
        /// The other.
        b: String,
        /// Finite; its range is the file's (0 to 5 in STS-B), more is more alike.
        score: f64,
    },
}

/// Rows of texts, wherever they are: in a file that is read row by row ([`Texts`](crate::Texts)) or
/// in memory (a `Vec` of [`Example`]).
pub trait Examples: Send + Sync {
    /// How many rows there are.
    fn len(&self) -> usize;

    /// Row `index`.
    ///
    /// # Errors
    ///
    /// [`Error::Index`] if there is no such row; otherwise what keeps it from being read.
    fn row(&self, index: usize) -> Result<Example, Error>;

    /// Whether there is no row.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Examples for Vec<Example> {
    fn len(&self) -> usize {
        self.as_slice().len()
    }

    fn row(&self, index: usize) -> Result<Example, Error> {
        self.get(index).cloned().ok_or(Error::Index {
            wanted: self.as_slice().len(),
            given: index,
        })
    }
}
