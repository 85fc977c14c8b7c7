//! How the inputs of a step belong together.

use std::collections::HashMap;

/// How the inputs of a step belong together.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Relation {
    /// `(n,)`: inputs of one class are positives of each other.
    Classes(Vec<i64>),
    /// Anchors with their positives and negatives.
    Tuples(Tuples),
    /// `(n / 2,)`: how well input `i` goes with input `n / 2 + i`; more is better.
    Scored(Vec<f64>),
    /// Pictures and as many captions.
    Related(Related),
}

/// `n` inputs of one kind, `n` of another, and how relevant each of the second is to each of the first.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Related {
    /// `(n, n)`: a row for each thing that asks, by its picture or its caption; 1 where both are the same thing.
    pub(crate) relevance: Vec<f32>,
    /// `(n,)`: the class of input `i` and of input `n + i`.
    pub(crate) classes: Vec<i64>,
}

/// `tuples` anchors, as many positives, then `k` blocks of as many negatives: row `b * tuples + i` belongs to anchor
/// `i`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tuples {
    /// How many tuples, `n`.
    pub(crate) tuples: usize,
    /// `((2 + k) n,)`: rows of the same group are the same thing or are known to belong together, so none of them is
    /// a negative of another.
    pub(crate) groups: Vec<u64>,
}

impl Relation {
    /// How many inputs.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Classes(labels) => labels.len(),
            Self::Tuples(tuples) => tuples.groups.len(),
            Self::Scored(scores) => 2 * scores.len(),
            Self::Related(related) => 2 * related.classes.len(),
        }
    }

    /// A class for every input: what belongs together has the same.
    pub(crate) fn classes(&self) -> Vec<i64> {
        match self {
            Self::Classes(labels) => labels.clone(),
            Self::Tuples(tuples) => tuples.classes(),
            Self::Related(related) => [related.classes.as_slice(); 2].concat(),
            Self::Scored(scores) => {
                let pairs = scores.len() as i64;
                (0..pairs).chain(0..pairs).collect()
            }
        }
    }
}

impl Tuples {
    /// From the identities of all rows, in their order: a text that occurs twice has one identity.
    ///
    /// Anchor and positive of a tuple share a group, and so does whatever has an identity of the group: with two
    /// tuples of one anchor, neither's positive is a negative of the other.
    pub(crate) fn new(tuples: usize, identities: &[u64]) -> Self {
        let mut groups = Groups::new(identities);
        for tuple in 0..tuples {
            groups.join(identities[tuple], identities[tuples + tuple]);
        }
        let groups = identities.iter().map(|&id| groups.find(id)).collect();
        Self { tuples, groups }
    }

    /// Negatives per anchor.
    pub(crate) fn negatives(&self) -> usize {
        (self.groups.len() / self.tuples.max(1)).saturating_sub(2)
    }

    /// Groups as small numbers, in the order in which they occur.
    fn classes(&self) -> Vec<i64> {
        let mut numbers = HashMap::new();
        let mut number = |group: u64| {
            let next = numbers.len() as i64;
            *numbers.entry(group).or_insert(next)
        };
        self.groups.iter().map(|&group| number(group)).collect()
    }
}

/// Disjoint groups of identities; each is named by its smallest member.
struct Groups(HashMap<u64, u64>);

impl Groups {
    fn new(identities: &[u64]) -> Self {
        Self(identities.iter().map(|&id| (id, id)).collect())
    }

    fn find(&mut self, id: u64) -> u64 {
        let mut root = id;
        while self.0[&root] != root {
            root = self.0[&root];
        }
        let mut at = id;
        while at != root {
            at = self.0.insert(at, root).unwrap_or(root);
        }
        root
    }

    fn join(&mut self, one: u64, other: u64) {
        let (one, other) = (self.find(one), self.find(other));
        self.0.insert(one.max(other), one.min(other));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_pair_ties_together_is_one_group() {
        // Anchors 1 2 1, positives 3 4 5, negatives 4 6 7: 1-3, 1-5; 2-4, and the first negative is 4 again.
        let tuples = Tuples::new(3, &[1, 2, 1, 3, 4, 5, 4, 6, 7]);
        assert_eq!(tuples.groups, [1, 2, 1, 1, 2, 1, 2, 6, 7]);
        assert_eq!(tuples.negatives(), 1);
        let relation = Relation::Tuples(tuples);
        assert_eq!(relation.classes(), [0, 1, 0, 0, 1, 0, 1, 2, 3]);
    }

    #[test]
    fn chains_of_pairs_are_one_group() {
        // 9-8, 8-7, 7-6, whatever the order in which they are joined.
        let tuples = Tuples::new(3, &[9, 7, 8, 8, 6, 7]);
        assert!(tuples.groups.iter().all(|&group| group == 6));
    }

    #[test]
    fn scored_pairs_are_classes_of_two() {
        assert_eq!(Relation::Scored(vec![0.1, 0.9]).classes(), [0, 1, 0, 1]);
    }
}
