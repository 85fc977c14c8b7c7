//! Disjoint groups.

use std::collections::HashMap;
use std::hash::Hash;

/// Disjoint groups of names; each is called by its smallest member.
pub(super) struct Groups<N>(HashMap<N, N>);

impl<N: Copy + Ord + Hash> Groups<N> {
    /// Every name in a group of its own.
    pub(super) fn new(names: impl IntoIterator<Item = N>) -> Self {
        Self(names.into_iter().map(|name| (name, name)).collect())
    }

    pub(super) fn find(&mut self, name: N) -> N {
        let mut root = name;
        while self.0[&root] != root {
            root = self.0[&root];
        }
        let mut at = name;
        while at != root {
            at = self.0.insert(at, root).unwrap_or(root);
        }
        root
    }

    pub(super) fn join(&mut self, one: N, other: N) {
        let (one, other) = (self.find(one), self.find(other));
        self.0.insert(one.max(other), one.min(other));
    }
}

/// Names as small numbers, in the order in which they occur.
pub(super) fn numbered<N: Eq + Hash>(names: impl IntoIterator<Item = N>) -> Vec<i64> {
    let mut numbers = HashMap::new();
    let mut number = |name: N| {
        let next = numbers.len() as i64;
        *numbers.entry(name).or_insert(next)
    };
    names.into_iter().map(&mut number).collect()
}
