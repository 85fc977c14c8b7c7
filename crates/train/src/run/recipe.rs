//! All sections of a recipe together.

use serde::{Deserialize, Serialize};
use tercet_data::{Augment, Sampler, Splits};

use super::course::{CurriculumRecipe, EvaluateRecipe, TargetRecipe, TrainRecipe};
use super::data::{DataRecipe, ModelRecipe, PreprocessRecipe};
use super::loss::LossRecipe;
use super::matryoshka::MatryoshkaRecipe;
use super::optimizer::OptimizerRecipe;
use super::relevance::RelevanceRecipe;
use crate::goal::Goal;
use crate::{Error, LearningRate};

/// All that decides a run: two runs of equal recipes on one processor type end in the same bits.
///
/// Plain data; every key has a default, so the empty text is a recipe: the embedded emoji set, a small
/// convolutional network, semi-hard triplets.
///
/// ```
/// use tercet_train::Recipe;
/// let recipe = Recipe::parse("[train]\nsteps = 300", "here".as_ref(), &[])?;
/// assert_eq!((recipe.train.steps, recipe.seed), (300, 0));
/// # Ok::<(), tercet_train::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Recipe {
    /// The key of everything random: initial weights, split, batches, views. Default 0.
    pub seed: u64,
    /// Where the network runs. Default `cpu`.
    pub device: Device,
    /// `[data]`: which pictures, and how their classes are split.
    pub data: DataRecipe,
    /// `[relevance]`: of pictures with captions, how relevant they are to each other.
    pub relevance: RelevanceRecipe,
    /// `[sampler]`: which pictures make up a step; `kind = "pk" | "facenet" | "triplets" | "rows"`.
    pub sampler: Sampler,
    /// `[augment]`: how training pictures are varied.
    pub augment: Augment,
    /// `[preprocess]`: from a picture to numbers.
    pub preprocess: PreprocessRecipe,
    /// `[model]`: the network.
    pub model: ModelRecipe,
    /// `[loss]`: what embeddings cost.
    pub loss: LossRecipe,
    /// `[curriculum]`: another loss for the first steps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub curriculum: Option<CurriculumRecipe>,
    /// `[matryoshka]`: the loss on leading dimensions.
    pub matryoshka: MatryoshkaRecipe,
    /// `[optimizer]`: how weights follow the gradient.
    pub optimizer: OptimizerRecipe,
    /// `[train]`: how long, and what happens on the way.
    pub train: TrainRecipe,
    /// `[evaluate]`: how embeddings are judged.
    pub evaluate: EvaluateRecipe,
    /// `[target]`: what the trained model must reach on the test classes.
    pub target: TargetRecipe,
}

/// Where the network runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Device {
    /// The processor.
    #[default]
    Cpu,
}

impl Recipe {
    /// The recipe as TOML, resolved: every key that has a value, those at their defaults included.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("a recipe holds numbers, words and tables alone")
    }

    /// The split of classes, keyed by the recipe's seed.
    ///
    /// # Errors
    /// [`Error::Data`] for fractions outside `[0, 1)` or a sum of 1 or more.
    pub fn splits(&self) -> Result<Splits, Error> {
        Ok(Splits::new(
            self.data.validation,
            self.data.test,
            self.seed,
        )?)
    }

    /// How training pictures are varied; none where they are seen as they are.
    pub(crate) fn variation(&self) -> Option<Augment> {
        Some(self.augment).filter(|augment| *augment != Augment::default())
    }

    /// The loss of a step, from 0.
    pub(crate) fn loss_at(&self, step: u64) -> &LossRecipe {
        match &self.curriculum {
            Some(first) if step < first.steps => &first.loss,
            _ => &self.loss,
        }
    }

    /// Whether a step, from 0, is the first of `[loss]` after that of the curriculum.
    pub(crate) fn switches_at(&self, step: u64) -> bool {
        let first = self.curriculum.as_ref();
        first.is_some_and(|first| first.steps == step)
    }

    /// What embeddings cost under a loss, as the recipe asks about them.
    ///
    /// # Errors
    /// [`Error::Kernels`] for a loss that has no meaning on its distance.
    pub(crate) fn goal(&self, loss: &LossRecipe) -> Result<Goal, Error> {
        Ok(self.matryoshka.around(loss.goal()?))
    }

    /// The learning rate of every step.
    pub fn learning_rate(&self) -> LearningRate {
        LearningRate::new(&self.optimizer, self.train.steps)
    }
}
