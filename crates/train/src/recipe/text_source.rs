//! The text of a recipe, in which keys have lines.

use std::ops::Range;
use std::path::Path;

use toml::Table;
use toml::de::{DeTable, DeValue};

use super::Place;
use super::fault::Fault;
use crate::Error;

/// The text of a recipe and the file it came from.
pub(super) struct TextSource<'a> {
    pub(super) text: &'a str,
    pub(super) path: &'a Path,
}

impl TextSource<'_> {
    /// What is written.
    ///
    /// # Errors
    /// [`Error::Toml`] with the line where the text is not TOML.
    pub(super) fn table(&self) -> Result<Table, Error> {
        self.text.parse().map_err(|error: toml::de::Error| {
            let at = error.span().unwrap_or(0..0);
            Error::Toml {
                place: self.place(Some(&at)),
                message: error.message().to_owned(),
            }
        })
    }

    /// The error of a key, where it is written.
    pub(super) fn error(&self, fault: Fault) -> Error {
        let place = self.place(self.find(&fault.key).as_ref());
        fault.at(place)
    }

    /// Where a dotted key is written, or the innermost section or list around it that is.
    fn find(&self, key: &str) -> Option<Range<usize>> {
        let table = DeTable::parse(self.text).ok()?;
        let mut at = None;
        let mut value = DeValue::Table(table.into_inner());
        let mut rest = key;
        while !rest.is_empty() {
            let Some((span, inner, after)) = step(value, rest) else {
                break;
            };
            (at, value, rest) = (Some(span), inner, after);
        }
        at
    }

    fn place(&self, at: Option<&Range<usize>>) -> Place {
        let line = |at: &Range<usize>| {
            let before = &self.text.as_bytes()[..at.start.min(self.text.len())];
            before.iter().filter(|&&byte| byte == b'\n').count() + 1
        };
        Place::File {
            path: self.path.to_owned(),
            line: at.map(line),
        }
    }
}

/// One step into a value along a dotted key: where the part is written, what stands there, and the parts that follow.
fn step<'t, 'k>(value: DeValue<'t>, key: &'k str) -> Option<(Range<usize>, DeValue<'t>, &'k str)> {
    match value {
        // A key in quotes may have dots in it.
        DeValue::Table(table) => table.into_iter().find_map(|(name, value)| {
            let rest = after(key, name.get_ref())?;
            Some((name.span(), value.into_inner(), rest))
        }),
        DeValue::Array(list) => list.into_iter().enumerate().find_map(|(index, value)| {
            let rest = after(key, &index.to_string())?;
            Some((value.span(), value.into_inner(), rest))
        }),
        _ => None,
    }
}

/// What follows the first part of a dotted key.
fn after<'k>(key: &'k str, part: &str) -> Option<&'k str> {
    match key.strip_prefix(part)? {
        "" => Some(""),
        rest => rest.strip_prefix('.'),
    }
}
