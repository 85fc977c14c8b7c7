//! What a run tells while it goes on.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use tercet_eval::Score;

use crate::Error;
use crate::recipe::OnCollapse;

/// What happened in a run.
///
/// As JSON an object whose `event` names the variant in kebab-case and whose other keys are its fields.
/// Every event has a `step`: how many steps were done when it happened, except that a step and what is
/// seen during it carry the number of that step, counted from 1. So whatever belongs to a checkpoint of
/// step `s` has `step <= s`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Event {
    /// The run begins, or goes on from a checkpoint.
    Start(Start),
    /// A batch was learnt from.
    Step(Box<Step>),
    /// A batch held no triplet to learn from.
    NoTriplet {
        /// The step.
        step: u64,
        /// Why: no valid triplet at all, or none selected.
        reason: String,
    },
    /// A rung of the ladder loss that no batch so far could fill: its thresholds do not fit the relevance.
    EmptyRung {
        /// The step.
        step: u64,
        /// The rung, from 1.
        rung: usize,
    },
    /// The embeddings have collapsed.
    Collapse {
        /// The step.
        step: u64,
        /// How it shows, and what to try.
        message: String,
        /// What the run does about it.
        action: OnCollapse,
    },
    /// The validation data were judged.
    Evaluate {
        /// The steps done.
        step: u64,
        /// What was found; the first score chooses the model.
        scores: Vec<Score>,
        /// Whether none before was as good.
        best: bool,
    },
    /// A checkpoint is complete on disk.
    Checkpoint {
        /// The steps done.
        step: u64,
        /// Its folder, relative to the run's.
        path: PathBuf,
    },
    /// Training has ended.
    Finish(Finish),
}

impl Event {
    /// How far the run was.
    pub fn step(&self) -> u64 {
        match self {
            Self::Start(start) => start.step,
            Self::Step(step) => step.step,
            Self::Finish(finish) => finish.step,
            Self::NoTriplet { step, .. }
            | Self::EmptyRung { step, .. }
            | Self::Collapse { step, .. }
            | Self::Evaluate { step, .. }
            | Self::Checkpoint { step, .. } => *step,
        }
    }
}

/// How a run begins.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Start {
    /// The steps done before: 0, or those of the checkpoint.
    pub step: u64,
    /// The steps there will be in all.
    pub steps: u64,
    /// The recipe's seed.
    pub seed: u64,
    /// Numbers that the network learns.
    pub parameters: usize,
    /// Numbers per embedding, `d`.
    pub dim: usize,
    /// What an input is.
    pub unit: Modality,
    /// Inputs per step.
    pub batch: usize,
    /// Inputs that go through the network at once.
    pub micro_batch: usize,
    /// Inputs that were skipped because they cannot be read.
    pub unreadable: usize,
    /// What is learnt from.
    pub train: Amount,
    /// What chooses the model.
    pub validation: Amount,
    /// What is looked at once, at the end.
    pub test: Amount,
}

/// How much data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Amount {
    /// Classes; 0 where inputs have none.
    pub classes: usize,
    /// Images, texts or rows of a table.
    pub items: usize,
}

/// What an input is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Modality {
    /// An image.
    #[default]
    Image,
    /// A text.
    Text,
    /// A row of numbers.
    Vector,
}

/// One step: loss, counts and the geometry of its batch before the weights moved.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Step {
    /// The step, from 1.
    pub step: u64,
    /// The epoch, from 0.
    pub epoch: u64,
    /// The value of the objective.
    pub loss: f64,
    /// The learning rate of this step.
    pub learning_rate: f64,
    /// Euclidean norm of the gradient of all weights together, before it is clipped.
    pub gradient_norm: f64,
    /// Inputs per second of wall time, this step alone. The one field that two equal runs differ in.
    pub samples_per_second: f64,
    /// What the loss multiplied similarities with, where that is learnt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<f64>,
    /// Texts of the batch that were longer than the network reads, and were cut.
    pub truncated: usize,
    /// Selected terms (triplets, or pairs).
    pub selected: u64,
    /// Selected terms that cost more than 0.
    pub active: u64,
    /// Anchors with at least one selected term.
    pub anchors: u64,
    /// Triplets of the batch; `hard + semi_hard + easy`.
    pub valid: u64,
    /// Triplets whose negative is no farther than the positive.
    pub hard: u64,
    /// Triplets whose negative is farther than the positive, by less than the margin.
    pub semi_hard: u64,
    /// Triplets whose negative is farther by the margin or more.
    pub easy: u64,
    /// Distances of anchors and positives.
    pub positive: Quantiles,
    /// Distances of anchors and negatives.
    pub negative: Quantiles,
    /// Mean squared Euclidean distance of two embeddings of the batch.
    pub mean_squared_distance: f64,
    /// Uncentred effective rank of the batch's directions, in `[1, d]`; 1 where all are the same.
    pub effective_rank: f64,
}

/// Where numbers lie.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Quantiles {
    /// Their mean.
    pub mean: f64,
    /// 5 % of them are below.
    pub q05: f64,
    /// Half of them are below.
    pub q50: f64,
    /// 95 % of them are below.
    pub q95: f64,
}

/// How training ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finish {
    /// The steps done.
    pub step: u64,
    /// Why it ended.
    pub ending: Ending,
    /// The step whose weights became the model.
    pub kept_step: u64,
    /// Seconds on the clock, of this process.
    pub wall_seconds: f64,
    /// Processor seconds over all threads, of this process.
    pub cpu_seconds: f64,
}

/// Why training ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Ending {
    /// All steps are done.
    Done,
    /// `train.patience` evaluations brought nothing better.
    Early,
    /// The collapse alarm ended it.
    Collapsed,
}

/// Who is told what happens: a progress bar, a log, a program around the run.
pub trait Observer {
    /// Takes note of an event.
    ///
    /// # Errors
    /// Whatever keeps it from doing so; it ends the run.
    fn observe(&mut self, event: &Event) -> Result<(), Error>;
}
