use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::question::Labelling;
use super::rows::{RowSet, Table};
use crate::text::{Below, Names, RowFile};
use crate::{Array, Description, Error, Example, Examples, LabelKind, Split, Splits, read_labels};

/// Vectors that stand for the things to embed: rows of numbers `(n, d)`.
#[derive(Clone, PartialEq)]
pub struct Vectors {
    numbers: Vec<f32>,
    dim: usize,
}

impl Vectors {
    /// Reads the rows of a `.npy` or `.safetensors` file (its only tensor, or the one called `embeddings`): 16-, 32- or
    /// 64-bit floats `(n, d)`, rounded to 32 bits.
    ///
    /// # Errors
    /// Those of [`Array::read`] and [`Array::rows`]; [`Error::Array`] for a number that is not finite.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        let array = Array::read(path, "embeddings")?;
        let (_, dim) = array.rows()?;
        let numbers: Vec<f32> = array.floats()?;
        match numbers.iter().position(|number| !number.is_finite()) {
            None => Ok(Self { numbers, dim }),
            Some(place) => Err(Error::Array {
                path: array.path().to_owned(),
                wanted: "finite numbers".to_owned(),
                given: format!("{} in row {}", numbers[place], place / dim),
            }),
        }
    }

    /// How many vectors there are, `n`.
    pub fn len(&self) -> usize {
        self.numbers.len() / self.dim
    }

    /// Whether there is none: never, where a file was read.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Numbers per vector, `d`.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// All numbers `(n, d)`, row after row.
    pub fn numbers(&self) -> &[f32] {
        &self.numbers
    }

    /// Vector `index` `(d,)`.
    ///
    /// # Panics
    /// If there is no such vector.
    pub fn row(&self, index: usize) -> &[f32] {
        &self.numbers[index * self.dim..][..self.dim]
    }

    /// Some of the vectors `(m, d)`, row after row.
    ///
    /// # Panics
    /// If there is no such vector.
    pub fn gather(&self, indices: &[usize]) -> Vec<f32> {
        let rows = indices.iter().flat_map(|&index| self.row(index));
        rows.copied().collect()
    }
}

impl fmt::Debug for Vectors {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = out.debug_struct("Vectors");
        shown.field("len", &self.len()).field("dim", &self.dim);
        shown.finish_non_exhaustive()
    }
}

/// Labelled vectors with those of each split, as ascending row numbers.
#[derive(Debug, Clone)]
pub struct VectorSet {
    /// The vectors `(n, d)`.
    pub vectors: Arc<Vectors>,
    /// `(n,)`: the class of each, an index into `classes`.
    pub labels: Arc<[u32]>,
    /// The names of the classes, in their order.
    pub classes: Arc<[String]>,
    /// How the names of classes are read.
    pub kind: LabelKind,
    /// Which class is in which split.
    pub splits: Splits,
    /// Learnt from.
    pub train: Arc<[usize]>,
    /// Looked at while training.
    pub validation: Vec<usize>,
    /// Looked at once, at the end.
    pub test: Vec<usize>,
}

/// Rows whose cells are vectors.
#[derive(Debug, Clone)]
pub struct VectorRowSet {
    /// The rows; a cell is a row of `vectors`.
    pub rows: RowSet<usize>,
    /// The vectors.
    pub vectors: Arc<Vectors>,
}

pub(super) fn labelled(description: &Description, seed: u64) -> Result<VectorSet, Error> {
    let (vectors, rows) = read(description)?;
    let path = description.path()?;
    let written = read_labels(path)?;
    if written.len() != vectors.len() {
        return Err(Error::LabelCount {
            path: path.to_owned(),
            rows: rows.to_owned(),
            wanted: vectors.len(),
            given: written.len(),
        });
    }
    let (classes, labels) = numbered(&written);
    let labelling = Labelling {
        kind: description.labels,
        classes: &classes,
    };
    labelling.trainable(path, labels.iter().copied())?;
    let splits = description.splits(seed)?;
    let of: Vec<Split> = classes.iter().map(|class| splits.of(class)).collect();
    let members = |split| -> Vec<usize> {
        let inside = |&row: &usize| of[labels[row] as usize] == split;
        (0..labels.len()).filter(inside).collect()
    };
    let [train, validation, test] = [Split::Train, Split::Validation, Split::Test].map(members);
    for (split, share, rows) in [
        (Split::Validation, splits.validation(), &validation),
        (Split::Test, splits.test(), &test),
    ] {
        if share > 0.0 {
            labelling.askable(split, rows.iter().map(|&row| (labels[row], None)))?;
        }
    }
    Ok(VectorSet {
        vectors,
        kind: description.labels,
        splits,
        train: train.into(),
        validation,
        test,
        labels: labels.into(),
        classes: classes.into(),
    })
}

/// The vectors of a description, and their file.
fn read(description: &Description) -> Result<(Arc<Vectors>, &Path), Error> {
    let path = description.vectors.as_deref().unwrap_or(Path::new(""));
    Ok((Arc::new(Vectors::read(path)?), path))
}

/// The different names in order, and for each of the written its place.
fn numbered(written: &[String]) -> (Vec<String>, Vec<u32>) {
    let names: BTreeSet<&str> = written.iter().map(String::as_str).collect();
    let places: HashMap<&str, u32> = names.iter().copied().zip(0..).collect();
    let labels = written.iter().map(|name| places[name.as_str()]);
    (
        names.iter().map(|&name| name.to_owned()).collect(),
        labels.collect(),
    )
}

/// The rows of a file, with its cells as numbers of vectors.
struct VectorTable {
    file: RowFile,
    cells: Below,
}

impl Examples<usize> for VectorTable {
    fn len(&self) -> usize {
        self.file.len()
    }

    fn row(&self, index: usize) -> Result<Example<usize>, Error> {
        self.file.row(index, &mut self.cells.clone())
    }
}

pub(super) fn rows(description: &Description) -> Result<VectorRowSet, Error> {
    let (vectors, _) = read(description)?;
    let scores = description.score_range.unwrap_or_default();
    let rows = RowSet::open(description, |path| {
        let mut cells = Below(vectors.len());
        let file = RowFile::open(path, &Names::VECTORS, Some(scores), &mut cells)?;
        let kind = file.kind();
        Ok(Table::plain(VectorTable { file, cells }, kind, path))
    })?;
    Ok(VectorRowSet { rows, vectors })
}
