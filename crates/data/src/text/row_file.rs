use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::cell::ReadCell;
use super::columns::{Columns, Names};
use super::fault::Fault;
use super::format::Format;
use super::index::Index;
use super::parse::example;
use super::record::{Record, is_closed};
use super::walk::{Walk, head, no_rows, open};
use crate::{Error, Example, RowKind, ScoreRange};

/// A table of rows in a file, whatever its cells are: read once to find and to check the rows, then row by row.
#[derive(Debug)]
pub(crate) struct RowFile {
    path: PathBuf,
    file: Mutex<File>,
    end: u64,
    format: Format,
    rules: Rules,
    ignored: Vec<String>,
    index: Index,
}

/// How every row of a file is read.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) columns: Columns,
    /// How many columns there are.
    pub(super) width: usize,
    /// The scores that there may be; none where they stay as they are.
    pub(super) scores: Option<ScoreRange>,
}

impl RowFile {
    /// # Errors
    /// Those of [`Texts::open`](super::Texts::open), what `read` refuses and scores out of their range.
    pub(crate) fn open(
        path: &Path,
        known: &Names,
        scores: Option<ScoreRange>,
        read: &mut impl ReadCell,
    ) -> Result<Self, Error> {
        let format = Format::of(path)?;
        let mut walk = Walk::new(format, open(path)?);
        let (begin, head) = head(path, &mut walk)?;
        let names = head.names();
        let columns = columns(path, &names, format, known)?;
        let ignored = columns.ignored(&names);
        let width = names.len();
        let rules = Rules {
            columns,
            width,
            scores,
        };
        // The first object is both the header and a row.
        let first = (format == Format::Json).then_some((begin, Ok(head)));
        let rows = first.into_iter().chain(walk);
        let index = Index::of(rows, &rules, read);
        let index = index.map_err(|(begin, fault)| fault.at(path, begin))?;
        let &last = index.begins.last().ok_or_else(|| no_rows(path))?;
        let (file, end) = reopen(path)?;
        let rows = Self {
            path: path.to_owned(),
            file: Mutex::new(file),
            end,
            format,
            ignored,
            rules,
            index,
        };
        rows.check_end().map_err(|fault| fault.at(path, last))?;
        Ok(rows)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn kind(&self) -> RowKind {
        self.rules.columns.kind()
    }

    pub(super) fn ignored(&self) -> &[String] {
        &self.ignored
    }

    pub(super) fn index(&self) -> &Index {
        &self.index
    }

    pub(crate) fn len(&self) -> usize {
        self.index.begins.len()
    }

    /// Row `index`.
    pub(crate) fn row<R: ReadCell>(
        &self,
        index: usize,
        read: &mut R,
    ) -> Result<Example<R::Cell>, Error> {
        let Some(&begin) = self.index.begins.get(index) else {
            return Err(Error::Index {
                wanted: self.index.begins.len(),
                given: index,
            });
        };
        self.parse(index, read)
            .map_err(|fault| fault.at(&self.path, begin))
    }

    /// A quoted field at the end of the file has to end.
    fn check_end(&self) -> Result<(), Fault> {
        if self.format != Format::Csv {
            return Ok(());
        }
        let last = self.bytes(self.index.begins.len() - 1);
        match is_closed(&last.map_err(Fault::Read)?) {
            true => Ok(()),
            false => Err(Fault::Quote),
        }
    }

    /// ManifestRow `index` as it stands in the file, up to the next one.
    fn bytes(&self, index: usize) -> std::io::Result<Vec<u8>> {
        let begins = &self.index.begins;
        let end = begins.get(index + 1).copied().unwrap_or(self.end);
        let mut bytes = vec![0; end.saturating_sub(begins[index]) as usize];
        // A thread that panicked while it held the file left nothing half done: the next one seeks.
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(begins[index]))?;
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn parse<R: ReadCell>(&self, index: usize, read: &mut R) -> Result<Example<R::Cell>, Fault> {
        let bytes = self.bytes(index).map_err(Fault::Read)?;
        let record = Record::of(self.format, &bytes)?;
        let label = self.index.labels.get(index).copied();
        let class = |_| label.unwrap_or_default();
        example(&record, &self.rules.columns, self.rules.scores, read, class)
    }
}

fn columns(path: &Path, names: &[String], format: Format, known: &Names) -> Result<Columns, Error> {
    let found = match names {
        [] => "none".to_owned(),
        names => names.join(", "),
    };
    Columns::find(names, format == Format::Json, known).ok_or_else(|| Error::Columns {
        path: path.to_owned(),
        wanted: known.wanted,
        found,
    })
}

/// The file once more, for the rows that are asked for, and its length.
fn reopen(path: &Path) -> Result<(File, u64), Error> {
    let file = open(path)?;
    let length = file.metadata().map_err(|source| Error::Read {
        path: path.to_owned(),
        source,
    })?;
    Ok((file, length.len()))
}
