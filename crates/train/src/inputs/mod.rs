//! From what data sets hold to what networks take.
//!
//! A *cell* is what a row of a data set names: a text, or the place of an image or a vector in its set.

mod cache;
mod images;
mod input;
mod texts;
mod vectors;

pub(crate) use images::ImageInputs;
pub use input::Input;
pub(crate) use texts::TextInputs;
pub(crate) use vectors::VectorInputs;

use crate::Error;

/// The inputs of some cells.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) inputs: Vec<Input>,
    /// How many were cut because they were longer than the network reads.
    pub(crate) truncated: usize,
}

/// Turns cells into inputs, or, where an encoder is frozen, into what it gives of them.
pub(crate) trait Prepare<C>: Send + Sync {
    /// The inputs of cells as they are.
    ///
    /// # Errors
    /// A cell cannot be read.
    fn prepare(&self, cells: &[&C]) -> Result<Prepared, Error>;

    /// The inputs of cells for a training step, in the slots of its batch from `first` on, varied where the run varies them.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare).
    fn vary(&self, cells: &[&C], (step, first): (u64, usize)) -> Result<Prepared, Error> {
        let _ = (step, first);
        self.prepare(cells)
    }

    /// What is equal for cells of the same content.
    fn identity(&self, cell: &C) -> u64;

    /// Whether inputs are computed once and kept, so that no two threads should make them at a time.
    fn keeps(&self) -> bool {
        false
    }
}
