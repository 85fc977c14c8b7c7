//! From text and flags to a recipe, or to an error that names file, line and key.

use std::path::Path;

use serde::Deserialize;
use toml::{Table, Value};

use super::fault::Fault;
use super::reader::Reader;
use super::sets::{self, Set};
use super::text_source::TextSource;
use super::{Recipe, check, kinds};
use crate::Error;

impl Recipe {
    /// Reads a file, then replaces the keys of `sets`, as [`parse`](Self::parse) does.
    ///
    /// # Errors
    /// [`Error::Io`] for a file that cannot be read, and those of [`parse`](Self::parse).
    pub fn read(path: &Path, sets: &[Set]) -> Result<Self, Error> {
        Self::parse(&fs_err::read_to_string(path)?, path, sets)
    }

    /// Reads a text; `path` is named in errors. Each of `sets` is a dotted key and its new value, read as
    /// TOML where it is TOML and as a word where it is not: `("loss.margin", "0.3")`, `("data.path",
    /// "photos")`. Of two values for one key the last counts. Where another `kind` of loss, sampler or model
    /// is set, the other keys of that section start anew from that kind's defaults. Of several tables
    /// `[[loss]]` the second is `loss.1`; one more than there are is added: `("loss.1.kind", "norm")`.
    ///
    /// # Errors
    /// [`Error::Toml`] for a text that is not TOML, [`Error::UnknownKey`] for a key that there is not,
    /// [`Error::Value`] for a value that its key cannot have, all with file and line or the flag.
    pub fn parse(text: &str, path: &Path, sets: &[Set]) -> Result<Self, Error> {
        let source = TextSource { text, path };
        let recipe = Self::from_table(&source.table()?).map_err(|fault| source.error(fault))?;
        sets::apply(recipe, sets, &source)
    }

    /// A recipe of the keys of a table, not yet looked at as a whole.
    pub(super) fn from_table(table: &Table) -> Result<Self, Fault> {
        kinds::check(table)?;
        Self::deserialize(Reader(&Value::Table(table.clone())))
    }

    /// The recipe, if its keys fit together.
    pub(super) fn checked(self) -> Result<Self, Fault> {
        check::check(&self)?;
        Ok(self)
    }
}
