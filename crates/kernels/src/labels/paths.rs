//! Places in a hierarchy.

use super::lists::Lists;
use crate::Error;

/// A path from the root of a hierarchy per item: `animals / cats / lion`.
///
/// Two items are positives of one another if their paths are equal; how relevant one is to the other is
/// the length of their common prefix over the length of the longer path, in `[0, 1]`.
///
/// ```
/// use tercet_kernels::Paths;
/// let paths = Paths::new([[1, 5, 7], [1, 5, 8], [2, 5, 7]])?;
/// assert_eq!(paths.common(0, &paths, 1), 2.0 / 3.0);
/// assert_eq!(paths.common(0, &paths, 2), 0.0);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Paths {
    lists: Lists,
}

impl Paths {
    /// One path per item, the root's child first.
    ///
    /// # Errors
    /// [`Error::EmptyPath`] if a path has no step.
    pub fn new<L: IntoIterator<Item = i64>>(
        paths: impl IntoIterator<Item = L>,
    ) -> Result<Self, Error> {
        let mut lists = Lists::default();
        for path in paths {
            lists.push(path);
            let item = lists.len() - 1;
            if lists.of(item).is_empty() {
                return Err(Error::EmptyPath { item });
            }
        }
        Ok(Self { lists })
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.lists.len()
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The steps of an item's path, the root's child first.
    ///
    /// # Panics
    /// If there is no such item.
    pub fn steps(&self, item: usize) -> &[i64] {
        self.lists.of(item)
    }

    /// Whether an item's path is that of an item of `others`.
    pub fn equal(&self, item: usize, others: &Self, other: usize) -> bool {
        self.lists.of(item) == others.lists.of(other)
    }

    /// The common prefix of both paths over the longer path.
    pub fn common(&self, item: usize, others: &Self, other: usize) -> f32 {
        let (one, two) = (self.lists.of(item), others.lists.of(other));
        let common = one.iter().zip(two).take_while(|(a, b)| a == b).count();
        (common as f64 / one.len().max(two.len()) as f64) as f32
    }
}
