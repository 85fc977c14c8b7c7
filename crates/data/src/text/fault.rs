use std::borrow::Cow;
use std::path::Path;

use super::lines::line_at;
use crate::Error;

/// What is wrong with a row, before anyone has looked up its line.
#[derive(Debug)]
pub(crate) enum Fault {
    Json(serde_json::Error),
    Utf8,
    Fields {
        wanted: usize,
        given: usize,
    },
    Quote,
    Cell {
        column: String,
        wanted: Cow<'static, str>,
        given: String,
    },
    Read(std::io::Error),
}

impl Fault {
    pub(crate) fn cell(
        column: &str,
        wanted: impl Into<Cow<'static, str>>,
        given: impl Into<String>,
    ) -> Self {
        Self::Cell {
            column: column.to_owned(),
            wanted: wanted.into(),
            given: given.into(),
        }
    }

    /// The error of the row that begins at byte `offset`; its line is counted only now.
    pub(crate) fn at(self, path: &Path, offset: u64) -> Error {
        self.on_line(path, line_at(path, offset))
    }

    /// The error of a row on this line.
    pub(crate) fn on_line(self, path: &Path, line: u64) -> Error {
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
                wanted: wanted.into_owned(),
                given,
            },
            Self::Read(source) => Error::Read { path, source },
        }
    }
}
