//! `config.json` of a model, as families of networks read it.

use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::Error;

/// The value of a `config.json` and where it is, for messages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConfigFile<'a> {
    pub(crate) value: &'a Value,
    pub(crate) path: &'a Path,
}

impl ConfigFile<'_> {
    /// The keys that a family reads.
    ///
    /// # Errors
    /// A key has another type than it should.
    pub(crate) fn keys<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_value(self.value.clone()).map_err(|source| Error::Json {
            path: self.path.to_owned(),
            source,
        })
    }

    /// What the file says against what is here.
    pub(crate) fn wrong(&self, key: &str, wanted: &str, given: &str) -> Error {
        Error::model(self.path, key, wanted, given)
    }

    /// Refuses sizes that are 0, by their keys.
    pub(crate) fn positive(&self, sizes: &[(&str, usize)]) -> Result<(), Error> {
        match sizes.iter().find(|(_, size)| *size == 0) {
            Some((key, _)) => Err(self.wrong(key, "a positive number", "0")),
            None => Ok(()),
        }
    }

    /// Refuses what a key is set to, if it is set and not to what is `wanted`; `at` leads to the key.
    pub(crate) fn only(&self, at: &[&str], wanted: impl Into<Value>) -> Result<(), Error> {
        let wanted = wanted.into();
        let given = at.iter().fold(self.value, |value, key| &value[*key]);
        if given.is_null() || *given == wanted {
            return Ok(());
        }
        let key = at.last().copied().unwrap_or_default();
        Err(self.wrong(key, &plain(&wanted), &plain(given)))
    }
}

/// A value as messages show it: strings without quotes.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
