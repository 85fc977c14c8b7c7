//! From rows of numbers to what a network takes.

use std::sync::Arc;

use tercet_data::Vectors;

use super::{Input, Prepare, Prepared};
use crate::Error;

/// Rows of numbers as they are. Cells are places in the set.
#[derive(Clone)]
pub(crate) struct VectorInputs(pub(crate) Arc<Vectors>);

impl Prepare<usize> for VectorInputs {
    fn prepare(&self, cells: &[&usize]) -> Result<Prepared, Error> {
        let rows = cells
            .iter()
            .map(|&&cell| Input::Vector(self.0.row(cell).into()));
        Ok(Prepared {
            inputs: rows.collect(),
            truncated: 0,
        })
    }

    fn identity(&self, cell: &usize) -> u64 {
        *cell as u64
    }
}
