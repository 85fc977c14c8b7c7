use std::path::Path;

use serde::de::DeserializeOwned;

use crate::Error;
use crate::files::whole;

/// One JSON document, whole; `layout` says in a message what it should have been.
///
/// # Errors
/// [`Error::Missing`], [`Error::Read`], [`Error::Document`].
pub(super) fn document<T: DeserializeOwned>(path: &Path, layout: &'static str) -> Result<T, Error> {
    let bytes = whole(path)?;
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
    serde_json::from_slice(text).map_err(|source| Error::Document {
        path: path.to_owned(),
        line: source.line(),
        column: source.column(),
        wanted: layout,
        source,
    })
}

/// Something in a document that does not fit the rest of it.
pub(super) fn misfit(
    path: &Path,
    place: String,
    wanted: &'static str,
    given: impl ToString,
) -> Error {
    Error::Entry {
        path: path.to_owned(),
        place,
        wanted,
        given: given.to_string(),
    }
}

/// A caption without blanks around it; none where nothing is left.
pub(super) fn caption(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}
