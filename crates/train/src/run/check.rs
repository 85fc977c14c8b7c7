//! What types alone cannot refuse.

use tercet_data::{Augment, Sampler};

use super::{
    DataSet, Freeze, LossRecipe, MatryoshkaRecipe, ModelRecipe, OptimizerKind, PictureRecipe,
    Recipe, RelevanceFrom, SentenceRecipe, TowerRecipe, TowersRecipe,
};

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
    texts(recipe)?;
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

/// What is of texts alone, or of pictures alone.
fn texts(recipe: &Recipe) -> Checked {
    let (data, set) = (&recipe.data, recipe.data.set);
    match &recipe.model {
        ModelRecipe::Towers(keys) => towers(recipe, keys),
        _ if set.has_captions() => fault(
            "model.kind",
            "\"towers\" for pictures with captions",
            "another",
        ),
        ModelRecipe::Sentence(keys) if set.is_text() => sentence("model.path", keys),
        ModelRecipe::Sentence(_) => fault("data.set", "texts for model.kind = \"sentence\"", set),
        ModelRecipe::Convnet(_) if set.is_text() => {
            fault("model.kind", "\"sentence\" for texts", "convnet")
        }
        ModelRecipe::Picture(_) if set.is_text() => {
            fault("model.kind", "\"sentence\" for texts", "picture")
        }
        ModelRecipe::Convnet(_) | ModelRecipe::Picture(_) => {
            if let ModelRecipe::Picture(keys) = &recipe.model {
                picture(recipe, "model.path", keys)?;
            }
            let none = "none, as it is of texts alone";
            let path = |path: &std::path::PathBuf| path.display().to_string();
            let negatives = data.negatives.map(|count| count.to_string());
            [
                (
                    "data.validation_path",
                    data.validation_path.as_ref().map(path),
                ),
                ("data.test_path", data.test_path.as_ref().map(path)),
                ("data.negatives", negatives),
            ]
            .into_iter()
            .try_for_each(|(key, given)| given.map_or(Ok(()), |given| fault(key, none, given)))
        }
    }
}

fn towers(recipe: &Recipe, keys: &TowersRecipe) -> Checked {
    let set = recipe.data.set;
    if !set.has_captions() {
        let wanted = "pictures with captions for model.kind = \"towers\"";
        return fault("data.set", wanted, set);
    }
    at_least_one("model.dim", keys.dim as u64)?;
    if let Some(curriculum) = &recipe.curriculum {
        at_least_one("curriculum.steps", curriculum.steps)?;
    }
    if let TowerRecipe::Picture(keys) = &keys.picture {
        picture(recipe, "model.picture.path", keys)?;
    }
    let alone = recipe.data.set != DataSet::EmojiCaptions;
    if alone && !matches!(recipe.sampler, Sampler::Rows { .. }) {
        let wanted = "\"rows\", as every picture is a class of its own";
        return fault("sampler.kind", wanted, "another");
    }
    relevance(recipe)?;
    sentence("model.text.path", &keys.text)
}

fn relevance(recipe: &Recipe) -> Checked {
    let keys = &recipe.relevance;
    proportion("relevance.missing", Some(f64::from(keys.missing)))?;
    if keys.from == Some(RelevanceFrom::File) && keys.path.is_none() {
        return fault("relevance.path", "the table of pairs", "none");
    }
    let shares = &keys.quantiles;
    for &share in shares {
        proportion("relevance.quantiles", Some(share))?;
    }
    if let Some(two) = shares.windows(2).find(|two| two[0] <= two[1]) {
        let given = format!("{} before {}", two[0], two[1]);
        return fault("relevance.quantiles", "each below the one before", given);
    }
    let wanted = recipe.loss.thresholds();
    if !shares.is_empty() && shares.len() != wanted.len() {
        let given = format!("{} for {}", shares.len(), wanted.len());
        return fault(
            "relevance.quantiles",
            "one for each of loss.thresholds",
            given,
        );
    }
    if !shares.is_empty() && wanted.iter().any(|&threshold| threshold <= 0.0) {
        let wanted = "numbers above 0 with relevance.quantiles";
        return fault("loss.thresholds", wanted, "0");
    }
    Ok(())
}

fn picture(recipe: &Recipe, key: &'static str, keys: &PictureRecipe) -> Checked {
    if keys.path.as_os_str().is_empty() {
        return fault(key, "the folder of a picture network", "none");
    }
    at_least_one("model.dim", keys.dim.unwrap_or(1) as u64)?;
    frozen_layers(keys.freeze, keys.frozen_layers)?;
    if keys.freeze == Freeze::Encoder && recipe.augment != Augment::default() {
        let wanted = "none with freeze = \"encoder\", which sees every picture once, as it is";
        return fault("augment", wanted, "some");
    }
    Ok(())
}

fn frozen_layers(freeze: Freeze, given: usize) -> Checked {
    if given > 0 && freeze != Freeze::Layers {
        let wanted = "0 without freeze = \"layers\"";
        return fault("model.frozen_layers", wanted, given);
    }
    Ok(())
}

fn sentence(key: &'static str, keys: &SentenceRecipe) -> Checked {
    let SentenceRecipe {
        path,
        dropout,
        dense,
        freeze,
        frozen_layers,
        fresh,
        ..
    } = keys;
    if path.as_os_str().is_empty() {
        return fault(key, "the folder of a text encoder", "none");
    }
    if let Some(dropout) = dropout {
        share("model.dropout", f64::from(*dropout))?;
    }
    at_least_one("model.dense", dense.unwrap_or(1) as u64)?;
    if fresh.is_some() && *freeze != Freeze::Nothing {
        let wanted = "nothing for an encoder that is trained from nothing";
        return fault("model.freeze", wanted, "something");
    }
    self::frozen_layers(*freeze, *frozen_layers)
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
