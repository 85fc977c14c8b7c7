//! Models by name.

use std::path::{Path, PathBuf};

use crate::error::Error;

/// The folder itself, or the one that a model's name is fetched to.
///
/// # Errors
/// There is no such folder, and nothing can be fetched by this name.
pub(super) fn folder(given: &Path) -> Result<PathBuf, Error> {
    Ok(given.to_owned())
}
