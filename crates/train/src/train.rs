//! From a recipe to a model and its scores, in one call.

use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

use crate::clock::{Clock, Cost, peak_memory};
use crate::event::Observer;
use crate::model::json;
use crate::run::{Keep, Recipe, TargetRecipe};
use crate::trainer::{Left, Trainer};
use crate::{Error, EventLog, RunFolder, RunReport, files, task};

/// What a run came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Scores on the test data; empty where the run was interrupted or there are no test data.
    pub report: RunReport,
    /// The step after which the run was interrupted; it can be resumed.
    pub interrupted: Option<u64>,
    /// Whether the scores reach the recipe's `[target]`; true without one.
    pub target_met: bool,
    /// Spent on training, over all resumptions: loading, gradients and updates.
    pub training: Cost,
    /// Spent by this process on everything: training, evaluation, checkpoints.
    pub total: Cost,
    /// The most memory the process has had in use, in bytes, where the system says.
    pub peak_memory: Option<u64>,
}

/// Trains as a recipe says, in a folder made by [`RunFolder::create`] or, to resume, opened by
/// [`RunFolder::open`].
///
/// Writes `recipe.toml`, `events.jsonl`, `checkpoints/`, and at the end `model/` and `metrics.json`.
/// Setting `stop` makes the loop write a checkpoint and return after its step.
///
/// # Errors
/// Whatever keeps the run from going on; checkpoints written so far stay whole.
pub fn train(
    recipe: &Recipe,
    folder: &RunFolder,
    stop: &AtomicBool,
    observers: &mut [&mut dyn Observer],
) -> Result<Outcome, Error> {
    let mut clock = Clock::start();
    let task = task::open(recipe)?;
    let mut trainer = Trainer::new(recipe, folder, task.as_ref())?;
    // Nothing is written before everything that can be refused has been looked at.
    folder.accept(recipe)?;
    if let Some((_, checkpoint)) = folder.newest()? {
        trainer = trainer.resume(&checkpoint)?;
    }
    let mut log = EventLog::resume(&folder.events(), trainer.state.step)?;
    trainer.observers.push(&mut log);
    trainer.observers.extend(
        observers
            .iter_mut()
            .map(|observer| &mut **observer as &mut dyn Observer),
    );
    let left = trainer.run(stop)?;
    let mut total = Cost::default();
    clock.lap(&mut total);
    let mut outcome = Outcome {
        report: RunReport::default(),
        interrupted: None,
        target_met: true,
        training: trainer.state.cost,
        total,
        peak_memory: None,
    };
    match left {
        Left::Interrupted => outcome.interrupted = Some(trainer.state.step),
        Left::Ended(_) if stop.load(Ordering::Relaxed) => {
            outcome.interrupted = Some(trainer.state.step);
        }
        Left::Ended(ending) => {
            trainer.finish(ending, total)?;
            let kept = trainer.kept().network;
            outcome.report = task.report(kept)?;
            task.save(kept, &outcome.report, folder)?;
            outcome.target_met = met(&recipe.target, &outcome.report);
            clock.lap(&mut outcome.total);
            outcome.peak_memory = peak_memory();
            let metrics = Metrics::new(&trainer, &outcome);
            files::write_file(&folder.metrics(), &json(&metrics))?;
        }
    }
    Ok(outcome)
}

/// Whether the trained scores reach the target; a score that could not be measured does not.
fn met(target: &TargetRecipe, report: &RunReport) -> bool {
    let reached = |(name, wanted): (&str, Option<f64>)| match wanted {
        None => true,
        Some(wanted) => report.score(name).is_some_and(|given| given >= wanted),
    };
    target.scores().into_iter().all(reached)
}

/// `metrics.json`: the report's blocks, which weights were kept, and what the run cost.
#[derive(Serialize)]
struct Metrics<'a> {
    #[serde(flatten)]
    report: &'a RunReport,
    keep: Keep,
    kept_step: u64,
    steps: u64,
    seed: u64,
    target_met: bool,
    training: Cost,
    total: Cost,
    peak_memory_bytes: Option<u64>,
}

impl<'a> Metrics<'a> {
    fn new(trainer: &Trainer<'_>, outcome: &'a Outcome) -> Self {
        Self {
            report: &outcome.report,
            keep: trainer.kept().keep,
            kept_step: trainer.kept().step,
            steps: trainer.state.step,
            seed: trainer.recipe.seed,
            target_met: outcome.target_met,
            training: outcome.training,
            total: outcome.total,
            peak_memory_bytes: outcome.peak_memory,
        }
    }
}
