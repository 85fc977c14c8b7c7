//! Errors of this crate.

use std::path::PathBuf;

/// What can go wrong with a network and its files.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A size in a network's configuration makes no sense.
    #[error("{key}: wanted {wanted}, given {given}")]
    Config {
        /// Key of the configuration.
        key: &'static str,
        /// What was wanted.
        wanted: String,
        /// What was given.
        given: String,
    },
    /// A file cannot be read or written; the source names it.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// A weights file is not what it should be.
    #[error("{}: wanted weights in the safetensors format", path.display())]
    Safetensors {
        /// The file.
        path: PathBuf,
        /// What the reader says.
        source: safetensors::SafeTensorError,
    },
    /// A weights file lacks a tensor, or has it with another size or type.
    #[error("{}: {name}: wanted f32 {wanted:?}, given {given}", path.display())]
    Tensor {
        /// The file.
        path: PathBuf,
        /// Name of the tensor.
        name: String,
        /// Size the network has.
        wanted: Vec<usize>,
        /// What the file has.
        given: String,
    },

    /// Bytes that are not an optimiser's moments.
    #[error("moments: wanted {wanted}, given none")]
    Moments {
        /// What is missing.
        wanted: String,
    },
}
