//! Positive pairs, listed.

use crate::Error;

/// Which candidates are positives of which anchors, as a list; all other candidates are negatives.
///
/// For a batch within one set of rows, give both orders of a pair if both are anchors of one another.
///
/// ```
/// use tercet_kernels::Pairs;
/// let pairs = Pairs::new((2, 3), [(0, 2), (0, 1), (0, 2)])?;
/// assert_eq!((pairs.of(0), pairs.of(1)), (&[1, 2][..], &[][..]));
/// assert!(Pairs::new((2, 3), [(2, 0)]).is_err());
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pairs {
    shape: (usize, usize),
    candidates: Vec<usize>,
    ends: Vec<usize>,
}

impl Pairs {
    /// The pairs (anchor, candidate) of `shape = (n, m)`; order and repetitions do not matter.
    ///
    /// # Errors
    /// [`Error::Pair`] if one is not of that shape.
    pub fn new(
        shape: (usize, usize),
        pairs: impl IntoIterator<Item = (usize, usize)>,
    ) -> Result<Self, Error> {
        let mut pairs: Vec<(usize, usize)> = pairs.into_iter().collect();
        let outside =
            |&&(anchor, candidate): &&(usize, usize)| anchor >= shape.0 || candidate >= shape.1;
        if let Some(&given) = pairs.iter().find(outside) {
            return Err(Error::Pair { shape, given });
        }
        pairs.sort_unstable();
        pairs.dedup();
        let ends = (0..shape.0).map(|anchor| pairs.partition_point(|pair| pair.0 <= anchor));
        Ok(Self {
            shape,
            ends: ends.collect(),
            candidates: pairs.iter().map(|pair| pair.1).collect(),
        })
    }

    /// How many anchors and candidates there are, `(n, m)`.
    pub fn shape(&self) -> (usize, usize) {
        self.shape
    }

    /// The positives of an anchor, ascending.
    ///
    /// # Panics
    /// If there is no such anchor.
    pub fn of(&self, anchor: usize) -> &[usize] {
        let start = anchor.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.candidates[start..self.ends[anchor]]
    }

    /// These pairs with anchors and candidates exchanged.
    #[must_use]
    pub fn exchanged(&self) -> Self {
        let each = (0..self.shape.0).flat_map(|anchor| {
            let candidates = self.of(anchor).iter();
            candidates.map(move |&candidate| (candidate, anchor))
        });
        Self::new((self.shape.1, self.shape.0), each).expect("pairs of a shape, exchanged")
    }
}
