//! Whether the optimiser's keys are in their ranges and fit the network and the loss.

use tercet_kernels::Criterion;

use super::Checked;
use super::numbers::{above_zero, at_least_one, at_least_zero, factor, fault, proportion, share};
use crate::recipe::{ModelRecipe, OptimizerKind, OptimizerRecipe, Recipe};

pub(super) fn check(recipe: &Recipe) -> Checked {
    let keys = &recipe.optimizer;
    numbers(keys)?;
    if keys.layer_decay < 1.0 && !(has_layers(&recipe.model) && keys.kind == OptimizerKind::Adamw) {
        let wanted = "1 but for encoders that others have trained, with adamw";
        return fault("optimizer.layer_decay", wanted, keys.layer_decay);
    }
    if keys.learn_scale && !has_scale(&recipe.loss) {
        let wanted = "false with a loss that has no scale or temperature";
        return fault("optimizer.learn_scale", wanted, "true");
    }
    Ok(())
}

fn numbers(keys: &OptimizerRecipe) -> Checked {
    above_zero("optimizer.learning_rate", keys.learning_rate)?;
    above_zero("optimizer.epsilon", keys.epsilon)?;
    above_zero("optimizer.criterion_rate", keys.criterion_rate)?;
    at_least_zero("optimizer.criterion_decay", keys.criterion_decay)?;
    at_least_zero("optimizer.weight_decay", keys.weight_decay)?;
    at_least_zero("optimizer.clip_norm", keys.clip_norm)?;
    share("optimizer.momentum", keys.momentum)?;
    share("optimizer.beta_1", keys.beta_1)?;
    share("optimizer.beta_2", keys.beta_2)?;
    factor("optimizer.step_factor", keys.step_factor)?;
    proportion("optimizer.final_fraction", keys.final_fraction)?;
    factor("optimizer.layer_decay", keys.layer_decay)?;
    at_least_one("optimizer.step_every", keys.step_every)
}

/// Whether it is one network with layers that others have trained.
fn has_layers(model: &ModelRecipe) -> bool {
    matches!(model, ModelRecipe::Sentence(_) | ModelRecipe::Picture(_))
}

/// Whether there is a scale to learn.
fn has_scale(loss: &Criterion) -> bool {
    let learnt = loss.clone().learning(true).parameters(1, Some(1), 0);
    let learnt = learnt.unwrap_or_default();
    learnt
        .iter()
        .any(|learnt| learnt.name.ends_with(".log_scale"))
}
