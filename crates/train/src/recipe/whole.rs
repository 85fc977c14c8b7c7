//! All sections of a recipe together.

use serde::{Deserialize, Serialize};
use tercet_data::{Augment, Description, Sampler};
use tercet_kernels::Criterion;

use super::{
    CurriculumRecipe, EvaluateRecipe, MatryoshkaRecipe, MemoryRecipe, ModelRecipe, OptimizerRecipe,
    PreprocessRecipe, RelevanceRecipe, TargetRecipe, TrainRecipe,
};

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
    pub data: Description,
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
    /// `[loss]`: what embeddings cost; `[[loss]]` for a sum of several.
    pub loss: Criterion,
    /// `[memory]`: embeddings of past steps as further candidates; none without the table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<MemoryRecipe>,
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
    /// The recipe as a table, resolved.
    pub fn to_table(&self) -> toml::Table {
        // By way of the text, in which 32-bit numbers have the digits that they are read from.
        let table = self.to_toml().parse();
        table.expect("what is written as TOML is TOML")
    }

    /// The recipe as TOML, resolved: every key that has a value, those at their defaults included.
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("a recipe holds numbers, words and tables alone")
    }
}
