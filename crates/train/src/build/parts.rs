//! What the run of a recipe is put together from.

use std::sync::Arc;

use tercet_data::DataSource;
use tercet_kernels::{Distance, Relation, RowLoss};

use super::{captions, criterion, items, models, rows};
use crate::batch::BatchSource;
use crate::evaluate::{Evaluator, Noted};
use crate::inputs::Input;
use crate::networks::{AnyEncoder, AnyModel, TwoModel, TwoSides};
use crate::recipe::{ModelRecipe, Recipe, TowerRecipe};
use crate::{Curriculum, Error, Start};

/// What the run of a recipe is put together from.
pub(crate) struct Parts {
    /// The networks as their folders are written, with the weights that training begins with.
    pub(crate) model: AnyModel,
    pub(crate) curriculum: Curriculum,
    pub(crate) source: Arc<dyn BatchSource<Input = Input>>,
    pub(crate) validation: Option<Box<dyn Evaluator<AnyEncoder>>>,
    /// What is looked at once, at the end.
    pub(crate) tests: Vec<Test>,
    /// What the run tells of its data when it begins.
    pub(crate) start: Start,
    /// Share of the numbers that the network of each side drops while training; `None`: as it says.
    pub(crate) dropout: [Option<f32>; 2],
    /// What stands in the first line of a table of scores.
    pub(crate) baseline: Option<Baseline>,
    /// Rows and kind of what texts were learnt from, for the card of their encoder.
    pub(crate) learnt_from: Option<String>,
    pub(crate) distance: Distance,
}

/// Scores of a network on what is looked at once.
pub(crate) struct Test {
    /// Key and title in a table of scores.
    pub(crate) name: (&'static str, &'static str),
    pub(crate) judge: Judge,
    /// Whether the network is judged before training, too.
    pub(crate) before: bool,
}

/// From a network to its scores.
pub(crate) type Judge = Box<dyn Fn(&AnyEncoder) -> Result<Noted, Error>>;

/// What scores without any network are measured by.
pub(crate) type Baseline = Box<dyn Fn() -> Result<Noted, Error>>;

/// The networks of a recipe: one for everything, or one for each side.
pub(super) enum Keys {
    One(TowerRecipe),
    Two(TwoSides, Box<[TowerRecipe; 2]>),
}

impl Keys {
    pub(super) fn of(recipe: &ModelRecipe) -> Result<Self, Error> {
        Ok(Self::One(match recipe {
            ModelRecipe::Convnet(keys) => TowerRecipe::Convnet(keys.clone()),
            ModelRecipe::Picture(keys) => TowerRecipe::Picture(keys.clone()),
            ModelRecipe::Sentence(keys) => TowerRecipe::Sentence(keys.clone()),
            ModelRecipe::Mlp(keys) => TowerRecipe::Mlp(keys.clone()),
            ModelRecipe::Towers(keys) => {
                let within = |side: &TowerRecipe| side.clone().within(keys.dim);
                let (sides, both) = match (&keys.query, &keys.document) {
                    (Some(query), Some(document)) => (TwoSides::QueryDocument, [query, document]),
                    (None, None) => {
                        let text = TowerRecipe::Sentence(keys.text.clone());
                        let both = [within(&keys.picture), within(&text)];
                        return Ok(Self::Two(TwoSides::PictureText, Box::new(both)));
                    }
                    _ => return Err(Error::OneTower),
                };
                return Ok(Self::Two(sides, Box::new(both.map(within))));
            }
        }))
    }

    /// The keys of every side, once where there is one network for everything.
    pub(super) fn sides(&self) -> &[TowerRecipe] {
        match self {
            Self::One(keys) => std::slice::from_ref(keys),
            Self::Two(_, both) => both.as_slice(),
        }
    }

    /// The networks, with the weights that training begins with.
    ///
    /// # Errors
    /// A folder is refused; sizes that make no sense.
    pub(super) fn open(&self, opening: models::Opening<'_>) -> Result<AnyModel, Error> {
        match self {
            Self::One(keys) => opening.model(keys),
            Self::Two(sides, both) => {
                let [first, second] = both.as_ref();
                Ok(AnyModel::Two(Box::new(TwoModel {
                    sides: *sides,
                    first: opening.model(first)?,
                    second: opening.model(second)?,
                })))
            }
        }
    }

    /// Share of the numbers that each side drops while training, where its keys say so.
    pub(super) fn dropout(&self) -> [Option<f32>; 2] {
        match self {
            Self::One(keys) => [models::dropout(keys); 2],
            Self::Two(_, both) => both.each_ref().map(models::dropout),
        }
    }
}

/// The parts of a recipe.
///
/// # Errors
/// Whatever of its data or its networks is refused.
pub(crate) fn build(recipe: &Recipe) -> Result<Parts, Error> {
    let keys = Keys::of(&recipe.model)?;
    let curriculum = criterion::curriculum(recipe)?;
    let data = tercet_data::open(&recipe.data, recipe.seed)?;
    let on = On {
        recipe,
        keys: &keys,
        curriculum,
    };
    let parts = match data {
        DataSource::Images(set) => items::of_images(on, set),
        DataSource::Vectors(set) => items::of_vectors(on, set),
        DataSource::Texts(rows) => rows::of_texts(on, rows),
        DataSource::ImageRows(set) => rows::of_images(on, set),
        DataSource::VectorRows(set) => rows::of_vectors(on, set),
        DataSource::Captioned(set) => captions::of_captions(on, set),
        _ => Err(Error::Inputs {
            wanted: "data of a kind that is known here",
            given: "another",
        }),
    }?;
    if recipe.memory.is_some() {
        remembers(&parts)?;
    }
    let (dim, sizes) = (parts.model.dim(), &recipe.matryoshka.sizes);
    match sizes.iter().find(|&&size| size == 0 || size > dim) {
        Some(&given) => Err(Error::Size { dim, given }),
        None => Ok(parts),
    }
}

/// Refuses a memory that no loss would look into.
fn remembers(parts: &Parts) -> Result<(), Error> {
    if parts.source.classes().is_none() {
        let given = "rows that have none, or two networks";
        return Err(Error::Memory { given });
    }
    let criterion = parts.curriculum.last();
    let learnt = criterion.parameters(parts.model.dim(), parts.source.classes(), 0)?;
    let proxies = learnt.iter().filter(|one| one.shape.len() > 1).count();
    let of_a_batch = criterion.terms().iter().filter_map(|term| term.objective());
    let within = of_a_batch
        .clone()
        .any(|objective| objective.loss().needs().within);
    match of_a_batch.count() > proxies && !within {
        true => Ok(()),
        false => Err(Error::NoMemory),
    }
}

/// Refuses criteria that cannot cost rows that belong together in this way.
pub(super) fn fits(curriculum: &Curriculum, pattern: &Relation) -> Option<&'static str> {
    let first = curriculum
        .first()
        .and_then(|(_, first)| first.unfit(pattern));
    first.or_else(|| curriculum.last().unfit(pattern))
}

/// What every kind of data is built on.
pub(super) struct On<'a> {
    pub(super) recipe: &'a Recipe,
    pub(super) keys: &'a Keys,
    pub(super) curriculum: Curriculum,
}

impl<'a> On<'a> {
    /// What networks are opened with; `width` is that of rows of numbers.
    pub(super) fn opening(
        &self,
        device: &'a burn::tensor::Device,
        width: usize,
    ) -> models::Opening<'a> {
        models::Opening {
            seed: self.recipe.seed,
            device,
            preprocess: &self.recipe.preprocess,
            width,
        }
    }

    /// Which distance decides who is near: that of `[evaluate]`, or the criterion's own.
    pub(super) fn distance(&self) -> Distance {
        let asked = self.recipe.evaluate.distance;
        asked.unwrap_or_else(|| self.curriculum.last().distance())
    }
}
