//! From text and flags to a recipe, or to an error that names file, line and key.

use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use toml::de::DeTable;

use super::message::{dotted, explain, unknown_key};
use super::{Place, Recipe, check, sets};
use crate::Error;

impl Recipe {
    /// Reads a file, then replaces the keys of `sets`, as [`parse`](Self::parse) does.
    ///
    /// # Errors
    /// [`Error::Io`] for a file that cannot be read, and those of [`parse`](Self::parse).
    pub fn read(path: &Path, sets: &[(String, String)]) -> Result<Self, Error> {
        Self::parse(&fs_err::read_to_string(path)?, path, sets)
    }

    /// Reads a text; `path` is named in errors. Each of `sets` is a dotted key and its new value, read as
    /// TOML where it is TOML and as a word where it is not: `("loss.margin", "0.3")`, `("data.path",
    /// "photos")`. Of two values for one key the last counts. Where another `kind` of loss, sampler or model
    /// is set, the other keys of that section start anew from that kind's defaults.
    ///
    /// # Errors
    /// [`Error::UnknownKey`] for a key that there is not, [`Error::Value`] for a text that is not TOML and
    /// for a value that its key cannot have, both with file and line or the flag.
    pub fn parse(text: &str, path: &Path, sets: &[(String, String)]) -> Result<Self, Error> {
        let source = Source { text, path };
        let recipe: Self = toml::from_str(text).map_err(|error| source.error(&error))?;
        let recipe = sets::apply(&recipe, sets)?;
        check::check(&recipe).map_err(|fault| Error::Value {
            place: sets::flag(sets, fault.key).unwrap_or_else(|| source.place_of(fault.key)),
            message: format!(
                "{}: wanted {}, given {}",
                fault.key, fault.wanted, fault.given
            ),
        })?;
        Ok(recipe)
    }

    /// A recipe from a table that may have been made of another one.
    pub(super) fn from_table(table: toml::Table) -> Result<Self, toml::de::Error> {
        Self::deserialize(table)
    }
}

/// The text of a recipe and the file it came from.
struct Source<'a> {
    text: &'a str,
    path: &'a Path,
}

impl Source<'_> {
    fn error(&self, error: &toml::de::Error) -> Error {
        let at = error.span().unwrap_or(0..0);
        let section = self.section(&at);
        let place = |at: &Range<usize>| self.place(Some(self.line(at.start)));
        match unknown_key(error.message()) {
            Some(unknown) => {
                let key = dotted(&section, &unknown.key);
                // Inside a section with a `kind` the reader names the section; the key stands below it.
                let place = self.find(&key).map_or_else(|| place(&at), |at| place(&at));
                unknown.error(place, key)
            }
            None => match self.named(&section, error.message()) {
                Some((key, at)) => Error::Value {
                    place: place(&at),
                    message: explain(&key, error.message()),
                },
                None => Error::Value {
                    place: place(&at),
                    message: self.describe(&section, &at, error.message()),
                },
            },
        }
    }

    /// The key of a section that a message begins with, `margin: wanted ...`, and where it is written. Inside a
    /// section with a `kind` the reader knows no more than the section.
    fn named(&self, section: &str, message: &str) -> Option<(String, Range<usize>)> {
        let (key, _) = message.split_once(": ")?;
        let key = dotted(section, key);
        let at = self.find(&key)?;
        Some((key, at))
    }

    /// The message, with the key that stands on the line, or else the section.
    fn describe(&self, section: &str, at: &Range<usize>, message: &str) -> String {
        let line = self.text.lines().nth(self.line(at.start) - 1);
        let key = line
            .and_then(|line| line.split_once('='))
            .map(|(key, _)| key.trim());
        match key {
            Some(key) => explain(&dotted(section, key), message),
            None => explain(section, message),
        }
    }

    /// The name of the section that holds a place in the text; empty above the first.
    fn section(&self, at: &Range<usize>) -> String {
        let headers = self.text[..self.text.len().min(at.end)].lines();
        let mut headers = headers.filter_map(|line| line.trim().strip_prefix('['));
        let last = headers.next_back().and_then(|line| line.split(']').next());
        let name = last.unwrap_or("").trim().to_owned();
        // An unknown section is itself the key that is wrong.
        if self.text.get(at.clone()) == Some(name.as_str()) {
            String::new()
        } else {
            name
        }
    }

    /// Where a dotted key is written.
    fn find(&self, key: &str) -> Option<Range<usize>> {
        let table = DeTable::parse(self.text).ok()?;
        let mut table = table.into_inner();
        let mut parts = key.split('.').peekable();
        while let Some(part) = parts.next() {
            let (name, value) = table.into_iter().find(|(name, _)| name.get_ref() == part)?;
            if parts.peek().is_none() {
                return Some(name.span());
            }
            table = match value.into_inner() {
                toml::de::DeValue::Table(table) => table,
                _ => return None,
            };
        }
        None
    }

    fn place_of(&self, key: &str) -> Place {
        self.place(self.find(key).map(|at| self.line(at.start)))
    }

    fn place(&self, line: Option<usize>) -> Place {
        Place::File {
            path: self.path.to_owned(),
            line,
        }
    }

    fn line(&self, at: usize) -> usize {
        self.text[..at.min(self.text.len())].matches('\n').count() + 1
    }
}
