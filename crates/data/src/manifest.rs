use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use csv::{StringRecord, Trim};

use crate::files::{Entry, Files, Found, Strict};
use crate::report::Report;
use crate::{Error, Split};

const COLUMNS: [&str; 4] = ["path", "label", "split", "group"];
const WANTED: &str = "path, label and optionally split, group";

/// A line of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Counted from 1; the header is usually line 1.
    pub line: u64,
    /// As it stands there, relative to the manifest.
    pub path: String,
    /// The class.
    pub label: String,
    /// None where the manifest has no such column.
    pub split: Option<Split>,
    /// None where the manifest has no such column, or nothing in it.
    pub group: Option<String>,
}

/// Opens a CSV table of pictures with the columns `path`, `label` and optionally `split` and
/// `group`, in any order.
///
/// Paths are relative to the folder of the table. Labels and groups are any text. A split is
/// `train`, `validation` (or `val`) or `test`, and all pictures of a class have the same. Items are
/// in the order of the lines. Blanks around fields do not count.
///
/// # Errors
///
/// [`Error::Missing`] or [`Error::Read`] for the table, those of [`rows`], [`Error::NoImages`];
/// under [`Strict::Yes`] the first picture that cannot be read.
pub fn manifest(path: impl AsRef<Path>, strict: Strict) -> Result<(Files, Report), Error> {
    let path = path.as_ref();
    let bytes = std::fs::read(path).map_err(|source| match source.kind() {
        ErrorKind::NotFound => Error::Missing {
            path: path.to_owned(),
            wanted: "file",
        },
        _ => Error::Read {
            path: path.to_owned(),
            source,
        },
    })?;
    let folder = path.parent().map_or_else(PathBuf::new, Path::to_owned);
    let entry = |row: Row| Entry {
        path: folder.join(&row.path),
        name: row.path,
        class: row.label,
        group: row.group,
        split: row.split,
    };
    let entries = rows(&bytes, path)?.into_iter().map(entry).collect();
    Files::open(
        Found {
            path: path.to_owned(),
            entries,
            unreadable: Vec::new(),
            others: 0,
        },
        strict,
    )
}

/// Reads the lines of a manifest; `path` is named in messages. No picture is looked at.
///
/// # Errors
///
/// [`Error::Columns`] for a column that is missing, unknown or there twice; [`Error::Line`] for a
/// line that is not CSV; [`Error::Cell`] for an empty path or label, a path that an earlier line
/// has, or an unknown split; [`Error::TwoSplits`] for a class in more than one split.
///
/// ```
/// use std::path::Path;
/// let rows = tercet_data::rows(b"label,path\ntabby,1.jpg\n", Path::new("cats.csv"))?;
/// assert_eq!((rows[0].line, rows[0].path.as_str()), (2, "1.jpg"));
/// assert_eq!(rows[0].label, "tabby");
/// # Ok::<(), tercet_data::Error>(())
/// ```
pub fn rows(bytes: &[u8], path: &Path) -> Result<Vec<Row>, Error> {
    // Spreadsheets put a byte-order mark before the first name.
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().trim(Trim::All).from_reader(text);
    let mut table = Table {
        path,
        text,
        places: [None; 4],
        lines: HashMap::new(),
        splits: HashMap::new(),
    };
    table.places = places(reader.headers().map_err(|error| table.line(error))?, path)?;
    reader
        .records()
        .map(|record| table.row(&record.map_err(|error| table.line(error))?))
        .collect()
}

/// Where each of our columns is.
fn places(header: &StringRecord, path: &Path) -> Result<[Option<usize>; 4], Error> {
    let places = COLUMNS.map(|column| header.iter().position(|name| name == column));
    let known = places.iter().flatten().count();
    if places[0].is_none() || places[1].is_none() || known < header.len() {
        let found = if header.is_empty() {
            "none".to_owned()
        } else {
            header.iter().collect::<Vec<_>>().join(", ")
        };
        return Err(Error::Columns {
            path: path.to_owned(),
            wanted: WANTED,
            found,
        });
    }
    Ok(places)
}

/// What the lines so far have said.
struct Table<'a> {
    path: &'a Path,
    text: &'a [u8],
    places: [Option<usize>; 4],
    /// The line of each picture.
    lines: HashMap<String, u64>,
    /// The split of each class.
    splits: HashMap<String, Split>,
}

impl Table<'_> {
    fn row(&mut self, record: &StringRecord) -> Result<Row, Error> {
        let line = self.number(record.position());
        let field = |column: usize| self.places[column].and_then(|place| record.get(place));
        let filled = |column: usize| match field(column) {
            Some("") | None => Err(self.cell(line, column, "some text".to_owned(), "nothing")),
            Some(text) => Ok(text.to_owned()),
        };
        let (path, label) = (filled(0)?, filled(1)?);
        let split = field(2).map(|name| self.split(line, name)).transpose()?;
        let group = field(3)
            .filter(|group| !group.is_empty())
            .map(str::to_owned);
        if let Some(earlier) = self.lines.insert(path.clone(), line) {
            return Err(self.cell(
                line,
                0,
                format!("a path that is not on line {earlier}"),
                &path,
            ));
        }
        self.agree(line, &label, split)?;
        Ok(Row {
            line,
            path,
            label,
            split,
            group,
        })
    }

    fn split(&self, line: u64, name: &str) -> Result<Split, Error> {
        match name {
            "train" => Ok(Split::Train),
            "validation" | "val" => Ok(Split::Validation),
            "test" => Ok(Split::Test),
            "" => Err(self.cell(line, 2, "train, validation or test".to_owned(), "nothing")),
            other => Err(self.cell(line, 2, "train, validation or test".to_owned(), other)),
        }
    }

    /// A class is in one split.
    fn agree(&mut self, line: u64, class: &str, split: Option<Split>) -> Result<(), Error> {
        let Some(second) = split else { return Ok(()) };
        let first = *self.splits.entry(class.to_owned()).or_insert(second);
        if first == second {
            return Ok(());
        }
        Err(Error::TwoSplits {
            path: self.path.to_owned(),
            line,
            class: class.to_owned(),
            first,
            second,
        })
    }

    fn cell(&self, line: u64, column: usize, wanted: String, given: &str) -> Error {
        Error::Cell {
            path: self.path.to_owned(),
            line,
            column: COLUMNS[column].to_owned(),
            wanted,
            given: given.to_owned(),
        }
    }

    fn line(&self, source: csv::Error) -> Error {
        let line = self.number(source.position());
        Error::Line {
            path: self.path.to_owned(),
            line,
            source,
        }
    }

    /// The line of a record. The reader gives the place where it began to look for it: empty lines
    /// may come first.
    fn number(&self, position: Option<&csv::Position>) -> u64 {
        let Some(position) = position else { return 1 };
        let ahead = self
            .text
            .get(position.byte() as usize..)
            .unwrap_or_default();
        let empty = ahead
            .iter()
            .take_while(|&&byte| byte == b'\n' || byte == b'\r');
        position.line() + empty.filter(|&&byte| byte == b'\n').count() as u64
    }
}
