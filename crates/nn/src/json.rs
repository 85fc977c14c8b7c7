//! JSON files.

use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::Error;

/// The value in a file.
///
/// # Errors
/// The file cannot be read, is not JSON, or has another value in it.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> Result<T, Error> {
    parse(&fs_err::read(path)?, path)
}

/// The value in a file, or the default where there is no such file.
///
/// # Errors
/// Those of [`read`] where there is one.
pub(crate) fn read_if_there<T: DeserializeOwned + Default>(path: &Path) -> Result<T, Error> {
    if path.is_file() {
        read(path)
    } else {
        Ok(T::default())
    }
}

/// The value in the bytes of a file.
///
/// # Errors
/// The bytes are not JSON or have another value in them.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8], path: &Path) -> Result<T, Error> {
    serde_json::from_slice(bytes).map_err(|source| Error::Json {
        path: path.to_owned(),
        source,
    })
}

/// Makes a configuration say that weights are 32-bit floats, where it says something else.
pub(crate) fn as_written(config: &mut Vec<u8>) {
    let Ok(mut value) = serde_json::from_slice::<Value>(config) else {
        return;
    };
    let mut changed = false;
    for key in ["torch_dtype", "dtype"] {
        if let Some(kind) = value.get_mut(key).filter(|kind| *kind != "float32") {
            *kind = "float32".into();
            changed = true;
        }
    }
    if changed {
        *config = pretty(&value);
    }
}

/// The bytes of a JSON file.
pub(crate) fn pretty(value: &Value) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).expect("a value is JSON");
    bytes.push(b'\n');
    bytes
}
