use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::question::{Labelling, distinct};
use crate::{
    DataLayout, Dataset, Description, Error, LabelKind, OpeningReport, Split, Splits, Strict,
    folder, manifest,
};

/// Labelled pictures with the items of each split, as ascending indices.
#[derive(Clone)]
pub struct ImageSet {
    /// The pictures.
    pub dataset: Arc<dyn Dataset>,
    /// How the names of classes are read.
    pub labels: LabelKind,
    /// Which class is in which split.
    pub splits: Splits,
    /// Learnt from.
    pub train: Arc<[usize]>,
    /// Looked at while training.
    pub validation: Vec<usize>,
    /// Looked at once, at the end.
    pub test: Vec<usize>,
    /// What was passed over while reading files; none for a data set of one's own.
    pub report: Option<OpeningReport>,
}

impl ImageSet {
    /// A data set of one's own, split by class: each split that has a share must hold a question.
    ///
    /// # Errors
    /// [`Error::NoImages`], [`Error::OneClass`], [`Error::NoPairs`], [`Error::NothingShared`], [`Error::Label`] where
    /// nothing can be learnt from the labels; [`Error::SmallSplit`] for a split without two classes, one of them with
    /// two items of different groups or of none.
    pub fn new(
        dataset: Arc<dyn Dataset>,
        labels: LabelKind,
        splits: Splits,
    ) -> Result<Self, Error> {
        Self::from(Path::new("data"), dataset, labels, splits)
    }

    /// As [`ImageSet::new`]; messages name where it is from.
    fn from(
        path: &Path,
        dataset: Arc<dyn Dataset>,
        labels: LabelKind,
        splits: Splits,
    ) -> Result<Self, Error> {
        let labelling = Labelling {
            kind: labels,
            classes: dataset.classes(),
        };
        labelling.trainable(path, dataset.items().iter().map(|item| item.class))?;
        let set = Self {
            train: splits.members(dataset.as_ref(), Split::Train).into(),
            validation: splits.members(dataset.as_ref(), Split::Validation),
            test: splits.members(dataset.as_ref(), Split::Test),
            labels,
            splits,
            report: None,
            dataset,
        };
        for (split, share, items) in [
            (Split::Validation, splits.validation(), &set.validation),
            (Split::Test, splits.test(), &set.test),
        ] {
            if share > 0.0 {
                set.labelling()
                    .askable(split, set.labels_and_groups(items))?;
            }
        }
        Ok(set)
    }

    fn labelling(&self) -> Labelling<'_> {
        Labelling {
            kind: self.labels,
            classes: self.dataset.classes(),
        }
    }

    fn labels_and_groups(&self, items: &[usize]) -> impl Iterator<Item = (u32, Option<u32>)> {
        let all = self.dataset.items();
        items.iter().map(|&item| (all[item].class, all[item].group))
    }

    /// The classes of some items `(n,)`, as indices into [`Dataset::classes`]: what a [`Plan`](crate::Plan) over them is
    /// made from.
    pub fn classes_of(&self, items: &[usize]) -> Vec<u32> {
        self.labels_and_groups(items)
            .map(|(class, _)| class)
            .collect()
    }

    /// How many classes some items belong to.
    pub fn count_classes(&self, items: &[usize]) -> usize {
        distinct(self.classes_of(items))
    }

    /// The items to judge a model on that was trained elsewhere: those held out for the test and the split's name, or
    /// all of them where none are.
    pub fn judged(&self) -> (Vec<usize>, Option<Split>) {
        match self.test.as_slice() {
            [] => ((0..self.dataset.items().len()).collect(), None),
            test => (test.to_vec(), Some(Split::Test)),
        }
    }
}

impl fmt::Debug for ImageSet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = out.debug_struct("ImageSet");
        shown
            .field("splits", &self.splits)
            .field("train", &self.train.len())
            .field("validation", &self.validation.len())
            .field("test", &self.test.len());
        shown.finish_non_exhaustive()
    }
}

/// The pictures of a description, unsplit: for who wants to look at them all. The classes need not be such that one can
/// learn from them.
///
/// # Errors
/// The pictures cannot be read; [`Error::Key`] for a description of something else than labelled pictures;
/// [`Error::NoEmoji`].
pub fn images(description: &Description) -> Result<(Arc<dyn Dataset>, OpeningReport), Error> {
    let strict = match description.strict {
        true => Strict::Yes,
        false => Strict::No,
    };
    match description.set {
        DataLayout::Emoji => embedded(),
        DataLayout::Folder => {
            let (files, report) = folder(description.path()?, strict)?;
            Ok((Arc::new(files), report))
        }
        DataLayout::Manifest => {
            let (files, report) = manifest(description.path()?, strict)?;
            Ok((Arc::new(files), report))
        }
        set => Err(Error::Key {
            key: "data.set",
            wanted: "labelled pictures",
            given: set.to_string(),
        }),
    }
}

pub(super) fn open(description: &Description, seed: u64) -> Result<ImageSet, Error> {
    let (dataset, report) = images(description)?;
    let path = description.path.as_deref().unwrap_or(Path::new("emoji"));
    let splits = description.splits(seed)?;
    let set = ImageSet::from(path, dataset, description.labels, splits)?;
    Ok(ImageSet {
        report: Some(report),
        ..set
    })
}

#[cfg(feature = "emoji")]
fn embedded() -> Result<(Arc<dyn Dataset>, OpeningReport), Error> {
    let emoji = crate::emoji()?;
    let report = emoji.report();
    Ok((Arc::new(emoji), report))
}

#[cfg(not(feature = "emoji"))]
fn embedded() -> Result<(Arc<dyn Dataset>, OpeningReport), Error> {
    Err(Error::NoEmoji {
        set: DataLayout::Emoji,
    })
}
