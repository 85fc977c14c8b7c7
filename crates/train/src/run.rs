//! From a recipe to a model and its scores, in one call.

use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use tercet_eval::ScoreTable;
use tercet_kernels::Distance;

use crate::build::{Card, Parts, Test, build, caption_tests};
use crate::engine::{Clock, Observer, Settings, Spent, Trained, Trainer, peak_memory};
use crate::networks::{AnyEncoder, AnyModel, json};
use crate::recipe::{Keep, ModelRecipe, Recipe, TargetRecipe};
use crate::{Error, RunFolder, files};

/// What a run came to.
#[derive(Debug, Clone, PartialEq)]
pub struct RunOutcome {
    /// Scores on the test data; empty where the run was interrupted or there are no test data.
    pub scores: ScoreTable,
    /// The step after which the run was interrupted; it can be resumed.
    pub interrupted: Option<u64>,
    /// Whether the scores reach the recipe's `[target]`; true without one.
    pub target_met: bool,
    /// Spent on training, over all resumptions: loading, gradients and updates.
    pub training: Spent,
    /// Spent by this process on everything: training, evaluation, checkpoints.
    pub total: Spent,
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
) -> Result<RunOutcome, Error> {
    let mut clock = Clock::start();
    let parts = build(recipe)?;
    let untrained = parts.model.encoder();
    let mut trainer = Trainer::with_start(
        untrained.clone(),
        parts.curriculum.clone(),
        parts.source.clone(),
        settings(recipe, &parts),
        parts.start.clone(),
    )?;
    if let Some(validation) = &parts.validation {
        trainer = trainer.evaluator(validation.as_ref());
    }
    for observer in observers.iter_mut() {
        trainer = trainer.observer(*observer);
    }
    // Nothing is written before everything that can be refused has been looked at.
    let trained = trainer
        .described(recipe.to_table())
        .folder(folder)
        .run(stop)?;
    let mut outcome = RunOutcome {
        scores: ScoreTable::new(),
        interrupted: trained.ending.is_none().then_some(trained.steps),
        target_met: true,
        training: trained.spent,
        total: Spent::default(),
        peak_memory: None,
    };
    if outcome.interrupted.is_none() && !stop.load(Ordering::Relaxed) {
        outcome.scores = scores(&parts, &untrained, &trained.encoder)?;
        save(recipe, parts, &trained, (folder, &outcome.scores))?;
        outcome.target_met = met(&recipe.target, &outcome.scores);
        clock.lap(&mut outcome.total);
        outcome.peak_memory = peak_memory();
        let metrics = Metrics::new(recipe, &trained, &outcome);
        files::write_file(&folder.metrics(), &json(&metrics))?;
    } else {
        clock.lap(&mut outcome.total);
    }
    Ok(outcome)
}

fn settings(recipe: &Recipe, parts: &Parts) -> Settings {
    Settings {
        seed: recipe.seed,
        train: recipe.train.clone(),
        optimizer: recipe.optimizer.clone(),
        memory: recipe.memory.clone(),
        dropout: parts.dropout,
    }
}

/// What the tests found: without a network, before training, after it.
fn scores(
    parts: &Parts,
    untrained: &AnyEncoder,
    trained: &AnyEncoder,
) -> Result<ScoreTable, Error> {
    let mut table = ScoreTable::new();
    if let Some(baseline) = &parts.baseline {
        table = table.with("raw", "raw pixels", baseline()?.scores);
    }
    let published = matches!(&parts.model, AnyModel::Images(model) if model.is_published());
    for test in &parts.tests {
        let (key, title) = match (test.name.0, published) {
            ("trained", false) => ("untrained", "untrained network"),
            ("trained", true) => ("untrained", "before training"),
            _ => ("before", "before"),
        };
        if test.before {
            table = table.with(key, title, (test.judge)(untrained)?.scores);
        }
        let found = (test.judge)(trained)?;
        table = table.with(test.name.0, test.name.1, found.scores);
        table = table.noted(found.note);
    }
    Ok(table.noted(format!("distance {}", parts.distance)))
}

/// Scores of networks that have been trained, on what `[data]` of a recipe of images with captions holds out, with
/// relevance as its `[relevance]` says.
///
/// # Errors
/// The data cannot be read, or nothing of them is held out.
pub fn caption_scores(
    model: &AnyModel,
    recipe: &Recipe,
    distance: Distance,
) -> Result<ScoreTable, Error> {
    let encoder = model.encoder();
    let mut table = ScoreTable::new();
    for Test { name, judge, .. } in caption_tests(model, recipe, distance)? {
        let found = judge(&encoder)?;
        table = table.with(name.0, name.1, found.scores).noted(found.note);
    }
    Ok(table.noted(format!("distance {distance}")))
}

/// Writes the networks as the run's model, and beside it what the criterion has learnt.
fn save(
    recipe: &Recipe,
    parts: Parts,
    trained: &Trained<AnyEncoder>,
    (folder, table): (&RunFolder, &ScoreTable),
) -> Result<(), Error> {
    let model = parts.model.trained(&trained.encoder);
    let mut contents = model.contents()?;
    if let (AnyModel::Texts(text), ModelRecipe::Sentence(keys)) = (&model, &recipe.model) {
        let card = Card {
            recipe,
            base: &keys.path,
            model: text,
            data: parts.learnt_from.as_deref().unwrap_or_default(),
            table,
            distance: parts.distance,
        };
        contents.push(("README.md".to_owned(), card.to_string().into_bytes()));
    }
    if !trained.parameters.is_empty() {
        contents.push((
            "criterion.safetensors".to_owned(),
            trained.criterion_bytes()?,
        ));
    }
    files::write_folder(&folder.model(), &contents)
}

/// Whether the trained scores reach the target; a score that could not be measured does not.
fn met(target: &TargetRecipe, scores: &ScoreTable) -> bool {
    let reached = |(name, &wanted): (&String, &f64)| {
        scores.score(name).is_some_and(|score| score.meets(wanted))
    };
    target.0.iter().all(reached)
}

/// `metrics.json`: lists of scores, which weights were kept, and what the run cost.
#[derive(Serialize)]
struct Metrics<'a> {
    scores: &'a ScoreTable,
    keep: Keep,
    kept_step: u64,
    steps: u64,
    seed: u64,
    target_met: bool,
    training: Spent,
    total: Spent,
    peak_memory_bytes: Option<u64>,
}

impl<'a> Metrics<'a> {
    fn new(recipe: &Recipe, trained: &Trained<AnyEncoder>, outcome: &'a RunOutcome) -> Self {
        Self {
            scores: &outcome.scores,
            keep: trained.keep,
            kept_step: trained.kept_step,
            steps: trained.steps,
            seed: recipe.seed,
            target_met: outcome.target_met,
            training: outcome.training,
            total: outcome.total,
            peak_memory_bytes: outcome.peak_memory,
        }
    }
}
