use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::{
    DataLayout, Description, Error, Example, Examples, LabelKind, RowKind, Texts, nli,
    sts_benchmark,
};

/// Rows of one kind, from one file. A cell `C` is a text, or the number of a picture or of a vector.
pub struct Table<C = String> {
    /// The rows.
    pub examples: Arc<dyn Examples<C>>,
    /// What they are.
    pub kind: RowKind,
    /// `(n,)`: the class of each row, an index into `classes`; empty unless rows are [`RowKind::Labelled`].
    pub labels: Arc<[u32]>,
    /// The names of the classes, in their order; empty unless rows are [`RowKind::Labelled`].
    pub classes: Arc<[String]>,
    /// The file.
    pub path: PathBuf,
}

impl<C> Table<C> {
    /// Rows without labels.
    pub(super) fn plain(examples: impl Examples<C> + 'static, kind: RowKind, path: &Path) -> Self {
        Self {
            examples: Arc::new(examples),
            kind,
            labels: Arc::from([]),
            classes: Arc::from([]),
            path: path.to_owned(),
        }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.examples.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.examples.is_empty()
    }

    /// All rows, in order.
    ///
    /// # Errors
    /// A row cannot be read again.
    pub fn all(&self) -> Result<Vec<Example<C>>, Error> {
        (0..self.len()).map(|row| self.examples.row(row)).collect()
    }

    /// How many negatives an anchor is given, if nothing else is said: those of the first row, of a list at most one.
    ///
    /// # Errors
    /// The row cannot be read again.
    pub fn negatives(&self) -> Result<usize, Error> {
        let given = match self.examples.row(0)? {
            Example::Tuple { negatives, .. } => negatives.len(),
            _ => 0,
        };
        Ok(match self.kind {
            RowKind::Lists => given.min(1),
            _ => given,
        })
    }
}

impl<C> Clone for Table<C> {
    fn clone(&self) -> Self {
        Self {
            examples: self.examples.clone(),
            kind: self.kind,
            labels: self.labels.clone(),
            classes: self.classes.clone(),
            path: self.path.clone(),
        }
    }
}

impl<C> fmt::Debug for Table<C> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = out.debug_struct("Table");
        shown
            .field("path", &self.path)
            .field("kind", &self.kind)
            .field("rows", &self.len());
        shown.finish_non_exhaustive()
    }
}

/// Rows to learn from, and those that are held out, in files of their own.
pub struct RowSet<C = String> {
    /// Learnt from.
    pub train: Table<C>,
    /// Looked at while training.
    pub validation: Option<Table<C>>,
    /// Looked at once, at the end.
    pub test: Option<Table<C>>,
    /// How the names of classes are read.
    pub labels: LabelKind,
    /// Negatives of each anchor `k`: as the description says, else [`Table::negatives`] of the rows learnt from.
    pub negatives: usize,
}

impl<C> RowSet<C> {
    /// The files of a description.
    pub(super) fn open(
        description: &Description,
        mut open: impl FnMut(&Path) -> Result<Table<C>, Error>,
    ) -> Result<Self, Error> {
        let train = open(description.path()?)?;
        let mut held = |path: &Option<PathBuf>| path.as_deref().map(&mut open).transpose();
        Ok(Self {
            validation: held(&description.validation_path)?,
            test: held(&description.test_path)?,
            labels: description.labels,
            negatives: match description.negatives {
                Some(negatives) => negatives,
                None => train.negatives()?,
            },
            train,
        })
    }
}

impl<C> Clone for RowSet<C> {
    fn clone(&self) -> Self {
        Self {
            train: self.train.clone(),
            validation: self.validation.clone(),
            test: self.test.clone(),
            labels: self.labels,
            negatives: self.negatives,
        }
    }
}

impl<C> fmt::Debug for RowSet<C> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = out.debug_struct("RowSet");
        shown
            .field("train", &self.train)
            .field("validation", &self.validation)
            .field("test", &self.test);
        shown.finish_non_exhaustive()
    }
}

/// Texts in whatever layout.
pub(super) fn texts(description: &Description) -> Result<RowSet, Error> {
    RowSet::open(description, |path| match description.set {
        DataLayout::Nli => Ok(Table::plain(nli(path)?, RowKind::Lists, path)),
        DataLayout::StsBenchmark => {
            let rows = sts_benchmark(path)?;
            Ok(Table::plain(rows, RowKind::Scored, path))
        }
        _ => {
            let texts = Texts::scored_in(path, description.score_range.unwrap_or_default())?;
            for class in texts.classes() {
                description.labels.checked(class)?;
            }
            let (labels, classes) = (texts.labels().into(), texts.classes().into());
            let kind = texts.kind();
            Ok(Table {
                labels,
                classes,
                ..Table::plain(texts, kind, path)
            })
        }
    })
}
