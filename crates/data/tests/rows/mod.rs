//! Files of texts to try things on.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(dead_code, reason = "each test binary uses some of it")]

use std::path::PathBuf;

use tempfile::TempDir;
use tercet_data::{Error, Example, Examples, Texts};

/// A file of this name and content, and the folder that goes away with it.
pub(crate) fn file(name: &str, content: impl AsRef<[u8]>) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    (folder, path)
}

/// The file's rows.
pub(crate) fn read(name: &str, content: impl AsRef<[u8]>) -> Vec<Example> {
    let (_folder, path) = file(name, content);
    let texts = Texts::open(path).unwrap();
    (0..texts.len())
        .map(|row| texts.row(row).unwrap())
        .collect()
}

/// What the file is refused with; the folder is taken out of the message.
pub(crate) fn refused(name: &str, content: impl AsRef<[u8]>) -> (Error, String) {
    let (folder, path) = file(name, content);
    let error = Texts::open(path).unwrap_err();
    let place = format!("{}/", folder.path().display());
    let message = error.to_string().replace(&place, "");
    (error, message)
}

/// A tuple.
pub(crate) fn tuple(anchor: &str, positives: &[&str], negatives: &[&str]) -> Example {
    let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    Example::Tuple {
        anchor: anchor.to_owned(),
        positives: owned(positives),
        negatives: owned(negatives),
    }
}

/// A pair with a score.
pub(crate) fn scored(a: &str, b: &str, score: f64) -> Example {
    let (a, b) = (a.to_owned(), b.to_owned());
    Example::Scored { a, b, score }
}
