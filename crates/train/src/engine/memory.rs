//! The cross-batch memory of a run.

use std::path::Path;

use tercet_kernels::{Memory, Relation, Remembered, Rows};

use crate::Error;
use crate::recipe::MemoryRecipe;

/// Embeddings of past steps, and the ids that the rows of this step have among them.
#[derive(Debug, Clone)]
pub(crate) struct PastRows {
    pub(crate) memory: Memory<f32>,
    pub(crate) ids: Vec<u64>,
}

impl PastRows {
    /// An empty memory for embeddings of `dim` numbers.
    pub(crate) fn new(keys: &MemoryRecipe, dim: usize) -> Result<Self, Error> {
        Ok(Self {
            memory: Memory::new(keys.size, dim, keys.warmup_steps)?,
            ids: Vec::new(),
        })
    }

    /// Takes in the rows of a step.
    ///
    /// # Errors
    /// [`Error::Memory`] for rows that have no class each.
    pub(crate) fn push(&mut self, rows: Rows<'_, f32>, relation: &Relation) -> Result<(), Error> {
        let Relation::Classes(labels) = relation else {
            let given = relation.kind();
            return Err(Error::Memory { given });
        };
        self.ids = self.memory.push(rows, labels)?;
        Ok(())
    }

    /// What rows are compared with beside their batch, once the warm-up is over, and their own ids in it.
    pub(crate) fn ready(&self) -> Option<Remembered<'_, f32>> {
        self.memory.ready().then_some(Remembered {
            memory: &self.memory,
            ids: Some(&self.ids),
            weight: 1.0,
        })
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        postcard::to_stdvec(&self.memory).expect("numbers alone, in memory")
    }

    /// What [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    /// The file cannot be read, or is no such memory.
    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        let bytes = fs_err::read(path)?;
        let memory = postcard::from_bytes(&bytes).map_err(|source| Error::PastRows {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self {
            memory,
            ids: Vec::new(),
        })
    }
}
