//! From a recipe to a model and its scores, in one call.

use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use tercet_data::Preprocess;
use tercet_eval::{Report, Scores};

use crate::bridge::Network;
use crate::clock::{Clock, Cost, peak_memory};
use crate::event::Observer;
use crate::judge::Exam;
use crate::model::{Model, json};
use crate::run::{Keep, ModelRecipe, Recipe, TargetRecipe};
use crate::source::Source;
use crate::trainer::{Left, Trainer};
use crate::{Error, EventLog, RunFolder, files};

/// What a run came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Scores on the test classes of raw pixels, of the untrained network and of the trained one; empty
    /// where the run was interrupted or there are no test classes.
    pub report: Report,
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
    let source = Source::open(recipe)?;
    let mut trainer = Trainer::new(recipe, folder, &source)?;
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
        report: Report::new(),
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
            trainer.save()?;
            outcome.report = trainer.report()?;
            outcome.target_met = met(&recipe.target, &outcome.report);
            clock.lap(&mut outcome.total);
            outcome.peak_memory = peak_memory();
            let metrics = Metrics::new(&trainer, &outcome);
            files::write_file(&folder.metrics(), &json(&metrics))?;
        }
    }
    Ok(outcome)
}

impl Trainer<'_> {
    /// Writes the kept weights as a model folder.
    fn save(&self) -> Result<(), Error> {
        let ModelRecipe::Convnet(config) = &self.recipe.model;
        let model = Model {
            network: self.kept().network.clone(),
            config: config.clone(),
            preprocess: self.preprocess,
        };
        model.save(&self.folder.model())
    }

    /// An exam on some items, in the recipe's distance.
    pub(crate) fn exam<'b>(&'b self, items: &'b [usize], episodes: usize) -> Exam<'b> {
        Exam {
            dataset: self.source.dataset.as_ref(),
            items,
            preprocess: &self.preprocess,
            distance: self
                .recipe
                .evaluate
                .distance
                .unwrap_or(self.recipe.loss.distance()),
            episodes,
            splits: self.source.splits,
        }
    }

    /// Scores on the test classes, the first and only time they are looked at.
    fn report(&self) -> Result<Report, Error> {
        if self.source.test.is_empty() {
            return Ok(Report::new());
        }
        let exam = self.exam(&self.source.test, self.recipe.evaluate.episodes);
        let ModelRecipe::Convnet(sizes) = &self.recipe.model;
        let untrained = Network::new(sizes, self.recipe.seed, self.recipe.device)?;
        Ok(Report::new()
            .with("raw", "raw pixels", exam.raw_scores()?)
            .with(
                "untrained",
                "untrained network",
                exam.scores_of(&untrained)?,
            )
            .with(
                "trained",
                "trained network",
                exam.scores_of(self.kept().network)?,
            ))
    }
}

impl Exam<'_> {
    /// Scores of a network.
    pub(crate) fn scores_of(&self, network: &Network) -> Result<Scores, Error> {
        let size = self.preprocess.size() as usize;
        self.scores(network.dim(), &|pixels| network.embed(pixels, size))
    }

    /// Scores of the pictures' own numbers in `[0, 1]`.
    fn raw_scores(&self) -> Result<Scores, Error> {
        let Self { preprocess, .. } = self;
        let raw = Preprocess::new(preprocess.size(), [0.0; 3], [1.0; 3], preprocess.resample())?;
        let exam = Exam {
            preprocess: &raw,
            ..*self
        };
        exam.scores(raw.numbers(), &<[f32]>::to_vec)
    }
}

/// Whether the trained scores reach the target; a score that could not be measured does not.
fn met(target: &TargetRecipe, report: &Report) -> bool {
    let trained = report.get("trained");
    let recall = trained.map(|scores| scores.retrieval.recall_at_1);
    let many = trained
        .and_then(|scores| scores.fixed_gallery.as_ref())
        .map(|one| one.accuracy);
    let reached = |target: Option<f64>, given: Option<f64>| match target {
        None => true,
        Some(target) => given.is_some_and(|given| given >= target),
    };
    reached(target.recall_at_1, recall) && reached(target.one_shot_400way, many)
}

/// `metrics.json`: the report's blocks, which weights were kept, and what the run cost.
#[derive(Serialize)]
struct Metrics<'a> {
    #[serde(flatten)]
    report: &'a Report,
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
