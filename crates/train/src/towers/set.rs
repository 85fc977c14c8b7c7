//! Pictures with captions.

use std::collections::BTreeSet;
use std::sync::Arc;

use tercet_data::{Caption, Dataset, Grades, Split};

use crate::run::{DataRecipe, Recipe};
use crate::{Error, event::Amount};

/// Pictures of classes, captions of the same classes, and how relevant one class is to another.
pub(super) struct Captioned {
    pub(super) dataset: Arc<dyn Dataset>,
    /// Of each class, at least one.
    pub(super) captions: Arc<[Vec<String>]>,
    pub(super) grades: Grades,
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
    /// A source to hold out that there is not; a caption of a kind that there is not.
    pub(super) fn open(recipe: &Recipe) -> Result<Self, Error> {
        let data = &recipe.data;
        let dataset = tercet_data::emoji()?;
        let known = tercet_data::captions()?;
        let held = held_out(&dataset, data)?;
        let splits = recipe.splits()?;
        let items = |split: Split, held_out: bool| -> Vec<usize> {
            let members = splits.members(&dataset, split).into_iter();
            let of = |&item: &usize| held.contains(&dataset.items()[item].source) == held_out;
            members.filter(of).collect()
        };
        let captions = known.iter().map(|caption| texts(caption, &data.captions));
        Ok(Self {
            captions: captions.collect::<Result<Vec<_>, _>>()?.into(),
            grades: Grades::Kinship(known.into()),
            train: items(Split::Train, false).into(),
            validation: items(Split::Validation, false),
            classes: items(Split::Test, false),
            source: items(Split::Train, true),
            dataset: Arc::new(dataset),
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

    pub(super) fn amount(&self, items: &[usize]) -> Amount {
        Amount {
            classes: self.classes_of(items).len(),
            items: items.len(),
        }
    }
}

/// The sources to hold out.
fn held_out(dataset: &dyn Dataset, data: &DataRecipe) -> Result<Vec<Option<u32>>, Error> {
    let find = |name: &String| {
        let place = dataset.sources().iter().position(|source| source == name);
        let place = place.ok_or_else(|| Error::HoldOut {
            wanted: dataset.sources().join(", "),
            given: name.clone(),
        })?;
        Ok(Some(place as u32))
    };
    data.hold_out.iter().map(find).collect()
}

/// The texts of a caption that are asked for by name; without those that it lacks, and the name if it lacks all.
fn texts(caption: &Caption, kinds: &[String]) -> Result<Vec<String>, Error> {
    let one = |kind: &String| match kind.as_str() {
        "name" => Ok(Some(caption.name.clone())),
        "keywords" => Ok(Some(caption.keywords.join(", "))),
        language if language.len() == 2 => Ok(caption.names.get(language).cloned()),
        given => Err(Error::CaptionKind {
            given: given.to_owned(),
        }),
    };
    let found = kinds.iter().map(one).collect::<Result<Vec<_>, _>>()?;
    let mut found: Vec<String> = found
        .into_iter()
        .flatten()
        .filter(|t| !t.is_empty())
        .collect();
    if found.is_empty() {
        found.push(caption.name.clone());
    }
    Ok(found)
}
