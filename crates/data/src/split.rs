use std::fmt;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::{Dataset, Error};

/// What a class is for. A class is in one split only: the question is always about classes never
/// seen in training.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Split {
    /// Learnt from.
    Train,
    /// Looked at while training, to choose the best model and the settings.
    Validation,
    /// Looked at once, at the end.
    Test,
}

impl fmt::Display for Split {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        })
    }
}

/// Which class is in which [`Split`]: a pure function of (class name, seed).
///
/// With `u = position(class)`, uniform in `[0, 1)`, a class is `Test` if `u < test`, `Validation`
/// if `u < test + validation`, and `Train` otherwise. So adding a class moves no other, and raising
/// a fraction moves classes in one direction only. The number of classes in a split is the fraction
/// only on average.
///
/// Default: validation 0.1, test 0.25, seed 0.
///
/// ```
/// use tercet_data::{Split, Splits};
/// let splits = Splits::new(0.1, 0.25, 1)?;
/// assert_eq!(splits.of("1f600-grinning-face"), Split::Train);
/// assert_eq!(Splits::new(0.0, 0.0, 1)?.of("anything"), Split::Train);
/// # Ok::<(), tercet_data::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct Splits(Fields);

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Fields {
    validation: f64,
    test: f64,
    seed: u64,
}

impl Default for Fields {
    fn default() -> Self {
        Self {
            validation: 0.1,
            test: 0.25,
            seed: 0,
        }
    }
}

impl Splits {
    /// `validation` and `test` are fractions of the classes.
    ///
    /// # Errors
    ///
    /// [`Error::Number`] unless both are in `[0, 1)` and their sum is below 1, so that classes to
    /// train on remain.
    pub fn new(validation: f64, test: f64, seed: u64) -> Result<Self, Error> {
        for (name, fraction) in [("splits.validation", validation), ("splits.test", test)] {
            if !(0.0..1.0).contains(&fraction) {
                return Err(Error::Number {
                    name,
                    wanted: "a fraction in [0, 1)",
                    given: fraction.to_string(),
                });
            }
        }
        if validation + test >= 1.0 {
            let given = (validation + test).to_string();
            return Err(Error::Number {
                name: "splits.validation + splits.test",
                wanted: "a sum below 1",
                given,
            });
        }
        Ok(Self(Fields {
            validation,
            test,
            seed,
        }))
    }

    /// The fraction of classes for validation.
    pub fn validation(&self) -> f64 {
        self.0.validation
    }

    /// The fraction of classes for the test.
    pub fn test(&self) -> f64 {
        self.0.test
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.0.seed
    }

    /// Where the class stands in `[0, 1)`: xxh3 of the seed's eight little-endian bytes and the
    /// name, its upper 53 bits read as a fraction. The classes of smallest position are a fixed
    /// random sample of any size.
    pub fn position(&self, class: &str) -> f64 {
        let mut bytes = self.0.seed.to_le_bytes().to_vec();
        bytes.extend_from_slice(class.as_bytes());
        (xxh3_64(&bytes) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// The split of the class.
    pub fn of(&self, class: &str) -> Split {
        let position = self.position(class);
        if position < self.0.test {
            Split::Test
        } else if position < self.0.test + self.0.validation {
            Split::Validation
        } else {
            Split::Train
        }
    }

    /// The split of every item: what the data prescribe ([`Item::split`](crate::Item::split)), else
    /// that of its class.
    pub fn assign(&self, dataset: &dyn Dataset) -> Vec<Split> {
        let by_class: Vec<Split> = dataset
            .classes()
            .iter()
            .map(|class| self.of(class))
            .collect();
        let items = dataset.items().iter();
        items
            .map(|item| item.split.unwrap_or(by_class[item.class as usize]))
            .collect()
    }

    /// The indices of the items in `split`, ascending.
    pub fn members(&self, dataset: &dyn Dataset, split: Split) -> Vec<usize> {
        let assigned = self.assign(dataset);
        (0..assigned.len())
            .filter(|&item| assigned[item] == split)
            .collect()
    }
}

impl TryFrom<Fields> for Splits {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self, Error> {
        Self::new(fields.validation, fields.test, fields.seed)
    }
}

impl From<Splits> for Fields {
    fn from(splits: Splits) -> Self {
        splits.0
    }
}
