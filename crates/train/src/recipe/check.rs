//! What types alone cannot refuse.

mod loss;
mod model;
mod numbers;
mod optimizer;
mod relevance;

use self::numbers::{at_least_one, fault, finite};
use super::fault::Fault;
use super::{MatryoshkaRecipe, Recipe};

type Checked = Result<(), Fault>;

/// The first key of a recipe whose value makes no sense, by itself or beside the others.
pub(super) fn check(recipe: &Recipe) -> Checked {
    recipe.data.check().map_err(of_data)?;
    relevance::check(recipe)?;
    recipe.sampler.check().map_err(of_data)?;
    preprocess(recipe)?;
    model::check(recipe)?;
    loss::check(recipe)?;
    memory(recipe)?;
    matryoshka(recipe)?;
    optimizer::check(recipe)?;
    train(recipe)?;
    evaluate(recipe)
}

/// What the sections of the data say of their keys.
fn of_data(error: tercet_data::Error) -> Fault {
    match error {
        tercet_data::Error::Key { key, wanted, given } => Fault::new(key, wanted, given),
        tercet_data::Error::Number {
            name,
            wanted,
            given,
        } => Fault::new(name, wanted, given),
        other => Fault::new("data", "keys that fit together", other),
    }
}

fn preprocess(recipe: &Recipe) -> Checked {
    let keys = &recipe.preprocess;
    match (keys.size, keys.shortest_edge) {
        (Some(size), _) if !(1..=4096).contains(&size) => {
            return fault("preprocess.size", "a whole number from 1 to 4096", size);
        }
        (None, Some(edge)) => {
            let wanted = "none without preprocess.size";
            return fault("preprocess.shortest_edge", wanted, edge);
        }
        (Some(size), Some(edge)) if edge < size => {
            return fault("preprocess.shortest_edge", "at least preprocess.size", edge);
        }
        _ => {}
    }
    for mean in keys.image_mean.iter().flatten() {
        finite("preprocess.image_mean", f64::from(*mean))?;
    }
    for std in keys.image_std.iter().flatten() {
        numbers::above_zero("preprocess.image_std", f64::from(*std))?;
    }
    Ok(())
}

/// What is remembered is no less than a step.
fn memory(recipe: &Recipe) -> Checked {
    let Some(keys) = &recipe.memory else {
        return Ok(());
    };
    if recipe.data.set.has_captions() {
        let wanted = "none for images with captions, which have no classes";
        return fault("memory", wanted, "some");
    }
    at_least_one("memory.size", keys.size as u64)?;
    let batch = recipe.sampler.batch_size();
    if keys.size < batch {
        let wanted = format!("at least {batch}, the size of a batch");
        return fault("memory.size", wanted, keys.size);
    }
    Ok(())
}

fn matryoshka(recipe: &Recipe) -> Checked {
    let MatryoshkaRecipe { sizes, weights } = &recipe.matryoshka;
    for &size in sizes {
        at_least_one("matryoshka.sizes", size as u64)?;
    }
    if !weights.is_empty() && weights.len() != sizes.len() {
        let given = weights.len();
        return fault("matryoshka.weights", "one per size, or none", given);
    }
    let mut weights = weights.iter();
    weights.try_for_each(|&weight| numbers::at_least_zero("matryoshka.weights", weight))
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
    for (name, &wanted) in &recipe.target.0 {
        finite(&format!("target.{name}"), wanted)?;
    }
    if recipe.evaluate.episodes < 2 {
        return fault("evaluate.episodes", "at least 2", recipe.evaluate.episodes);
    }
    Ok(())
}
