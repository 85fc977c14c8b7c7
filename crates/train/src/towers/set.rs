//! Pictures with captions.

use std::collections::BTreeSet;
use std::sync::Arc;

use tercet_data::{Dataset, Grades, Split, Threshold, Thresholds};

use super::grades::grades;
use super::source::Source;
use crate::run::{DataRecipe, Recipe};
use crate::{Error, event::Amount};

/// Pictures of classes, captions of the same classes, and how relevant one class is to another.
pub(super) struct Captioned {
    pub(super) dataset: Arc<dyn Dataset>,
    /// Of each class, at least one.
    pub(super) captions: Arc<[Vec<String>]>,
    pub(super) grades: Grades,
    rungs: Option<Rungs>,
    /// Pictures to learn from.
    pub(super) train: Arc<[usize]>,
    pub(super) validation: Vec<usize>,
    /// Pictures of classes that are not learnt from, by sources that are.
    pub(super) classes: Vec<usize>,
    /// Pictures of classes that are learnt from, by sources that are not.
    pub(super) source: Vec<usize>,
}

impl Captioned {
    /// # Errors
    /// The set or how relevant its things are to each other cannot be read; a source to hold out that there is not.
    pub(super) fn open(recipe: &Recipe) -> Result<Self, Error> {
        let data = &recipe.data;
        let source = Source::open(data)?;
        let grades = grades(recipe, &source)?;
        let Source {
            dataset, captions, ..
        } = source;
        let held = held_out(dataset.as_ref(), data)?;
        let splits = recipe.splits()?;
        let items = |split: Split, held_out: bool| -> Vec<usize> {
            let members = splits.members(dataset.as_ref(), split).into_iter();
            let of = |&item: &usize| held.contains(&dataset.items()[item].source) == held_out;
            members.filter(of).collect()
        };
        Ok(Self {
            captions: captions.into(),
            grades,
            rungs: Rungs::of(recipe)?,
            train: items(Split::Train, false).into(),
            validation: items(Split::Validation, false),
            classes: items(Split::Test, false),
            source: items(Split::Train, true),
            dataset,
        })
    }

    /// The class of a picture.
    pub(super) fn class(&self, item: usize) -> usize {
        self.dataset.items()[item].class as usize
    }

    /// The classes of some pictures, ascending.
    pub(super) fn classes_of(&self, items: &[usize]) -> Vec<usize> {
        let all: BTreeSet<usize> = items.iter().map(|&item| self.class(item)).collect();
        all.into_iter().collect()
    }

    /// `(n, n)`: how relevant each thing of a step is to each of the others that asks about it.
    pub(super) fn relevance(&self, classes: &[usize]) -> Result<Vec<f32>, Error> {
        let mut all = Vec::with_capacity(classes.len() * classes.len());
        for &asked in classes {
            let row = classes.iter().map(|&other| self.grades.of(asked, other));
            let row: Vec<f32> = row.collect();
            all.extend(match &self.rungs {
                Some(rungs) => rungs.levels(&row)?,
                None => row,
            });
        }
        Ok(all)
    }

    pub(super) fn amount(&self, items: &[usize]) -> Amount {
        Amount {
            classes: self.classes_of(items).len(),
            items: items.len(),
        }
    }
}

/// Rungs by shares of each query's candidates.
struct Rungs {
    shares: Thresholds,
    /// What stands for each rung.
    levels: Vec<f32>,
}

impl Rungs {
    fn of(recipe: &Recipe) -> Result<Option<Self>, Error> {
        let shares = &recipe.relevance.quantiles;
        if shares.is_empty() {
            return Ok(None);
        }
        let shares = shares.iter().map(|&share| Threshold::Quantile(share));
        Ok(Some(Self {
            shares: Thresholds::new(shares.collect())?,
            levels: recipe.loss.thresholds(),
        }))
    }

    /// The levels of a query's candidates; what is the same thing stays at 1 and is not counted.
    fn levels(&self, grades: &[f32]) -> Result<Vec<f32>, Error> {
        let others = grades.iter().copied().filter(|&grade| grade < 1.0);
        let ends = self.shares.of(&others.collect::<Vec<f32>>())?;
        let level = |&grade: &f32| {
            if grade >= 1.0 {
                return 1.0;
            }
            let rung = ends.iter().position(|&end| grade > end);
            rung.map_or(0.0, |rung| self.levels[rung])
        };
        Ok(grades.iter().map(level).collect())
    }
}

/// The sources to hold out.
fn held_out(dataset: &dyn Dataset, data: &DataRecipe) -> Result<Vec<Option<u32>>, Error> {
    let find = |name: &String| {
        let place = dataset.sources().iter().position(|source| source == name);
        let place = place.ok_or_else(|| Error::HoldOut {
            wanted: match dataset.sources() {
                [] => "none, as these pictures have no sources".to_owned(),
                sources => format!("some of {}", sources.join(", ")),
            },
            given: name.clone(),
        })?;
        Ok(Some(place as u32))
    };
    data.hold_out.iter().map(find).collect()
}
