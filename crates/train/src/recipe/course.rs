//! The course of a run: how long, what happens on the way, how its result is judged.

use serde::{Deserialize, Serialize};
use tercet_kernels::{Criterion, Distance};

/// `[train]`: how long, and what happens on the way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TrainRecipe {
    /// Batches to learn from, at least 1; default 500.
    pub steps: u64,
    /// Pictures or texts that go through the network at once, at least 1; the gradient is that of the whole
    /// batch, the memory that of this many. Without it: the whole batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub micro_batch: Option<usize>,
    /// Steps between two checkpoints, at least 1; default 100.
    pub checkpoint_every: u64,
    /// How many of the newest checkpoints are kept, at least 1; default 2.
    pub keep_checkpoints: usize,
    /// Steps between two evaluations on the validation classes, at least 1; default 100.
    pub evaluate_every: u64,
    /// Evaluations without a better score after which the run ends early, at least 1. Without it the
    /// run takes all its steps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patience: Option<u64>,
    /// Which weights become the model; default `best`.
    pub keep: Keep,
    /// What the collapse alarm does; default `warn`.
    pub on_collapse: OnCollapse,
    /// Batches made ready ahead of the one in work, at least 1; default 4.
    pub ahead: usize,
}

impl Default for TrainRecipe {
    fn default() -> Self {
        Self {
            steps: 500,
            micro_batch: None,
            checkpoint_every: 100,
            keep_checkpoints: 2,
            evaluate_every: 100,
            patience: None,
            keep: Keep::Best,
            on_collapse: OnCollapse::Warn,
            ahead: 4,
        }
    }
}

/// `[curriculum]`: another loss for the first steps, such as the hinges of VSE before a ladder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CurriculumRecipe {
    /// The steps of the first loss, at least 1.
    pub steps: u64,
    /// `[curriculum.loss]`: the first loss, with the keys of `[loss]`.
    pub loss: Criterion,
}

/// Which weights become the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Keep {
    /// Those of the best score on the validation data.
    #[default]
    Best,
    /// Those after the last step.
    Last,
}

/// What the collapse alarm does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum OnCollapse {
    /// Says so, and goes on.
    #[default]
    Warn,
    /// Says so, and ends the run.
    Stop,
    /// Says so, and goes on with semi-hard triplets where harder ones were mined.
    Soften,
}

/// `[evaluate]`: how embeddings are judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EvaluateRecipe {
    /// How far two embeddings are. Without it: the loss's own distance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance: Option<Distance>,
    /// Episodes of the 20-way 1-shot test, at least 2; default 600.
    pub episodes: usize,
}

impl Default for EvaluateRecipe {
    fn default() -> Self {
        Self {
            distance: None,
            episodes: 600,
        }
    }
}
