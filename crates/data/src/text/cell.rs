//! What the cells of a table are made into.

use super::columns::Column;
use super::fault::Fault;

/// Makes a cell of what stands in a table.
pub(crate) trait ReadCell {
    /// A text, or the number of a picture or of a vector.
    type Cell;

    /// Whether whole numbers of a JSON file are cells, too.
    const NUMBERS: bool = false;

    /// The cell; `text` is not empty.
    fn cell(&mut self, column: &Column, text: String) -> Result<Self::Cell, Fault>;
}

/// Texts as they stand there.
pub(super) struct AsText;

impl ReadCell for AsText {
    type Cell = String;

    fn cell(&mut self, _: &Column, text: String) -> Result<String, Fault> {
        Ok(text)
    }
}

/// Numbers of rows, below this one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Below(pub(crate) usize);

impl ReadCell for Below {
    type Cell = usize;

    const NUMBERS: bool = true;

    fn cell(&mut self, column: &Column, text: String) -> Result<usize, Fault> {
        let number = text.trim().parse().ok();
        let inside = number.filter(|&number| number < self.0);
        inside.ok_or_else(|| {
            let wanted = format!("the number of a row below {}", self.0);
            Fault::cell(&column.name, wanted, text)
        })
    }
}
