//! What types alone cannot refuse.

mod model;

use super::{DataSet, LossRecipe, MatryoshkaRecipe, ModelRecipe, OptimizerKind, Recipe};

/// A key whose value makes no sense.
pub(super) struct Fault {
    pub(super) key: &'static str,
    pub(super) wanted: &'static str,
    pub(super) given: String,
}

type Checked = Result<(), Fault>;

pub(super) fn check(recipe: &Recipe) -> Checked {
    data(recipe)?;
    preprocess(recipe)?;
    model::check(recipe)?;
    loss(recipe)?;
    matryoshka(recipe)?;
    optimizer(recipe)?;
    train(recipe)?;
    evaluate(recipe)
}

fn fault(key: &'static str, wanted: &'static str, given: impl ToString) -> Checked {
    Err(Fault {
        key,
        wanted,
        given: given.to_string(),
    })
}

fn data(recipe: &Recipe) -> Checked {
    let data = &recipe.data;
    share("data.validation", data.validation)?;
    share("data.test", data.test)?;
    match (data.set, &data.path) {
        (DataSet::Emoji | DataSet::EmojiCaptions, Some(path)) => fault(
            "data.path",
            "none with data.set = \"emoji\"",
            path.display(),
        ),
        (DataSet::Folder, None) => fault("data.path", "the folder of the pictures", "none"),
        (DataSet::Manifest, None) => fault("data.path", "the csv file", "none"),
        (set, None) if set.has_captions() && set != DataSet::EmojiCaptions => {
            fault("data.path", "the file of the captions", "none")
        }
        (set, None) if set.is_text() => fault("data.path", "the file of the texts", "none"),
        _ if data.validation + data.test >= 1.0 => {
            let sum = data.validation + data.test;
            fault("data.validation", "a sum with data.test below 1", sum)
        }
        _ => Ok(()),
    }
}

fn preprocess(recipe: &Recipe) -> Checked {
    let keys = &recipe.preprocess;
    match (keys.size, keys.shortest_edge) {
        (None, Some(edge)) => fault(
            "preprocess.shortest_edge",
            "none without preprocess.size",
            edge,
        ),
        (Some(size), Some(edge)) if edge < size => {
            fault("preprocess.shortest_edge", "at least preprocess.size", edge)
        }
        _ => Ok(()),
    }
}

/// Pictures have classes; tuples have to be given.
fn loss(recipe: &Recipe) -> Checked {
    match &recipe.loss {
        LossRecipe::Given(_) if recipe.data.set.is_text() => Ok(()),
        LossRecipe::Given(keys) => fault(
            "loss.kind",
            "a loss of one batch of labelled pictures",
            format!("{}, which needs tuples that are given", keys.name()),
        ),
        _ => Ok(()),
    }
}

fn matryoshka(recipe: &Recipe) -> Checked {
    let MatryoshkaRecipe { sizes, weights } = &recipe.matryoshka;
    if !weights.is_empty() && weights.len() != sizes.len() {
        let given = weights.len();
        return fault("matryoshka.weights", "one per size, or none", given);
    }
    let mut weights = weights.iter();
    weights.try_for_each(|&weight| at_least_zero("matryoshka.weights", weight))
}

fn optimizer(recipe: &Recipe) -> Checked {
    let keys = &recipe.optimizer;
    above_zero("optimizer.learning_rate", keys.learning_rate)?;
    above_zero("optimizer.epsilon", keys.epsilon)?;
    at_least_zero("optimizer.weight_decay", keys.weight_decay)?;
    at_least_zero("optimizer.clip_norm", keys.clip_norm)?;
    share("optimizer.momentum", keys.momentum)?;
    share("optimizer.beta_1", keys.beta_1)?;
    share("optimizer.beta_2", keys.beta_2)?;
    proportion("optimizer.step_factor", Some(keys.step_factor))?;
    above_zero("optimizer.step_factor", keys.step_factor)?;
    proportion("optimizer.final_fraction", Some(keys.final_fraction))?;
    proportion("optimizer.layer_decay", Some(keys.layer_decay))?;
    above_zero("optimizer.layer_decay", keys.layer_decay)?;
    let layers = matches!(
        recipe.model,
        ModelRecipe::Sentence(_) | ModelRecipe::Picture(_)
    );
    if keys.layer_decay < 1.0 && !(layers && keys.kind == OptimizerKind::Adamw) {
        let wanted = "1 but for encoders that others have trained, with adamw";
        return fault("optimizer.layer_decay", wanted, keys.layer_decay);
    }
    let scaled = |loss: &LossRecipe| loss.goal().is_ok_and(|goal| goal.scale().is_some());
    if keys.learn_scale && !scaled(&recipe.loss) {
        let wanted = "false with a loss that has no scale or temperature";
        return fault("optimizer.learn_scale", wanted, "true");
    }
    at_least_one("optimizer.step_every", keys.step_every)
}

fn train(recipe: &Recipe) -> Checked {
    let keys = &recipe.train;
    at_least_one("train.steps", keys.steps)?;
    at_least_one("train.checkpoint_every", keys.checkpoint_every)?;
    at_least_one("train.keep_checkpoints", keys.keep_checkpoints as u64)?;
    at_least_one("train.evaluate_every", keys.evaluate_every)?;
    at_least_one("train.ahead", keys.ahead as u64)?;
    at_least_one("train.patience", keys.patience.unwrap_or(1))?;
    at_least_one("train.micro_batch", keys.micro_batch.unwrap_or(1) as u64)
}

fn evaluate(recipe: &Recipe) -> Checked {
    proportion("target.recall_at_1", recipe.target.recall_at_1)?;
    proportion("target.one_shot_400way", recipe.target.one_shot_400way)?;
    proportion("target.triplet_accuracy", recipe.target.triplet_accuracy)?;
    proportion("target.spearman", recipe.target.spearman)?;
    proportion("target.coherence", recipe.target.coherence)?;
    if recipe.evaluate.episodes < 2 {
        return fault("evaluate.episodes", "at least 2", recipe.evaluate.episodes);
    }
    Ok(())
}

fn share(key: &'static str, given: f64) -> Checked {
    if (0.0..1.0).contains(&given) {
        return Ok(());
    }
    fault(key, "a number of at least 0 and below 1", given)
}

fn proportion(key: &'static str, given: Option<f64>) -> Checked {
    match given {
        Some(given) if !(0.0..=1.0).contains(&given) => fault(key, "a number from 0 to 1", given),
        _ => Ok(()),
    }
}

fn above_zero(key: &'static str, given: f64) -> Checked {
    if given.is_finite() && given > 0.0 {
        return Ok(());
    }
    fault(key, "a finite number above 0", given)
}

fn at_least_zero(key: &'static str, given: f64) -> Checked {
    if given.is_finite() && given >= 0.0 {
        return Ok(());
    }
    fault(key, "a finite number of at least 0", given)
}

fn at_least_one(key: &'static str, given: u64) -> Checked {
    if given > 0 {
        return Ok(());
    }
    fault(key, "at least 1", given)
}
