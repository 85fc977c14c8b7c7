//! The rows of a data set of texts, in whatever layout.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tercet_data::{Example, Examples, Kind, Texts, nli, sts_benchmark};

use crate::relation::{Relation, Tuples};
use crate::run::DataSet;
use crate::{Error, event::Amount};

/// Rows of texts of one kind.
#[derive(Clone)]
pub(super) struct Rows {
    pub(super) examples: Arc<dyn Examples>,
    pub(super) kind: Kind,
    /// The class of each row; empty where rows have none.
    pub(super) labels: Arc<[u32]>,
    pub(super) path: PathBuf,
    classes: usize,
}

impl Rows {
    /// # Errors
    /// The file cannot be read, or has no such rows.
    pub(super) fn open(set: DataSet, path: &Path) -> Result<Self, Error> {
        let plain = |examples: Vec<Example>, kind| Self {
            examples: Arc::new(examples),
            kind,
            labels: Arc::from([]),
            path: path.to_owned(),
            classes: 0,
        };
        Ok(match set {
            DataSet::Nli => plain(nli(path)?, Kind::Lists),
            DataSet::StsBenchmark => plain(sts_benchmark(path)?, Kind::Scored),
            _ => {
                let texts = Texts::open(path)?;
                Self {
                    kind: texts.kind(),
                    labels: texts.labels().into(),
                    classes: texts.classes().len(),
                    path: path.to_owned(),
                    examples: Arc::new(texts),
                }
            }
        })
    }

    pub(super) fn len(&self) -> usize {
        self.examples.len()
    }

    pub(super) fn amount(&self) -> Amount {
        Amount {
            classes: self.classes,
            items: self.len(),
        }
    }

    /// All rows, in order.
    pub(super) fn all(&self) -> Result<Vec<Example>, Error> {
        let rows = (0..self.len()).map(|row| Ok(self.examples.row(row)?));
        rows.collect()
    }

    /// How many negatives a row is asked for, if nothing else is said: those of the first row, of a list one.
    pub(super) fn negatives(&self) -> Result<usize, Error> {
        let given = match self.examples.row(0)? {
            Example::Tuple { negatives, .. } => negatives.len(),
            _ => 0,
        };
        Ok(match self.kind {
            Kind::Lists => given.min(1),
            _ => given,
        })
    }

    /// How rows of this kind belong together, with the fewest of them.
    pub(super) fn pattern(&self, negatives: usize) -> Relation {
        match self.kind {
            Kind::Labelled => Relation::Classes(vec![0]),
            Kind::Scored => Relation::Scored(vec![0.0]),
            _ => {
                let ids: Vec<u64> = (0..2 + negatives as u64).collect();
                Relation::Tuples(Tuples::new(1, &ids))
            }
        }
    }
}

/// Texts by their identity, each once, numbered in the order of their first sight.
#[derive(Default)]
pub(super) struct Numbered<'a> {
    pub(super) texts: Vec<&'a str>,
    places: BTreeMap<&'a str, usize>,
}

impl<'a> Numbered<'a> {
    pub(super) fn number(&mut self, text: &'a str) -> usize {
        let next = self.texts.len();
        let place = *self.places.entry(text).or_insert(next);
        if place == next {
            self.texts.push(text);
        }
        place
    }

    pub(super) fn find(&self, text: &str) -> Option<usize> {
        self.places.get(text).copied()
    }
}
