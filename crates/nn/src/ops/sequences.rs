//! Where packed sequences begin.

use std::ops::Range;
use std::sync::Arc;

/// Where packed sequences begin: `n + 1` ascending offsets into the rows, from 0 to their number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sequences {
    offsets: Arc<[usize]>,
}

impl Sequences {
    /// One sequence per length, one below the other.
    ///
    /// # Panics
    /// A length is 0: nothing can be pooled from no rows.
    pub(crate) fn new(lengths: &[usize]) -> Self {
        assert!(!lengths.contains(&0), "an empty sequence in {lengths:?}");
        let mut end = 0;
        let ends = lengths.iter().map(|length| {
            end += length;
            end
        });
        Self {
            offsets: std::iter::once(0).chain(ends).collect(),
        }
    }

    /// Number of sequences, `n`.
    pub(crate) fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Number of rows of all sequences.
    pub(crate) fn rows(&self) -> usize {
        self.offsets[self.len()]
    }

    /// The rows of each sequence.
    pub(crate) fn ranges(&self) -> impl ExactSizeIterator<Item = Range<usize>> + '_ {
        self.offsets.windows(2).map(|ends| ends[0]..ends[1])
    }

    /// Rows of the longest sequence, 0 where there is none.
    pub(crate) fn longest(&self) -> usize {
        self.ranges().map(|range| range.len()).max().unwrap_or(0)
    }

    /// Every row's position within its sequence, counted from 0.
    pub(crate) fn positions(&self) -> Vec<u32> {
        self.ranges()
            .flat_map(|range| 0..range.len() as u32)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Sequences;

    #[test]
    fn offsets_by_hand() {
        let sequences = Sequences::new(&[2, 3, 1]);
        assert_eq!((sequences.len(), sequences.rows()), (3, 6));
        assert_eq!(sequences.ranges().collect::<Vec<_>>(), [0..2, 2..5, 5..6]);
        assert_eq!(sequences.positions(), [0, 1, 0, 1, 2, 0]);
        assert_eq!(sequences.longest(), 3);
        assert_eq!(
            (Sequences::new(&[]).len(), Sequences::new(&[]).rows()),
            (0, 0)
        );
    }

    #[test]
    #[should_panic(expected = "an empty sequence")]
    fn refuses_an_empty_sequence() {
        Sequences::new(&[2, 0]);
    }
}
