//! Where something of a recipe was written.

use std::fmt;
use std::path::PathBuf;

/// Where something of a recipe was written, for error messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In a file, at a line (from 1) where it is known.
    File {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: Option<usize>,
    },
    /// In a flag `--set key=value`.
    Flag {
        /// What the flag sets.
        key: String,
        /// To what.
        value: String,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line: None } => write!(out, "{}", path.display()),
            Self::File {
                path,
                line: Some(line),
            } => write!(out, "{}, line {line}", path.display()),
            Self::Flag { key, value } => write!(out, "--set {key}={value}"),
        }
    }
}
