//! What classes say of how rows belong together.

use std::collections::BTreeMap;

use tercet_data::{LabelKind, label_paths, label_sets};
use tercet_kernels::{Graded, Paths, Relation, Sets};

use crate::Error;

/// What the classes of a data set say of how rows belong together: a class is a name, read as itself, as a place in a
/// hierarchy, or as a set of labels.
#[derive(Debug, Clone)]
pub(crate) struct Labelling {
    /// The number, from 0, of every class that is learnt from; ascending with it.
    numbers: BTreeMap<u32, i64>,
    reading: Reading,
}

#[derive(Debug, Clone)]
enum Reading {
    Classes,
    /// Of every class.
    Paths(Vec<Vec<i64>>),
    Sets(Vec<Vec<i64>>),
}

impl Labelling {
    /// How the names of classes are read, and which classes are learnt from.
    ///
    /// # Errors
    /// A name that is no path or no set of labels.
    pub(crate) fn new(kind: LabelKind, names: &[String], learnt: &[u32]) -> Result<Self, Error> {
        let mut learnt = learnt.to_vec();
        learnt.sort_unstable();
        learnt.dedup();
        Ok(Self {
            numbers: learnt.into_iter().zip(0..).collect(),
            reading: match kind {
                LabelKind::Paths => Reading::Paths(label_paths(names)?),
                LabelKind::Sets => Reading::Sets(label_sets(names)?),
                _ => Reading::Classes,
            },
        })
    }

    /// How many classes are learnt from, where classes are just that.
    pub(crate) fn classes(&self) -> Option<usize> {
        matches!(self.reading, Reading::Classes).then_some(self.numbers.len())
    }

    /// How rows of these classes belong together.
    ///
    /// # Errors
    /// A path without a step.
    pub(crate) fn relation(&self, classes: &[u32]) -> Result<Relation, Error> {
        let of = |lists: &[Vec<i64>]| -> Vec<Vec<i64>> {
            let lists = classes.iter().map(|&class| lists[class as usize].clone());
            lists.collect()
        };
        Ok(match &self.reading {
            Reading::Classes => Relation::Classes(self.numbered(classes)),
            Reading::Paths(paths) => Relation::Paths(Paths::new(of(paths))?),
            Reading::Sets(sets) => Relation::Sets(of(sets).into_iter().collect::<Sets>()),
        })
    }

    /// How items seen by two networks belong together: all rows of the first, then all rows of the second.
    ///
    /// # Errors
    /// There is no item.
    pub(crate) fn between(&self, classes: &[u32]) -> Result<Relation, Error> {
        let n = classes.len();
        let pairs = classes
            .iter()
            .flat_map(|&one| classes.iter().map(move |&other| self.grade(one, other)));
        let numbers = self.numbered(classes);
        let graded = Graded::mirrored(n, pairs.collect())?;
        let graded = graded.of_classes([numbers.clone(), numbers].concat())?;
        // Sets that share a label belong together; places in a hierarchy and classes only where they are equal.
        let graded = match self.reading {
            Reading::Sets(_) => graded.positive_from(f32::MIN_POSITIVE)?,
            Reading::Classes | Reading::Paths(_) => graded,
        };
        Ok(Relation::Graded(graded))
    }

    /// How relevant a class is to another, in `[0, 1]`: as [`Relation`]'s kinds of labels have it.
    fn grade(&self, one: u32, other: u32) -> f32 {
        if one == other {
            return 1.0;
        }
        let (one, other) = (one as usize, other as usize);
        match &self.reading {
            Reading::Classes => 0.0,
            Reading::Paths(paths) => {
                let (one, other) = (&paths[one], &paths[other]);
                let common = one.iter().zip(other).take_while(|(a, b)| a == b).count();
                common as f32 / one.len().max(other.len()).max(1) as f32
            }
            Reading::Sets(sets) => {
                let (one, other) = (&sets[one], &sets[other]);
                let common = one.iter().filter(|label| other.contains(label)).count();
                common as f32 / (one.len() + other.len() - common).max(1) as f32
            }
        }
    }

    fn numbered(&self, classes: &[u32]) -> Vec<i64> {
        // Classes that are not learnt from have no number; below 0 they are still told apart.
        let number = |class: &u32| self.numbers.get(class).copied();
        let numbers = classes
            .iter()
            .map(|class| number(class).unwrap_or(-1 - i64::from(*class)));
        numbers.collect()
    }
}
