//! The small JSON files of a picture model's folder.

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::Error;
use crate::json;

/// `head.json`: what comes after the network that others have trained.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct HeadConfig {
    /// Numbers that the linear map of `head.safetensors` gives; without, there is none.
    pub(super) dim: Option<usize>,
    pub(super) normalize: bool,
}

/// What is read of `preprocessor_config.json`.
#[derive(Debug, Deserialize)]
#[serde(default)]
struct Preprocessor {
    do_normalize: bool,
    image_mean: Option<[f32; 3]>,
    image_std: Option<[f32; 3]>,
}

impl Default for Preprocessor {
    fn default() -> Self {
        Self {
            do_normalize: true,
            image_mean: None,
            image_std: None,
        }
    }
}

/// Mean and standard deviation of red, green and blue in `[0, 1]`, by the folder's files or `otherwise`.
///
/// # Errors
/// A file is broken, or has a deviation that is not positive.
pub(super) fn levels(folder: &Path, otherwise: [[f32; 3]; 2]) -> Result<[[f32; 3]; 2], Error> {
    let path = folder.join("preprocessor_config.json");
    let preprocessor: Preprocessor = if path.is_file() {
        json::read(&path)?
    } else {
        within(&folder.join("processor_config.json"))?
    };
    if !preprocessor.do_normalize {
        return Ok([[0.0; 3], [1.0; 3]]);
    }
    let std = preprocessor.image_std.unwrap_or(otherwise[1]);
    if !std.iter().all(|std| *std > 0.0) {
        let given = format!("{std:?}");
        return Err(Error::model(
            &path,
            "image_std",
            "three positive numbers",
            &given,
        ));
    }
    Ok([preprocessor.image_mean.unwrap_or(otherwise[0]), std])
}

/// The settings that newer releases keep with those of text.
fn within(path: &Path) -> Result<Preprocessor, Error> {
    let mut both: Value = json::read_if_there(path)?;
    match both.get_mut("image_processor").map(Value::take) {
        Some(inside) => serde_json::from_value(inside).map_err(|source| Error::Json {
            path: path.to_owned(),
            source,
        }),
        None => Ok(Preprocessor::default()),
    }
}
