//! What is wrong with a recipe, before it is known where that was written.

use std::fmt::Display;

use serde::de::{self, Expected, Unexpected};

use super::Place;
use super::nearest::nearest;
use crate::Error;

/// A key that is wrong, and why.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fault {
    /// The dotted key, as seen from the top; empty for the recipe as a whole.
    pub(super) key: String,
    pub(super) why: Why,
}

/// Why a key is wrong.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Why {
    /// There is no such key, but these.
    Unknown { known: Vec<String> },
    /// The section has to have this key, too.
    Missing { wanted: String },
    /// The value cannot be that of this key; `given` is empty until the value is known.
    Value { wanted: String, given: String },
}

impl Fault {
    pub(super) fn new(
        key: impl Into<String>,
        wanted: impl Into<String>,
        given: impl Display,
    ) -> Self {
        let (wanted, given) = (wanted.into(), given.to_string());
        let key = key.into();
        Self {
            key,
            why: Why::Value { wanted, given },
        }
    }

    /// The fault of a value as that of the section or list it stands in.
    pub(super) fn within(self, part: &str) -> Self {
        let key = dotted(part, &self.key);
        Self { key, ..self }
    }

    /// The fault of whatever was read from this value.
    pub(super) fn given(mut self, value: impl Display) -> Self {
        match &mut self.why {
            Why::Value { given, .. } if given.is_empty() => *given = value.to_string(),
            _ => {}
        }
        self
    }

    /// Of a section with a `kind`: that key is known, too.
    pub(super) fn of_a_kind(mut self) -> Self {
        if let Why::Unknown { known } = &mut self.why {
            known.insert(0, "kind".to_owned());
        }
        self
    }

    /// The error, at the place where the key was written.
    pub(super) fn at(self, place: Place) -> Error {
        let place = Box::new(place);
        let key = self.key;
        match self.why {
            Why::Unknown { known } => {
                let last = key.rsplit('.').next().unwrap_or(&key);
                let near = nearest(last, &known);
                Error::UnknownKey {
                    place,
                    near: near.into_iter().map(str::to_owned).collect(),
                    wanted: known.join(", "),
                    key,
                }
            }
            Why::Missing { wanted } => Error::Value {
                place,
                key,
                wanted: format!("the key {wanted} beside the others"),
                given: "none".to_owned(),
            },
            Why::Value { wanted, given } => Error::Value {
                place,
                key,
                wanted,
                given,
            },
        }
    }
}

/// A key as seen from the top.
pub(super) fn dotted(section: &str, key: &str) -> String {
    match (section, key) {
        ("", key) => key.to_owned(),
        (section, "") => section.to_owned(),
        (section, key) => format!("{section}.{key}"),
    }
}

/// One of some words, for messages.
fn one_of(words: &[&str]) -> String {
    format!("one of {}", words.join(", "))
}

/// What the types of this workspace say they want, and what serde says of those of Rust.
fn in_words(expected: &dyn Expected) -> String {
    let expected = expected.to_string();
    let words = match expected.as_str() {
        "u64" | "usize" => "a whole number of at least 0",
        "u32" => "a whole number from 0 to 4294967295",
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        "a string" | "path string" => "text in quotes",
        "a sequence" => "a list",
        "a map" => "a section",
        "an array of length 2" => "a list of 2",
        "an array of length 3" => "a list of 3",
        other if other.contains("struct ") || other.contains("enum ") => "a section",
        other => other,
    };
    words.to_owned()
}

impl Display for Fault {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { key, why } = self;
        match why {
            Why::Unknown { known } => {
                write!(
                    out,
                    "{key}: wanted one of {}, given {key}",
                    known.join(", ")
                )
            }
            Why::Missing { wanted } => write!(out, "{key}: wanted the key {wanted}, given none"),
            Why::Value { wanted, given } => write!(out, "{key}: wanted {wanted}, given {given}"),
        }
    }
}

impl std::error::Error for Fault {}

impl de::Error for Fault {
    /// Types that check what they are made of say `what: wanted ..., given ...`; the key and the value are known better
    /// here.
    fn custom<M: Display>(message: M) -> Self {
        let message = message.to_string();
        let wanted = message.split_once(": wanted ").map(|(_, rest)| rest);
        let wanted = wanted.map(|rest| rest.rsplit_once(", given ").map_or(rest, |(what, _)| what));
        Self::new("", wanted.unwrap_or(&message), "")
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new("", in_words(expected), "")
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new("", in_words(expected), "")
    }

    fn invalid_length(_: usize, expected: &dyn Expected) -> Self {
        Self::new("", in_words(expected), "")
    }

    fn unknown_variant(given: &str, known: &'static [&'static str]) -> Self {
        Self::new("", one_of(known), given)
    }

    fn unknown_field(key: &str, known: &'static [&'static str]) -> Self {
        let known = known.iter().map(|&key| key.to_owned()).collect();
        Self {
            key: key.to_owned(),
            why: Why::Unknown { known },
        }
    }

    fn missing_field(key: &'static str) -> Self {
        let wanted = key.to_owned();
        Self {
            key: String::new(),
            why: Why::Missing { wanted },
        }
    }
}
