//! What types alone cannot refuse.

use std::path::Path;

use super::{DataLayout, Description};
use crate::Error;

impl Description {
    /// Whether the keys fit together, before any file is looked at.
    ///
    /// # Errors
    /// [`Error::Key`] names the key: a path that is missing or not wanted, a share outside `[0, 1)` or two whose sum is 1
    /// or more, a key of another kind of data.
    pub fn check(&self) -> Result<(), Error> {
        share("data.validation", self.validation)?;
        share("data.test", self.test)?;
        self.file()?;
        self.of_its_kind()?;
        match self.validation + self.test {
            sum if sum >= 1.0 => Err(fault(
                "data.validation",
                "a sum with data.test below 1",
                sum,
            )),
            _ => Ok(()),
        }
    }

    /// The path where one is needed, and none where it is not.
    fn file(&self) -> Result<(), Error> {
        match (self.set, &self.path) {
            (set, Some(path)) if set.is_embedded() => {
                let wanted = "none with data.set = \"emoji\"";
                Err(fault("data.path", wanted, path.display()))
            }
            (set, None) if !set.is_embedded() => Err(fault("data.path", wanted(set), "none")),
            _ => Ok(()),
        }
    }

    /// Keys that have a meaning for some kinds of data alone.
    fn of_its_kind(&self) -> Result<(), Error> {
        let set = self.set;
        match (&self.vectors, set) {
            (Some(path), set) if set != DataLayout::Vectors => {
                let wanted = "none but with data.set = \"vectors\"";
                return Err(fault("data.vectors", wanted, path.display()));
            }
            (None, DataLayout::Vectors) => {
                let wanted = "the .npy or .safetensors file of the vectors";
                return Err(fault("data.vectors", wanted, "none"));
            }
            _ => {}
        }
        use DataLayout::{Manifest, Texts, Vectors};
        let rows = matches!(set, Texts | Manifest | Vectors);
        match self.score_range {
            Some(range) if !rows => {
                let wanted = "none but for rows of pairs with a score";
                Err(fault("data.score_range", wanted, range))
            }
            _ => Ok(()),
        }
    }

    /// The path, which every set but the embedded ones has.
    pub(crate) fn path(&self) -> Result<&Path, Error> {
        let path = self.path.as_deref();
        path.ok_or_else(|| fault("data.path", wanted(self.set), "none"))
    }
}

fn wanted(set: DataLayout) -> &'static str {
    match set {
        DataLayout::Folder => "the folder of the pictures",
        DataLayout::Manifest => "the table of the pictures",
        DataLayout::Vectors => "the file of labels, or the table of rows",
        set if set.is_text() => "the file of the texts",
        _ => "the file of the captions",
    }
}

fn share(key: &'static str, given: f64) -> Result<(), Error> {
    if (0.0..1.0).contains(&given) {
        return Ok(());
    }
    Err(fault(key, "a number of at least 0 and below 1", given))
}

fn fault(key: &'static str, wanted: &'static str, given: impl ToString) -> Error {
    Error::Key {
        key,
        wanted,
        given: given.to_string(),
    }
}
