//! Labels as class numbers without gaps.

use std::collections::BTreeMap;

/// The classes that occur, in ascending order of their labels.
#[derive(Debug, Clone)]
pub(crate) struct Classes<'a> {
    /// The label of each item.
    pub(crate) labels: &'a [i64],
    /// The class number of each item.
    pub(crate) of: Vec<usize>,
    /// The items of each class, ascending.
    pub(crate) members: Vec<Vec<usize>>,
}

impl<'a> Classes<'a> {
    /// Numbers the labels `0, 1, ..` by size: the order of the items does not matter.
    pub(crate) fn of(labels: &'a [i64]) -> Self {
        let mut items: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
        for (item, &label) in labels.iter().enumerate() {
            items.entry(label).or_default().push(item);
        }
        let members: Vec<_> = items.into_values().collect();
        let mut of = vec![0; labels.len()];
        for (class, members) in members.iter().enumerate() {
            members.iter().for_each(|&item| of[item] = class);
        }
        Self {
            labels,
            of,
            members,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Classes;

    #[test]
    fn labels_use_all_their_bits() {
        let classes = Classes::of(&[1 << 40, i64::MIN, 0, 1 << 40, (1 << 40) + 1]);
        assert_eq!(classes.of, [2, 0, 1, 2, 3]);
        assert_eq!(classes.members, [vec![1], vec![2], vec![0, 3], vec![4]]);
    }
}
