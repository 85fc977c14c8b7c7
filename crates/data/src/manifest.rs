use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::files::{Entry, Files, Found, Strict, whole};
use crate::report::OpeningReport;
use crate::text::{Column, Columns, Fault, Format, Names, Record, Walk, is_closed, only};
use crate::{Error, Split};

const COLUMNS: [&str; 4] = ["path", "label", "split", "group"];
const WANTED: &str = "path, label and optionally split, group";

/// A line of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestRow {
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

/// Opens a table of pictures with the columns `path`, `label` and optionally `split` and `group`, in any order: a
/// `.tsv` or `.jsonl` file, or one of any other name that holds CSV.
///
/// Paths are relative to the folder of the table. Labels and groups are any text. A split is
/// `train`, `validation` (or `val`) or `test`, and all pictures of a class have the same. Items are
/// in the order of the lines. Blanks around fields do not count.
///
/// # Errors
///
/// [`Error::Missing`] or [`Error::Read`] for the table, those of [`rows`], [`Error::NoImages`];
/// under [`Strict::Yes`] the first picture that cannot be read.
pub fn manifest(path: impl AsRef<Path>, strict: Strict) -> Result<(Files, OpeningReport), Error> {
    let path = path.as_ref();
    let bytes = whole(path)?;
    let folder = path.parent().map_or_else(PathBuf::new, Path::to_owned);
    let entry = |row: ManifestRow| Entry {
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

/// Reads the lines of a manifest; `path` is named in messages and tells the format. No picture is looked at.
///
/// # Errors
///
/// [`Error::Columns`] for a column that is missing, unknown or there twice; [`Error::Fields`], [`Error::Utf8`],
/// [`Error::Json`], [`Error::Quote`] for a line of another format; [`Error::Cell`] for an empty path or label, a path
/// that an earlier line has, or an unknown split; [`Error::TwoSplits`] for a class in more than one split.
///
/// ```
/// use std::path::Path;
/// let rows = tercet_data::rows(b"label,path\ntabby,1.jpg\n", Path::new("cats.csv"))?;
/// assert_eq!((rows[0].line, rows[0].path.as_str()), (2, "1.jpg"));
/// assert_eq!(rows[0].label, "tabby");
/// # Ok::<(), tercet_data::Error>(())
/// ```
pub fn rows(bytes: &[u8], path: &Path) -> Result<Vec<ManifestRow>, Error> {
    let format = Format::of(path).unwrap_or(Format::Csv);
    let mut lines = Lines {
        bytes,
        line: 1,
        at: 0,
    };
    let mut walk = Walk::new(format, bytes);
    let head = walk
        .next()
        .unwrap_or((0, Ok(Record::Fields(Default::default()))));
    let begin = head.0;
    let head = head
        .1
        .map_err(|fault| fault.on_line(path, lines.of(begin)))?;
    let mut table = Table {
        path,
        columns: ManifestColumns::of(&head.names(), path)?,
        names: head.names(),
        lines: HashMap::new(),
        splits: HashMap::new(),
    };
    // The first object is both the header and a row.
    let first = (format == Format::Json).then_some((begin, Ok(head)));
    let (mut rows, mut last) = (Vec::new(), begin);
    for (begin, record) in first.into_iter().chain(walk) {
        let line = lines.of(begin);
        let record = record.map_err(|fault| fault.on_line(path, line))?;
        rows.push(table.row(line, &record)?);
        last = begin;
    }
    match format == Format::Csv && !is_closed(&bytes[last as usize..]) {
        true => Err(Fault::Quote.on_line(path, lines.of(last))),
        false => Ok(rows),
    }
}

/// Whether the rows of a table are pictures with a label, and not tuples or pairs of pictures.
///
/// # Errors
/// [`Error::Missing`], [`Error::Read`]; a header that is neither.
pub(crate) fn is_labelled(path: &Path) -> Result<bool, Error> {
    let bytes = whole(path)?;
    let format = Format::of(path).unwrap_or(Format::Csv);
    let Some((_, Ok(head))) = Walk::new(format, bytes.as_slice()).next() else {
        return Ok(true);
    };
    let names = head.names();
    let ours = names.is_empty()
        || names
            .iter()
            .any(|name| COLUMNS[..2].contains(&name.as_str()));
    if ours {
        return Ok(true);
    }
    match Columns::find(&names, format == Format::Json, &Names::IMAGES) {
        Some(_) => Ok(false),
        None => Err(Error::Columns {
            path: path.to_owned(),
            wanted: Names::IMAGES.wanted,
            found: names.join(", "),
        }),
    }
}

/// Where each of our columns is.
struct ManifestColumns {
    width: usize,
    path: Column,
    label: Column,
    split: Option<Column>,
    group: Option<Column>,
}

impl ManifestColumns {
    fn of(names: &[String], path: &Path) -> Result<Self, Error> {
        let find = || {
            let [file, label, split, group] = COLUMNS.map(|column| only(names, column));
            let known = [&file, &label, &split, &group]
                .into_iter()
                .flatten()
                .count();
            Some(Self {
                width: Some(names.len()).filter(|&width| width == known)?,
                path: file?,
                label: label?,
                split,
                group,
            })
        };
        find().ok_or_else(|| Error::Columns {
            path: path.to_owned(),
            wanted: WANTED,
            found: match names.join(", ") {
                found if found.is_empty() => "none".to_owned(),
                found => found,
            },
        })
    }
}

/// What the lines so far have said.
struct Table<'a> {
    path: &'a Path,
    columns: ManifestColumns,
    /// Those of the header, or of the first object.
    names: Vec<String>,
    /// The line of each picture.
    lines: HashMap<String, u64>,
    /// The split of each class.
    splits: HashMap<String, Split>,
}

impl Table<'_> {
    fn row(&mut self, line: u64, record: &Record) -> Result<ManifestRow, Error> {
        let row = self.fields(line, record);
        let row = row.map_err(|fault| fault.on_line(self.path, line))?;
        if let Some(earlier) = self.lines.insert(row.path.clone(), line) {
            let wanted = format!("a path that is not on line {earlier}");
            let fault = Fault::cell(COLUMNS[0], wanted, row.path);
            return Err(fault.on_line(self.path, line));
        }
        self.agree(line, &row.label, row.split)?;
        Ok(row)
    }

    fn fields(&self, line: u64, record: &Record) -> Result<ManifestRow, Fault> {
        let columns = &self.columns;
        record.check_width(columns.width)?;
        record.check_keys(&self.names)?;
        let (split, group) = (columns.split.as_ref(), columns.group.as_ref());
        Ok(ManifestRow {
            line,
            path: record.label(&columns.path)?,
            label: record.label(&columns.label)?,
            split: split.map(|column| record.split(column)).transpose()?,
            group: match group {
                Some(column) => record.optional(column)?,
                None => None,
            },
        })
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
}

/// Counts lines on the way through a file.
struct Lines<'a> {
    bytes: &'a [u8],
    line: u64,
    at: usize,
}

impl Lines<'_> {
    /// The line of the row that is looked for from a byte on, not before the last one: empty lines may come first.
    fn of(&mut self, begin: u64) -> u64 {
        let begin = (begin as usize).clamp(self.at, self.bytes.len());
        self.line += newlines(&self.bytes[self.at..begin]);
        self.at = begin;
        let ahead = &self.bytes[begin..];
        let empty = ahead.iter().take_while(|byte| b"\r\n".contains(byte));
        self.line + newlines(&ahead[..empty.count()])
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|&&byte| byte == b'\n').count() as u64
}
