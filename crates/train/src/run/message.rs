//! What the reader of TOML says of a mistake, in the words of this crate.

use super::Place;
use super::nearest::nearest;
use crate::Error;

/// A key that there is not, and those there are.
pub(super) struct Unknown {
    pub(super) key: String,
    known: Vec<String>,
}

/// What serde says of an unknown field: ``unknown field `a`, expected `b` or `c` ``.
pub(super) fn unknown_key(message: &str) -> Option<Unknown> {
    // Every second piece between quotes is a name, the first of them the unknown one.
    let names = message.strip_prefix("unknown field ")?;
    let mut names = names.split('`').skip(1).step_by(2);
    let key = names.next()?.to_owned();
    let known = names.map(str::to_owned).collect();
    Some(Unknown { key, known })
}

impl Unknown {
    /// The error, with the key as seen from the top.
    pub(super) fn error(self, place: Place, key: String) -> Error {
        let known: Vec<&str> = self.known.iter().map(String::as_str).collect();
        let near = nearest(&self.key, &known);
        Error::UnknownKey {
            place,
            key,
            near: near.into_iter().map(str::to_owned).collect(),
            wanted: known.join(", "),
        }
    }
}

/// The message with its dotted key before it, once.
pub(super) fn explain(key: &str, message: &str) -> String {
    let last = key.rsplit('.').next().unwrap_or(key);
    let named = message.strip_prefix(last);
    let message = named
        .and_then(|rest| rest.strip_prefix(": "))
        .unwrap_or(message);
    let missing = message.strip_prefix("missing field `");
    let message = match missing.and_then(|rest| rest.strip_suffix('`')) {
        Some(missing) => format!("wanted the key {missing} beside the others, given none"),
        None => message.to_owned(),
    };
    if key.is_empty() {
        message
    } else {
        format!("{key}: {message}")
    }
}

/// A key as seen from the top.
pub(super) fn dotted(section: &str, key: &str) -> String {
    if section.is_empty() {
        key.to_owned()
    } else {
        format!("{section}.{key}")
    }
}
