//! Errors of this crate.

use std::path::{Path, PathBuf};

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
    /// A JSON file is not what it should be.
    #[error("{}: wanted a JSON file of a model", path.display())]
    Json {
        /// The file.
        path: PathBuf,
        /// What the reader says.
        source: serde_json::Error,
    },
    /// A model's files ask for what there is not here, or disagree with each other.
    #[error("{}: {key}: wanted {wanted}, given {given}", path.display())]
    Model {
        /// The file.
        path: PathBuf,
        /// Key in the file, or what it is about.
        key: String,
        /// What was wanted.
        wanted: String,
        /// What was given.
        given: String,
    },
    /// A tokenizer cannot be made from its file.
    #[error("{}: wanted a tokenizer", path.display())]
    Tokenizer {
        /// The file.
        path: PathBuf,
        /// What the reader says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A text cannot be cut into tokens.
    #[error("text {text}: wanted a text with tokens")]
    Tokenize {
        /// Which text, counted from 0.
        text: usize,
        /// What the tokenizer says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A sentence's tokens do not fit the network.
    #[error("sentence {sentence}: wanted {wanted}, given {given}")]
    Sentence {
        /// Which sentence, counted from 0.
        sentence: usize,
        /// What was wanted.
        wanted: String,
        /// What was given.
        given: String,
    },
    /// Pictures are not of the size that a network reads.
    #[error("pictures: wanted {wanted}, given {given}")]
    Pictures {
        /// What was wanted.
        wanted: String,
        /// What was given.
        given: String,
    },
    /// Rows are not as long as those that a network reads.
    #[error("vectors: wanted (n, {wanted}), given ({}, {})", given[0], given[1])]
    Vectors {
        /// Numbers per row that the network reads.
        wanted: usize,
        /// Rows, and numbers per row.
        given: [usize; 2],
    },
    /// A model cannot be fetched by its name.
    #[error(
        "{name}: wanted a folder, or the name of a model on a hub that can be reached; \
             download the model there and give its folder instead"
    )]
    Hub {
        /// Name of the model.
        name: String,
        /// What the client says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Error {
    /// A model's files ask for what there is not here, or disagree with each other.
    pub(crate) fn model(
        path: &Path,
        key: impl Into<String>,
        wanted: impl Into<String>,
        given: impl Into<String>,
    ) -> Self {
        Self::Model {
            path: path.to_owned(),
            key: key.into(),
            wanted: wanted.into(),
            given: given.into(),
        }
    }

    /// This error, of sentences that `start` others come before.
    pub(crate) fn after(self, start: usize) -> Self {
        match self {
            Self::Sentence {
                sentence,
                wanted,
                given,
            } => Self::Sentence {
                sentence: start + sentence,
                wanted,
                given,
            },
            other => other,
        }
    }
}
