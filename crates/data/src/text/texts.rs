use std::path::Path;

use super::cell::AsText;
use super::columns::Names;
use super::row_file::RowFile;
use crate::{Error, Example, Examples, RowKind, ScoreRange};

/// A file of texts, larger than memory if need be: `.jsonl` (or `.ndjson`), `.csv` or `.tsv`.
///
/// [`RowKind`] says which columns are understood. JSON: one object per line, blank lines do not count,
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
/// use tercet_data::{Example, Examples, RowKind, Texts};
/// let folder = tempfile::tempdir().expect("a place to write");
/// let path = folder.path().join("pairs.jsonl");
/// std::fs::write(&path, r#"{"anchor": "a", "positive": "b", "negative": "c", "id": 7}"#).expect("room");
/// let texts = Texts::open(&path)?;
/// assert_eq!((texts.len(), texts.kind(), texts.ignored()), (1, RowKind::Triplets, &["id".to_owned()][..]));
/// let Example::Tuple { anchor, positives, negatives } = texts.row(0)? else { panic!("a triplet") };
/// assert_eq!((anchor.as_str(), positives[0].as_str(), negatives[0].as_str()), ("a", "b", "c"));
/// # Ok::<(), tercet_data::Error>(())
/// ```
#[derive(Debug)]
pub struct Texts(RowFile);

impl Texts {
    /// Reads a file once, to find and to check its rows. Scores stay as they are.
    ///
    /// # Errors
    ///
    /// [`Error::Extension`], [`Error::Missing`], [`Error::Read`]; [`Error::NoRows`];
    /// [`Error::Columns`] where no [`RowKind`] fits the header or the first object; and for a row
    /// [`Error::Json`], [`Error::Utf8`], [`Error::Fields`], [`Error::Quote`], or [`Error::Cell`] for an
    /// empty text, a missing column, or a score that is no finite number, each with its line.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        RowFile::open(path.as_ref(), &Names::TEXTS, None, &mut AsText).map(Self)
    }

    /// As [`Texts::open`], with scores brought from this range to `[0, 1]`.
    ///
    /// # Errors
    ///
    /// Those of [`Texts::open`], and [`Error::Cell`] for a score outside the range.
    pub fn scored_in(path: impl AsRef<Path>, scores: ScoreRange) -> Result<Self, Error> {
        RowFile::open(path.as_ref(), &Names::TEXTS, Some(scores), &mut AsText).map(Self)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// What the rows are.
    pub fn kind(&self) -> RowKind {
        self.0.kind()
    }

    /// The columns of the header, or of the first object, that examples are not made of.
    pub fn ignored(&self) -> &[String] {
        self.0.ignored()
    }

    /// The class of each row `(n,)`, to be given to a [`Plan`](crate::Plan); empty unless rows are
    /// [`RowKind::Labelled`].
    pub fn labels(&self) -> &[u32] {
        &self.0.index().labels
    }

    /// The names of the classes, in their order; empty unless rows are [`RowKind::Labelled`].
    pub fn classes(&self) -> &[String] {
        &self.0.index().classes
    }

    /// The bytes that are held in memory: 8 per row, and for labelled rows 4 more and the names of
    /// the classes.
    pub fn held_bytes(&self) -> usize {
        self.0.index().held_bytes()
    }
}

impl Examples for Texts {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn row(&self, index: usize) -> Result<Example, Error> {
        self.0.row(index, &mut AsText)
    }
}
