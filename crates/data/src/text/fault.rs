use std::path::Path;

use super::lines::line_at;
use crate::Error;

/// What is wrong with a row, before anyone has looked up its line.
#[derive(Debug)]
pub(super) enum Fault {
    Json(serde_json::Error),
    Utf8,
    Fields {
        wanted: usize,
        given: usize,
    },
    Quote,
    Cell {
        column: String,
        wanted: &'static str,
        given: String,
    },
    Read(std::io::Error),
}

impl Fault {
    pub(super) fn cell(column: &str, wanted: &'static str, given: impl Into<String>) -> Self {
        Self::Cell {
            column: column.to_owned(),
            wanted,
            given: given.into(),
        }
    }

    /// The error of the row that begins at byte `offset`; its line is counted only now.
    pub(super) fn at(self, path: &Path, offset: u64) -> Error {
        let line = line_at(path, offset);
        let path = path.to_owned();
        match self {
            Self::Json(source) => Error::Json { path, line, source },
            Self::Utf8 => Error::Utf8 { path, line },
            Self::Fields { wanted, given } => Error::Fields {
                path,
                line,
                wanted,
                given,
            },
            Self::Quote => Error::Quote { path, line },
            Self::Cell {
                column,
                wanted,
                given,
            } => Error::Cell {
                path,
                line,
                column,
                wanted: wanted.to_owned(),
                given,
            },
            Self::Read(source) => Error::Read { path, source },
        }
    }
}
