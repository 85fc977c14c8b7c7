//! Embeddings of captions, cached in a file from run to run.

use std::collections::HashMap;
use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use tercet_nn::{SentenceModel, weights};
use xxhash_rust::xxh3::Xxh3;

use crate::{Error, files};

/// The name of the only tensor.
const NAME: &str = "embeddings";

/// The entry of the metadata that says of what they are.
const OF: &str = "of";

/// One row of `dim` numbers for each thing.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CaptionRows {
    pub(super) rows: Vec<f32>,
    pub(super) dim: usize,
}

impl CaptionRows {
    /// A number that is another for other captions or another encoder.
    pub(super) fn key(model: &SentenceModel, captions: &[Vec<String>]) -> u64 {
        let mut hash = Xxh3::new();
        for weight in weights(&model.encoder) {
            let numbers = weight
                .numbers
                .iter()
                .flat_map(|number| number.to_le_bytes());
            hash.update(&numbers.collect::<Vec<u8>>());
        }
        for caption in captions.iter().flatten() {
            hash.update(&(caption.len() as u64).to_le_bytes());
            hash.update(caption.as_bytes());
        }
        for count in captions.iter().map(Vec::len) {
            hash.update(&(count as u64).to_le_bytes());
        }
        hash.digest()
    }

    /// What a file holds, if it is there and of the same captions and encoder.
    ///
    /// # Errors
    /// It cannot be read, or is no such file: nothing of another kind is written over.
    pub(super) fn read(path: &Path, of: u64) -> Result<Option<Self>, Error> {
        if !path.is_file() {
            return Ok(None);
        }
        let bytes = fs_err::read(path)?;
        let wrong = || Error::Cache {
            path: path.to_owned(),
        };
        let (_, head) = SafeTensors::read_metadata(&bytes).map_err(|_| wrong())?;
        let said = head.metadata().as_ref().and_then(|said| said.get(OF));
        let said = said.ok_or_else(wrong)?;
        if *said != format!("{of:016x}") {
            return Ok(None);
        }
        let tensors = SafeTensors::deserialize(&bytes).map_err(|_| wrong())?;
        let tensor = tensors.tensor(NAME).map_err(|_| wrong())?;
        let [_, dim] = *tensor.shape() else {
            return Err(wrong());
        };
        let (numbers, _) = tensor.data().as_chunks::<4>();
        let rows = numbers.iter().map(|bytes| f32::from_le_bytes(*bytes));
        Ok(Some(Self {
            rows: rows.collect(),
            dim,
        }))
    }

    /// # Errors
    /// The file cannot be written.
    pub(super) fn write(&self, path: &Path, of: u64) -> Result<(), Error> {
        let bytes: Vec<u8> = self
            .rows
            .iter()
            .flat_map(|number| number.to_le_bytes())
            .collect();
        let shape = vec![self.rows.len() / self.dim, self.dim];
        let view = TensorView::new(Dtype::F32, shape, &bytes).map_err(Error::Weights)?;
        let said = HashMap::from([(OF.to_owned(), format!("{of:016x}"))]);
        let bytes = serialize([(NAME, view)], Some(said)).map_err(Error::Weights)?;
        files::write_file(path, &bytes)
    }
}
