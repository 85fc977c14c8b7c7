use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::columns::{Columns, WANTED};
use super::fault::Fault;
use super::format::Format;
use super::index::Index;
use super::parse::example;
use super::record::{Record, is_closed};
use super::walk::{Walk, head, no_rows, open};
use crate::{Error, Example, Examples, Kind};

/// A file of texts, larger than memory if need be: `.jsonl` (or `.ndjson`), `.csv` or `.tsv`.
///
/// [`Kind`] says which columns are understood. JSON: one object per line, blank lines do not count,
/// and every object has the columns of the first. Tables have a header, and every row as many fields;
/// in `.tsv` a quote is a character like any other, as GLUE and STS-B write it. Text is UTF-8 and left
/// as it stands there. Labels are texts (in JSON also whole numbers or truth values), scores finite
/// numbers.
///
/// Opening reads the file once and checks every row, so a mistake on line 3,000,000 is known before
/// training begins. What stays in memory are 8 bytes per row, 4 more per label, and the names of the
/// classes; rows are read again when asked for, from any thread. The file must not change meanwhile.
///
/// ```
/// use tercet_data::{Example, Examples, Kind, Texts};
/// let folder = tempfile::tempdir().expect("a place to write");
/// let path = folder.path().join("pairs.jsonl");
/// std::fs::write(&path, r#"{"anchor": "a", "positive": "b", "negative": "c", "id": 7}"#).expect("room");
/// let texts = Texts::open(&path)?;
/// assert_eq!((texts.len(), texts.kind(), texts.ignored()), (1, Kind::Triplets, &["id".to_owned()][..]));
/// let Example::Tuple { anchor, positives, negatives } = texts.row(0)? else { panic!("a triplet") };
/// assert_eq!((anchor.as_str(), positives[0].as_str(), negatives[0].as_str()), ("a", "b", "c"));
/// # Ok::<(), tercet_data::Error>(())
/// ```
#[derive(Debug)]
pub struct Texts {
    path: PathBuf,
    file: Mutex<File>,
    end: u64,
    format: Format,
    columns: Columns,
    ignored: Vec<String>,
    index: Index,
}

impl Texts {
    /// Reads a file once, to find and to check its rows.
    ///
    /// # Errors
    ///
    /// [`Error::Extension`], [`Error::Missing`], [`Error::Read`]; [`Error::NoRows`];
    /// [`Error::Columns`] where no [`Kind`] fits the header or the first object; and for a row
    /// [`Error::Json`], [`Error::Utf8`], [`Error::Fields`], [`Error::Quote`], or [`Error::Cell`] for an
    /// empty text, a missing column, or a score that is no finite number, each with its line.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let format = Format::of(path)?;
        let mut walk = Walk::new(format, open(path)?);
        let (begin, head) = head(path, &mut walk)?;
        let names = head.names();
        let columns = columns(path, &names, format)?;
        // The first object is both the header and a row.
        let first = (format == Format::Json).then_some((begin, Ok(head)));
        let rows = first.into_iter().chain(walk);
        let index = Index::of(rows, &columns, names.len());
        let index = index.map_err(|(begin, fault)| fault.at(path, begin))?;
        let &last = index.begins.last().ok_or_else(|| no_rows(path))?;
        let (file, end) = reopen(path)?;
        let texts = Self {
            path: path.to_owned(),
            file: Mutex::new(file),
            end,
            format,
            ignored: columns.ignored(&names),
            columns,
            index,
        };
        texts.check_end().map_err(|fault| fault.at(path, last))?;
        Ok(texts)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the rows are.
    pub fn kind(&self) -> Kind {
        self.columns.kind()
    }

    /// The columns of the header, or of the first object, that examples are not made of.
    pub fn ignored(&self) -> &[String] {
        &self.ignored
    }

    /// The class of each row `(n,)`, to be given to a [`Plan`](crate::Plan); empty unless rows are
    /// [`Kind::Labelled`].
    pub fn labels(&self) -> &[u32] {
        &self.index.labels
    }

    /// The names of the classes, in their order; empty unless rows are [`Kind::Labelled`].
    pub fn classes(&self) -> &[String] {
        &self.index.classes
    }

    /// The bytes that are held in memory: 8 per row, and for labelled rows 4 more and the names of
    /// the classes.
    pub fn held_bytes(&self) -> usize {
        let Index {
            begins,
            labels,
            classes,
        } = &self.index;
        let names: usize = classes.iter().map(String::capacity).sum();
        size_of_val(begins.as_slice())
            + size_of_val(labels.as_slice())
            + size_of_val(classes.as_slice())
            + names
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

    /// Row `index` as it stands in the file, up to the next one.
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

    fn parse(&self, index: usize) -> Result<Example, Fault> {
        let bytes = self.bytes(index).map_err(Fault::Read)?;
        let record = Record::of(self.format, &bytes)?;
        let label = self.index.labels.get(index).copied();
        example(&record, &self.columns, |_| label.unwrap_or_default())
    }
}

impl Examples for Texts {
    fn len(&self) -> usize {
        self.index.begins.len()
    }

    fn row(&self, index: usize) -> Result<Example, Error> {
        let Some(&begin) = self.index.begins.get(index) else {
            return Err(Error::Index {
                wanted: self.index.begins.len(),
                given: index,
            });
        };
        self.parse(index)
            .map_err(|fault| fault.at(&self.path, begin))
    }
}

fn columns(path: &Path, names: &[String], format: Format) -> Result<Columns, Error> {
    let found = match names {
        [] => "none".to_owned(),
        names => names.join(", "),
    };
    Columns::find(names, format == Format::Json).ok_or_else(|| Error::Columns {
        path: path.to_owned(),
        wanted: WANTED,
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
