//! How a run goes.

use serde::Serialize;
use tercet_kernels::Criterion;
use toml::Table;

use super::curriculum::Curriculum;
use crate::recipe::{MemoryRecipe, OptimizerRecipe, TrainRecipe};

/// How a run goes: all that decides it beside network, criterion and data.
///
/// ```
/// use tercet_train::{Settings, TrainRecipe};
/// let settings = Settings { train: TrainRecipe { steps: 200, ..TrainRecipe::default() }, ..Settings::default() };
/// assert_eq!((settings.train.steps, settings.seed), (200, 0));
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings {
    /// The key of everything random in the loop: dropout, draws of the criterion, its initial parameters.
    pub seed: u64,
    /// How long, and what happens on the way.
    pub train: TrainRecipe,
    /// How weights follow the gradient.
    pub optimizer: OptimizerRecipe,
    /// Embeddings of past steps as further candidates; none by default.
    pub memory: Option<MemoryRecipe>,
    /// Share of the numbers that the network of each side drops while training; `None`: as it says. One network for
    /// everything is that of the first side.
    pub dropout: [Option<f32>; 2],
}

/// Settings as the folder of a run says them.
#[derive(Serialize)]
struct Written<'a> {
    seed: u64,
    dropout: Vec<f32>,
    loss: &'a Criterion,
    #[serde(skip_serializing_if = "Option::is_none")]
    curriculum: Option<First<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory: Option<&'a MemoryRecipe>,
    optimizer: &'a OptimizerRecipe,
    train: &'a TrainRecipe,
}

/// The first criterion of a curriculum.
#[derive(Serialize)]
struct First<'a> {
    steps: u64,
    loss: &'a Criterion,
}

impl Settings {
    /// The settings and the criteria as sections of a recipe.
    pub(super) fn table(&self, curriculum: &Curriculum) -> Table {
        let written = Written {
            seed: self.seed,
            dropout: self.dropout.iter().flatten().copied().collect(),
            loss: curriculum.last(),
            curriculum: curriculum
                .first()
                .map(|(steps, loss)| First { steps, loss }),
            memory: self.memory.as_ref(),
            optimizer: &self.optimizer,
            train: &self.train,
        };
        let text = toml::to_string(&written).expect("numbers, words, lists and tables alone");
        text.parse().expect("what is written as TOML is TOML")
    }
}
