//! What a run learns from and is judged by.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::bridge::Network;
use crate::event::Start;
use crate::lesson::Lessons;
use crate::pictures::Pictures;
use crate::run::{ModelRecipe, Recipe, TowerRecipe};
use crate::sentences::Sentences;
use crate::towers::TwoTowers;
use crate::{Error, RunFolder, RunReport};

/// One kind of data with the network for it; the loop knows no other difference between them.
pub(crate) trait Task {
    /// The network at the first step.
    fn network(&self) -> Result<Network, Error>;

    /// The lessons of some steps, each a pure function of the recipe and its step, made ready ahead of time.
    fn lessons(&self, steps: Range<u64>) -> Result<Lessons, Error>;

    /// The epoch of a step, both from 0.
    fn epoch_of(&self, step: u64) -> u64;

    /// What there is to learn from; the loop fills in what it knows itself.
    fn start(&self) -> Start;

    /// Scores on the validation data; `None` where there are none.
    fn validate(&self, network: &Network) -> Result<Option<Judged>, Error>;

    /// Scores on the test data, the first and only time they are looked at.
    fn report(&self, kept: &Network) -> Result<RunReport, Error>;

    /// Writes a network as the run's model, with what it came to on the test data where there is room for it.
    fn save(&self, kept: &Network, report: &RunReport, folder: &RunFolder) -> Result<(), Error>;

    /// Share of the numbers that is dropped while training; `None`: as the network says.
    fn dropout(&self) -> Option<f32> {
        None
    }
}

/// The task of a recipe.
///
/// # Errors
/// Whatever of its data or its model is refused.
pub(crate) fn open<'a>(recipe: &'a Recipe) -> Result<Box<dyn Task + 'a>, Error> {
    Ok(match &recipe.model {
        ModelRecipe::Convnet(keys) => {
            let keys = TowerRecipe::Convnet(keys.clone());
            Box::new(Pictures::open(recipe, &keys)?)
        }
        ModelRecipe::Picture(keys) => {
            let keys = TowerRecipe::Picture(keys.clone());
            Box::new(Pictures::open(recipe, &keys)?)
        }
        ModelRecipe::Sentence(keys) => Box::new(Sentences::open(recipe, keys)?),
        ModelRecipe::Towers(keys) => Box::new(TwoTowers::open(recipe, keys)?),
    })
}

/// What an evaluation on the validation data found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Judged {
    /// Name of the score that chooses the model.
    pub(crate) measure: &'static str,
    /// That score; more is better.
    pub(crate) value: f64,
    /// Further scores by name.
    pub(crate) further: BTreeMap<&'static str, f64>,
}
