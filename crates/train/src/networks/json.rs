//! JSON files of models.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::Error;

/// Pretty JSON with a newline at the end.
pub(crate) fn json<T: Serialize>(value: &T) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(value).expect("plain data with string keys is JSON");
    text.push(b'\n');
    text
}

/// Reads a JSON file.
pub(super) fn read_json<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, Error> {
    let bytes = fs_err::read(path)?;
    serde_json::from_slice(&bytes).map_err(|source| Error::Format {
        path: path.to_owned(),
        source,
    })
}

/// What every `config.json` says of its network.
#[derive(Deserialize)]
struct Kind {
    model_type: Option<String>,
    /// timm's name.
    architecture: Option<String>,
}

/// The kind of network that a `config.json` is of.
pub(super) fn kind(config: &Path) -> Result<Option<String>, Error> {
    let Kind {
        model_type,
        architecture,
    } = read_json(config)?;
    Ok(model_type.or(architecture))
}
