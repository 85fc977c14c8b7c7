//! Losses of tuples that are given.

use serde::Serialize;
use serde::de::DeserializeOwned;
use tercet_kernels::{
    Cosent, CosineRegression, Distance, GivenTriplets, Margin, NonNegative, Reduce,
};
use toml::{Table, Value};

/// The keys of a loss of given tuples: those that the kernel has.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum GivenRecipe {
    /// `kind = "given-triplet"`: (anchor, positive, negative) as the data have them; SBERT's objective. Default:
    /// Euclidean distance, margin 1.
    Triplet(GivenTriplets),
    /// `kind = "cosent"`: the order of scored pairs.
    Cosent(Cosent),
    /// `kind = "cosine-regression"`: the cosines of scored pairs are to be the scores.
    Cosine(CosineRegression),
}

impl GivenRecipe {
    /// The names of all kinds.
    pub(super) const NAMES: [&str; 3] = ["given-triplet", "cosent", "cosine-regression"];

    /// The kind's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Triplet(_) => Self::NAMES[0],
            Self::Cosent(_) => Self::NAMES[1],
            Self::Cosine(_) => Self::NAMES[2],
        }
    }

    /// How far two embeddings are.
    pub fn distance(&self) -> Distance {
        match self {
            Self::Triplet(given) => given.distance,
            Self::Cosent(_) | Self::Cosine(_) => Distance::Cosine,
        }
    }

    /// From a sum to one number.
    pub fn reduce(&self) -> Reduce {
        match self {
            Self::Triplet(given) => given.reduce,
            Self::Cosent(_) | Self::Cosine(_) => Reduce::Mean,
        }
    }

    /// The margin; 0 where there is none.
    pub fn margin(&self) -> Margin {
        match self {
            Self::Triplet(given) => given.margin,
            Self::Cosent(_) | Self::Cosine(_) => Margin::Hard(NonNegative::default()),
        }
    }

    /// From the keys of the section, `kind` left out; `None` if no kind has this name.
    pub(super) fn read(name: &str, keys: Table) -> Option<Result<Self, String>> {
        Some(match name {
            "given-triplet" => one(keys).map(Self::Triplet),
            "cosent" => one(keys).map(Self::Cosent),
            "cosine-regression" => one(keys).map(Self::Cosine),
            _ => return None,
        })
    }

    /// The keys of the section, `kind` left out.
    pub(super) fn table(&self) -> Table {
        match self {
            Self::Triplet(given) => table(given),
            Self::Cosent(cosent) => table(cosent),
            Self::Cosine(cosine) => table(cosine),
        }
    }
}

fn one<T: DeserializeOwned>(keys: Table) -> Result<T, String> {
    let value = T::deserialize(Value::Table(keys));
    value.map_err(|error| error.message().to_owned())
}

fn table(loss: &impl Serialize) -> Table {
    Table::try_from(loss).expect("a loss holds numbers and words alone")
}
