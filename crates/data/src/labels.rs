use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Error;

mod read;

pub use read::read_labels;

/// How the name of a class is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabelKind {
    /// As a whole. The default.
    #[default]
    Classes,
    /// As a place in a hierarchy, the root's child first: `animal/cat/tabby` ([`label_paths`]).
    Paths,
    /// As a set of labels: `beach;dog` ([`label_sets`]).
    Sets,
}

impl LabelKind {
    /// The parts of a name, without blanks around them.
    fn parts(self, name: &str) -> Vec<&str> {
        match self {
            Self::Classes => vec![name],
            Self::Paths => name.split('/').map(str::trim).collect(),
            Self::Sets => name.split([';', ',']).map(str::trim).collect(),
        }
    }

    /// The parts of a name.
    ///
    /// # Errors
    /// [`Error::Label`] if one is empty.
    pub(crate) fn checked(self, name: &str) -> Result<Vec<&str>, Error> {
        let parts = self.parts(name);
        if parts.iter().any(|part| part.is_empty()) {
            return Err(Error::Label {
                wanted: self.wanted(),
                given: name.to_owned(),
            });
        }
        Ok(parts)
    }

    /// What a name should be, for messages.
    fn wanted(self) -> &'static str {
        match self {
            Self::Classes => "a name",
            Self::Paths => "names with / between them",
            Self::Sets => "names with ; between them",
        }
    }
}

impl fmt::Display for LabelKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Classes => "classes",
            Self::Paths => "paths",
            Self::Sets => "sets",
        })
    }
}

/// For each name `a/b/c` its steps as numbers, the root's child first. A step has the number of its name wherever in a
/// hierarchy it stands; numbers are in the order of first sight.
///
/// # Errors
/// [`Error::Label`] for a name of which a step is empty.
///
/// ```
/// let names = ["animal/cat", "animal/dog", "plant"].map(str::to_owned);
/// assert_eq!(tercet_data::label_paths(&names)?, [vec![0, 1], vec![0, 2], vec![3]]);
/// # Ok::<(), tercet_data::Error>(())
/// ```
pub fn label_paths(names: &[String]) -> Result<Vec<Vec<i64>>, Error> {
    numbered(names, LabelKind::Paths)
}

/// For each name `a;b` (or `a,b`) its labels as numbers, in the order of first sight.
///
/// # Errors
/// [`Error::Label`] for a name of which a label is empty.
///
/// ```
/// let names = ["beach;dog", "dog", "dog; cat"].map(str::to_owned);
/// assert_eq!(tercet_data::label_sets(&names)?, [vec![0, 1], vec![1], vec![1, 2]]);
/// # Ok::<(), tercet_data::Error>(())
/// ```
pub fn label_sets(names: &[String]) -> Result<Vec<Vec<i64>>, Error> {
    numbered(names, LabelKind::Sets)
}

fn numbered(names: &[String], kind: LabelKind) -> Result<Vec<Vec<i64>>, Error> {
    let mut numbers: HashMap<&str, i64> = HashMap::new();
    let each = names.iter().map(|name| {
        let parts = kind.checked(name)?;
        let number = |part| {
            let next = numbers.len() as i64;
            *numbers.entry(part).or_insert(next)
        };
        Ok(parts.into_iter().map(number).collect())
    });
    each.collect()
}
