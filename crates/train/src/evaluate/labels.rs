//! Embeddings with labels of any kind: retrieval.

use tercet_data::{LabelKind, label_paths, label_sets};
use tercet_eval::{Exclude, Labelled, ndcg, retrieval, search};
use tercet_kernels::{Distance, Paths, Rows, Sets};

use super::evaluator::Noted;
use crate::Error;

/// Where relevance is graded, how deep lists are judged.
const DEPTH: usize = 10;

/// What is known of embeddings, and how near ones are found.
pub(super) struct Labels<'a> {
    /// The class of each.
    pub(super) classes: &'a [u32],
    /// The names of all classes.
    pub(super) names: &'a [String],
    /// How names are read.
    pub(super) kind: LabelKind,
    pub(super) distance: Distance,
}

impl Labels<'_> {
    /// Scores of embeddings `(n, dim)` by one network, or of queries by one and candidates by another.
    pub(super) fn judge(
        &self,
        sides: &[Vec<f32>],
        groups: Option<&[u32]>,
        dim: usize,
    ) -> Result<Noted, Error> {
        match sides {
            [queries, candidates] => self.of_two((queries, candidates), groups, dim),
            rows => self.of_one(Rows::new(&rows.concat(), dim)?, groups),
        }
    }

    /// Every embedding asks all others, but those of its group; lists of related items are judged, too, where labels say
    /// how related they are.
    pub(super) fn of_one(
        &self,
        rows: Rows<'_, f32>,
        groups: Option<&[u32]>,
    ) -> Result<Noted, Error> {
        let (classes, paths, sets);
        let labels: tercet_kernels::Labels<'_> = match self.kind {
            LabelKind::Paths => {
                paths = Paths::new(self.lists(&label_paths(self.names)?))?;
                (&paths).into()
            }
            LabelKind::Sets => {
                sets = self
                    .lists(&label_sets(self.names)?)
                    .into_iter()
                    .collect::<Sets>();
                (&sets).into()
            }
            _ => {
                classes = self
                    .classes
                    .iter()
                    .map(|&class| i64::from(class))
                    .collect::<Vec<_>>();
                (&classes).into()
            }
        };
        let items = Labelled::new(rows, labels, groups)?;
        let found = retrieval(&items, self.distance)?;
        let mut scores = found.scores();
        if self.kind != LabelKind::Classes {
            scores.extend(ndcg(&items, self.distance, DEPTH)?.scores());
        }
        let note = found.note();
        Ok(Noted { scores, note })
    }

    /// Queries of one network ask candidates of another; no item is an answer to itself, nor to one of its group.
    fn of_two(
        &self,
        (queries, candidates): (&[f32], &[f32]),
        groups: Option<&[u32]>,
        dim: usize,
    ) -> Result<Noted, Error> {
        let own: Vec<u32> = (0..self.classes.len() as u32).collect();
        let groups = groups.unwrap_or(&own);
        let exclude = Exclude::Groups {
            queries: groups,
            candidates: groups,
        };
        let (queries, candidates) = (Rows::new(queries, dim)?, Rows::new(candidates, dim)?);
        let relevance = self.relevance(groups)?;
        let found = search(queries, candidates, &relevance, self.distance, &exclude)?;
        let note = found.note();
        Ok(Noted {
            scores: found.hit_scores(),
            note,
        })
    }

    /// Of every item the others that belong to it: of its class, or with a label in common.
    fn relevance(&self, groups: &[u32]) -> Result<Vec<Vec<(usize, f32)>>, Error> {
        let sets = match self.kind {
            LabelKind::Sets => Some(self.lists(&label_sets(self.names)?)),
            _ => None,
        };
        let alike = |one: usize, other: usize| match &sets {
            Some(sets) => sets[one].iter().any(|label| sets[other].contains(label)),
            None => self.classes[one] == self.classes[other],
        };
        let n = self.classes.len();
        let of = |one: usize| {
            let others = (0..n).filter(|&other| groups[one] != groups[other] && alike(one, other));
            others.map(|other| (other, 1.0)).collect()
        };
        Ok((0..n).map(of).collect())
    }

    /// A list of labels per embedding.
    fn lists(&self, of_classes: &[Vec<i64>]) -> Vec<Vec<i64>> {
        let lists = self.classes.iter();
        lists
            .map(|&class| of_classes[class as usize].clone())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two networks that agree: every item's own copy is nearest, and is no answer.
    #[test]
    fn an_item_is_no_answer_to_itself_by_two_networks() {
        let rows = vec![0.0, 0.1, 5.0, 5.1];
        let labels = Labels {
            classes: &[0, 0, 1, 1],
            names: &["a".to_owned(), "b".to_owned()],
            kind: LabelKind::Classes,
            distance: Distance::Euclidean,
        };
        let recall = |sides: &[Vec<f32>], groups| {
            let found = labels.judge(sides, groups, 1).expect("four rows");
            found.scores[0].clone()
        };
        let both = recall(&[rows.clone(), rows.clone()], None);
        assert_eq!((both.name.as_str(), both.value), ("recall_at_1", 1.0));
        let far = vec![5.0, 5.1, 0.0, 0.1];
        assert_eq!(recall(&[rows, far], None).value, 0.0);
    }
}
