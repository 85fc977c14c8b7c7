//! The data set of a recipe, split by class.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use tercet_data::{Dataset, Feed, Plan, Preprocess, Report, Split, Splits, Strict};

use crate::Error;
use crate::run::{DataRecipe, DataSet, Recipe};

/// A data set with the items of each split, as ascending indices.
#[derive(Clone)]
pub struct Source {
    /// The pictures.
    pub dataset: Arc<dyn Dataset>,
    /// Which class is in which split.
    pub splits: Splits,
    /// Learnt from.
    pub train: Arc<[usize]>,
    /// Looked at while training.
    pub validation: Vec<usize>,
    /// Looked at once, at the end.
    pub test: Vec<usize>,
    /// What was passed over while reading files.
    pub report: Option<Report>,
}

impl Source {
    /// Opens the data set that a recipe names.
    ///
    /// # Errors
    /// The data set cannot be read; a split that was asked for has no class to ask about.
    pub fn open(recipe: &Recipe) -> Result<Self, Error> {
        let DataRecipe {
            validation, test, ..
        } = recipe.data;
        let splits = recipe.splits()?;
        let (dataset, report) = dataset(&recipe.data)?;
        let source = Self {
            train: splits.members(dataset.as_ref(), Split::Train).into(),
            validation: splits.members(dataset.as_ref(), Split::Validation),
            test: splits.members(dataset.as_ref(), Split::Test),
            splits,
            report,
            dataset,
        };
        source.check("validation", validation, &source.validation)?;
        source.check("test", test, &source.test)?;
        Ok(source)
    }

    /// What makes the batches of training.
    ///
    /// # Errors
    /// The sampler cannot draw from these classes.
    pub fn feed(&self, recipe: &Recipe, preprocess: Preprocess) -> Result<Feed, Error> {
        let items = self.dataset.items();
        let labels: Vec<u32> = self.train.iter().map(|&item| items[item].class).collect();
        Ok(Feed {
            dataset: self.dataset.clone(),
            plan: Arc::new(Plan::new(&recipe.sampler, &labels, recipe.seed)?),
            items: self.train.clone(),
            preprocess,
            augment: recipe.variation(),
            seed: recipe.seed,
        })
    }

    /// How many classes some items belong to.
    pub fn classes(&self, items: &[usize]) -> usize {
        let mut classes: Vec<u32> = self.labels(items).collect();
        classes.sort_unstable();
        classes.dedup();
        classes.len()
    }

    /// A split that was asked for must hold a question: two classes, one of them with two items that may
    /// be compared.
    fn check(&self, split: &'static str, fraction: f64, items: &[usize]) -> Result<(), Error> {
        let classes = self.classes(items);
        if fraction == 0.0 || (classes >= 2 && self.has_pair(items)) {
            return Ok(());
        }
        let all = self.dataset.classes().len();
        Err(Error::Split {
            split,
            classes,
            all,
        })
    }

    /// Whether two items of one class are in different groups, or in none.
    fn has_pair(&self, items: &[usize]) -> bool {
        let mut first: BTreeMap<u32, Option<u32>> = BTreeMap::new();
        let all = self.dataset.items();
        items
            .iter()
            .map(|&item| &all[item])
            .any(|item| match first.get(&item.class) {
                Some(group) => item.group.is_none() || item.group != *group,
                None => {
                    first.insert(item.class, item.group);
                    false
                }
            })
    }

    fn labels(&self, items: &[usize]) -> impl Iterator<Item = u32> {
        items.iter().map(|&item| self.dataset.items()[item].class)
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source")
            .field("splits", &self.splits)
            .field("train", &self.train.len())
            .field("validation", &self.validation.len())
            .field("test", &self.test.len())
            .finish_non_exhaustive()
    }
}

/// The pictures, and what was passed over.
fn dataset(data: &DataRecipe) -> Result<(Arc<dyn Dataset>, Option<Report>), Error> {
    let strict = if data.strict { Strict::Yes } else { Strict::No };
    let path = || data.path.as_deref().ok_or(Error::NoPath { set: data.set });
    let (dataset, report): (Arc<dyn Dataset>, _) = match data.set {
        DataSet::Emoji => (Arc::new(tercet_data::emoji()?), None),
        DataSet::Folder => {
            let (files, report) = tercet_data::folder(path()?, strict)?;
            (Arc::new(files), Some(report))
        }
        DataSet::Manifest => {
            let (files, report) = tercet_data::manifest(path()?, strict)?;
            (Arc::new(files), Some(report))
        }
        set => return Err(Error::NoPictures { set }),
    };
    let from = data.path.as_deref().unwrap_or(Path::new("emoji"));
    tercet_data::trainable(dataset.as_ref(), from)?;
    Ok((dataset, report))
}
