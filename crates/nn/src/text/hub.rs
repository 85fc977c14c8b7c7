//! Models by name.

use std::path::{Path, PathBuf};

use crate::error::Error;

/// The folder itself, or the one that a model's name is fetched to.
///
/// # Errors
/// There is no such folder, and nothing can be fetched by this name.
pub(super) fn folder(given: &Path) -> Result<PathBuf, Error> {
    match given.to_str().filter(|name| is_name(name)) {
        Some(name) if !given.exists() => fetch(name).map_err(|source| Error::Hub {
            name: name.to_owned(),
            source,
        }),
        _ => Ok(given.to_owned()),
    }
}

/// Whether this is `owner/name`, in the letters that the hub allows.
fn is_name(given: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let good = |part: &str| part.chars().all(allowed) && part.starts_with(char::is_alphanumeric);
    given
        .split_once('/')
        .is_some_and(|(owner, name)| good(owner) && good(name))
}

#[cfg(feature = "hub")]
fn fetch(name: &str) -> Result<PathBuf, Box<dyn std::error::Error + Send + Sync>> {
    use hf_hub::Cache;
    use hf_hub::api::sync::ApiBuilder;

    /// Fetched last, so that where it is, all is.
    const LAST: &str = "config.json";
    let parent = |file: PathBuf| file.parent().map(Path::to_owned).unwrap_or_default();
    if let Some(file) = Cache::from_env().model(name.to_owned()).get(LAST) {
        return Ok(parent(file));
    }
    let api = ApiBuilder::from_env().with_progress(false).build()?;
    let model = api.model(name.to_owned());
    let files = model
        .info()?
        .siblings
        .into_iter()
        .map(|file| file.rfilename);
    for file in files.filter(|file| file != LAST && is_read(file)) {
        model.get(&file)?;
    }
    Ok(parent(model.get(LAST)?))
}

#[cfg(not(feature = "hub"))]
fn fetch(_: &str) -> Result<PathBuf, Box<dyn std::error::Error + Send + Sync>> {
    Err("built without the feature `hub`".into())
}

/// Whether a file of a model is one that is read or passed on: settings, tokenizers, weights, but for the
/// copies in the formats of other programs, which have folders of their own.
#[cfg(any(feature = "hub", test))]
fn is_read(file: &str) -> bool {
    let kind = Path::new(file).extension().and_then(|kind| kind.to_str());
    let other = ["onnx/", "openvino/", "coreml/", "rust/", "original/"];
    matches!(kind, Some("json" | "txt" | "model" | "safetensors"))
        && other.iter().all(|folder| !file.starts_with(folder))
}

#[cfg(test)]
mod tests {
    use super::{is_name, is_read};

    #[test]
    fn names_by_hand() {
        for name in ["sentence-transformers/all-MiniLM-L6-v2", "a/b.c_d"] {
            assert!(is_name(name), "{name}");
        }
        for path in [
            "model", "./model", "../a/b", "a/b/c", "/a/b", "a/", "a/.b", "a b/c",
        ] {
            assert!(!is_name(path), "{path}");
        }
    }

    #[test]
    fn files_by_hand() {
        for file in [
            "config.json",
            "1_Pooling/config.json",
            "vocab.txt",
            "model.safetensors",
        ] {
            assert!(is_read(file), "{file}");
        }
        for file in [
            "onnx/config.json",
            "pytorch_model.bin",
            "README.md",
            "tf_model.h5",
        ] {
            assert!(!is_read(file), "{file}");
        }
    }
}
