//! What is wrong with a table, key by key.

use std::fmt::Display;

use serde::de::{self, Expected, Unexpected};

use super::content::Content;

/// A key of a criterion's table that cannot be read.
///
/// ```
/// use tercet_kernels::Criterion;
/// let read = |json: &str| {
///     let table: serde_json::Value = serde_json::from_str(json).unwrap();
///     Criterion::read(table).unwrap_err()
/// };
/// let error = read(r#"{"kind": "triplet", "margin": -1}"#);
/// assert_eq!((error.key.as_str(), error.given.as_str()), ("margin", "-1"));
/// assert_eq!(error.to_string(), "margin: wanted a finite number of at least 0, given -1");
/// let error = read(r#"[{}, {"margn": 1}]"#);
/// assert_eq!((error.term, error.key.as_str()), (1, "margn"));
/// assert!(error.known.iter().any(|key| key == "margin"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: wanted {wanted}, given {given}")]
#[non_exhaustive]
pub struct KeyError {
    /// Which of the tables, from 0 on.
    pub term: usize,
    /// The key that is to blame, or what the message is about if no key is.
    pub key: String,
    /// What would do, in words.
    pub wanted: String,
    /// What came.
    pub given: String,
    /// Of a key that is none: those that there are. Of a word that names nothing: those that do.
    pub known: Vec<String>,
}

impl KeyError {
    pub(super) fn new(key: &str, wanted: impl Into<String>, given: impl Display) -> Self {
        Self {
            term: 0,
            key: key.to_owned(),
            wanted: wanted.into(),
            given: given.to_string(),
            known: Vec::new(),
        }
    }

    /// A word that is none of those known.
    pub(super) fn one_of(key: &str, known: &[&str], given: &str) -> Self {
        let wanted = match known {
            [] => "none".to_owned(),
            known => format!("one of {}", known.join(", ")),
        };
        Self {
            known: known.iter().map(|&name| name.to_owned()).collect(),
            ..Self::new(key, wanted, given)
        }
    }

    /// Whether it is about a key that does not exist.
    pub fn is_unknown_key(&self) -> bool {
        self.key == self.given && !self.known.is_empty()
    }

    /// The error of a value as that of its key.
    pub(super) fn within(self, key: &str, value: &Content) -> Self {
        let given = match value {
            Content::List(_) | Content::Table(_) if !self.given.is_empty() => self.given,
            value => value.to_string(),
        };
        Self {
            key: key.to_owned(),
            given,
            ..self
        }
    }

    /// The error as that of whichever key it names: `ladder margins` is about `margins`, and so is `ladder margin`.
    pub(super) fn about<'k>(self, mut keys: impl Iterator<Item = &'k str>) -> Self {
        let word = self.key.rsplit(' ').next().unwrap_or_default().to_owned();
        let named = keys.find(|key| *key == word || key.strip_suffix('s') == Some(&word));
        match named {
            Some(key) => Self {
                key: key.to_owned(),
                ..self
            },
            None => self,
        }
    }
}

impl From<crate::Error> for KeyError {
    fn from(error: crate::Error) -> Self {
        de::Error::custom(error)
    }
}

impl de::Error for KeyError {
    /// The messages of this crate say `what: wanted ..., given ...`; any other is what was wanted.
    fn custom<M: Display>(message: M) -> Self {
        let message = message.to_string();
        match message.split_once(": wanted ") {
            Some((what, rest)) => {
                let (wanted, given) = rest.rsplit_once(", given ").unwrap_or((rest, ""));
                Self::new(what, wanted, given)
            }
            None => Self::new("criterion", message, "something else"),
        }
    }

    fn invalid_type(given: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        let wanted = wanted.to_string();
        let wanted = match wanted.as_str() {
            "a boolean" => "true or false",
            "a sequence" => "a list",
            "f32" | "f64" => "a number",
            "u64" | "usize" | "a nonzero usize" => "a whole number of at least 1",
            other => match other.split_once(": wanted ") {
                Some((_, wanted)) => wanted,
                None => other,
            },
        };
        Self::new("criterion", wanted, given)
    }

    fn invalid_value(given: Unexpected<'_>, wanted: &dyn Expected) -> Self {
        Self::invalid_type(given, wanted)
    }

    fn unknown_variant(given: &str, known: &'static [&'static str]) -> Self {
        Self::one_of("criterion", known, given)
    }

    fn unknown_field(key: &str, known: &'static [&'static str]) -> Self {
        Self::one_of(key, known, key)
    }

    fn missing_field(key: &'static str) -> Self {
        Self::new(key, "a value", "none")
    }
}
