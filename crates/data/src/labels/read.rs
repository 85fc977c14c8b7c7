use std::path::Path;

use crate::{Array, Error};

/// One label per row, in the words of its file: an array of whole numbers (`.npy`, `.safetensors`), or else a text in
/// UTF-8 with a label per line.
///
/// # Errors
/// [`Error::Missing`], [`Error::Read`]; [`Error::Array`] for an array of something else, a text that is not UTF-8 or
/// empty; [`Error::LabelLine`] for a blank line.
///
/// ```
/// let folder = tempfile::tempdir().expect("a place to write");
/// let path = folder.path().join("labels.txt");
/// std::fs::write(&path, "cat\ndog\ncat\n").expect("room");
/// assert_eq!(tercet_data::read_labels(&path)?, ["cat", "dog", "cat"]);
/// # Ok::<(), tercet_data::Error>(())
/// ```
pub fn read_labels(path: impl AsRef<Path>) -> Result<Vec<String>, Error> {
    let path = path.as_ref();
    if Array::is_named(path) {
        let numbers = Array::read(path, "labels")?.integers()?;
        return Ok(numbers.iter().map(ToString::to_string).collect());
    }
    let wrong = |wanted: &str, given: &str| Error::Array {
        path: path.to_owned(),
        wanted: wanted.to_owned(),
        given: given.to_owned(),
    };
    let text = String::from_utf8(crate::files::whole(path)?);
    let wanted =
        "labels as text in UTF-8, one per line, or a name that ends in .npy or .safetensors";
    let text = text.map_err(|_| wrong(wanted, "other bytes"))?;
    let text = text.trim_start_matches('\u{feff}');
    if text.is_empty() {
        return Err(wrong("a label per line", "an empty file"));
    }
    let each = (1..).zip(text.lines());
    each.map(|(line, text)| match text.trim() {
        "" => Err(Error::LabelLine {
            path: path.to_owned(),
            line,
            wanted: "a label",
            given: "a blank line".to_owned(),
        }),
        label => Ok(label.to_owned()),
    })
    .collect()
}
