//! Multi-label sets.

use super::lists::Lists;

/// A set of labels per item: tags, attributes, several classes at once.
///
/// Two items are positives of one another if their sets intersect; how relevant one is to the other is
/// the Jaccard index `|A and B| / |A or B|`, in `[0, 1]` (0 for two empty sets).
///
/// ```
/// use tercet_kernels::Sets;
/// let sets: Sets = [vec![1, 2], vec![2, 3, 2], vec![]].into_iter().collect();
/// assert!(sets.intersect(0, &sets, 1) && !sets.intersect(0, &sets, 2));
/// assert_eq!(sets.jaccard(0, &sets, 1), 1.0 / 3.0);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sets {
    lists: Lists,
}

impl<L: IntoIterator<Item = i64>> FromIterator<L> for Sets {
    /// One set per item; order and repetitions in it do not matter.
    fn from_iter<I: IntoIterator<Item = L>>(sets: I) -> Self {
        let mut lists = Lists::default();
        for set in sets {
            let mut set: Vec<i64> = set.into_iter().collect();
            set.sort_unstable();
            set.dedup();
            lists.push(set);
        }
        Self { lists }
    }
}

impl Sets {
    /// How many items there are.
    pub fn len(&self) -> usize {
        self.lists.len()
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The labels of an item, ascending.
    ///
    /// # Panics
    /// If there is no such item.
    pub fn labels(&self, item: usize) -> &[i64] {
        self.lists.of(item)
    }

    /// Whether an item's set and that of an item of `others` have a label in common.
    pub fn intersect(&self, item: usize, others: &Self, other: usize) -> bool {
        common(self.lists.of(item), others.lists.of(other)) > 0
    }

    /// The Jaccard index of an item's set and that of an item of `others`.
    pub fn jaccard(&self, item: usize, others: &Self, other: usize) -> f32 {
        let (one, two) = (self.lists.of(item), others.lists.of(other));
        let common = common(one, two);
        match one.len() + two.len() - common {
            0 => 0.0,
            union => (common as f64 / union as f64) as f32,
        }
    }
}

/// How many numbers two sorted lists share.
fn common(mut one: &[i64], mut two: &[i64]) -> usize {
    let mut count = 0;
    while let (Some(&a), Some(&b)) = (one.first(), two.first()) {
        count += usize::from(a == b);
        one = &one[usize::from(a <= b)..];
        two = &two[usize::from(b <= a)..];
    }
    count
}
