//! Whether labels are such that something can be learnt from them, and asked about them.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use crate::{Error, LabelKind, Split};

/// The names of classes, and how they are read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Labelling<'a> {
    pub(crate) kind: LabelKind,
    pub(crate) classes: &'a [String],
}

impl Labelling<'_> {
    /// Refuses labels of which none is told apart from another, or none has anything in common with another.
    pub(crate) fn trainable(
        &self,
        from: &Path,
        labels: impl Iterator<Item = u32>,
    ) -> Result<(), Error> {
        let path = from.to_owned();
        let mut samples = vec![0_usize; self.classes.len()];
        labels.for_each(|class| samples[class as usize] += 1);
        let present: Vec<usize> = (0..samples.len())
            .filter(|&class| samples[class] > 0)
            .collect();
        match *present {
            [] => Err(Error::NoImages {
                path,
                unreadable: 0,
                others: 0,
            }),
            [only] => Err(Error::OneClass {
                path,
                class: self.classes[only].clone(),
            }),
            _ if self.kind == LabelKind::Classes => match samples.iter().any(|&count| count > 1) {
                true => Ok(()),
                false => Err(Error::NoPairs {
                    path,
                    classes: present.len(),
                }),
            },
            _ => self.shares(path, &samples),
        }
    }

    /// Some label of a set, or some first step of a path, must be that of two items.
    fn shares(&self, path: PathBuf, samples: &[usize]) -> Result<(), Error> {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for (class, &samples) in self.classes.iter().zip(samples) {
            let parts = self.kind.checked(class)?;
            let counted = match self.kind {
                LabelKind::Paths => 1,
                _ => parts.len(),
            };
            for part in &parts[..counted] {
                *counts.entry(part).or_default() += samples;
            }
        }
        match counts.values().any(|&count| count > 1) {
            true => Ok(()),
            false => Err(Error::NothingShared {
                path,
                labels: samples.iter().filter(|&&count| count > 0).count(),
            }),
        }
    }

    /// A split that was asked for must hold a question: two classes, one of them with two items that may be compared.
    /// Of sets and paths two different labels are enough.
    pub(super) fn askable(
        &self,
        split: Split,
        items: impl Iterator<Item = (u32, Option<u32>)>,
    ) -> Result<(), Error> {
        let items: Vec<(u32, Option<u32>)> = items.collect();
        let classes = distinct(items.iter().map(|&(class, _)| class).collect());
        let has_pair = || self.kind != LabelKind::Classes || has_pair(&items);
        if classes >= 2 && has_pair() {
            return Ok(());
        }
        let all = self.classes.len();
        Err(Error::SmallSplit {
            split,
            classes,
            all,
        })
    }
}

/// Whether two items of one class are in different groups, or in none.
fn has_pair(items: &[(u32, Option<u32>)]) -> bool {
    let mut first: BTreeMap<u32, Option<u32>> = BTreeMap::new();
    items.iter().any(|&(class, group)| match first.get(&class) {
        Some(other) => group.is_none() || group != *other,
        None => {
            first.insert(class, group);
            false
        }
    })
}

/// How many different ones there are.
pub(super) fn distinct(mut classes: Vec<u32>) -> usize {
    classes.sort_unstable();
    classes.dedup();
    classes.len()
}
