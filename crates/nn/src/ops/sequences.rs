//! Where the sequences of a packed batch begin and end.

use std::ops::Range;
use std::sync::Arc;

/// Sequences one after another in the rows of a matrix, without padding.
#[derive(Debug, Clone)]
pub struct Sequences {
    /// Where every sequence begins, and where the last ends.
    offsets: Arc<[usize]>,
}

impl Sequences {
    /// Sequences of these lengths.
    ///
    /// ```
    /// let sequences = tercet_nn::Sequences::new(&[2, 3]);
    /// assert_eq!((sequences.len(), sequences.rows()), (2, 5));
    /// assert_eq!(sequences.ranges().collect::<Vec<_>>(), [0..2, 2..5]);
    /// ```
    pub fn new(lengths: &[usize]) -> Self {
        let ends = lengths.iter().scan(0, |end, length| {
            *end += length;
            Some(*end)
        });
        Self {
            offsets: std::iter::once(0).chain(ends).collect(),
        }
    }

    /// Number of sequences.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Rows of all sequences together.
    pub fn rows(&self) -> usize {
        self.offsets[self.len()]
    }

    /// The rows of every sequence.
    pub fn ranges(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        self.offsets.windows(2).map(|ends| ends[0]..ends[1])
    }
}
