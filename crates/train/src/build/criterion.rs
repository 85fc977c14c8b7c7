//! What embeddings cost, as a recipe says.

use tercet_kernels::Criterion;

use crate::recipe::Recipe;
use crate::{Curriculum, Error};

/// `[loss]`, on the leading dimensions of `[matryoshka]`, after the loss of `[curriculum]`.
///
/// # Errors
/// Weights that are no numbers.
pub(crate) fn curriculum(recipe: &Recipe) -> Result<Curriculum, Error> {
    let then = Curriculum::from(one(recipe, &recipe.loss)?);
    match &recipe.curriculum {
        Some(first) => Ok(then.after(first.steps, one(recipe, &first.loss)?)),
        None => Ok(then),
    }
}

fn one(recipe: &Recipe, loss: &Criterion) -> Result<Criterion, Error> {
    let keys = &recipe.matryoshka;
    let mut criterion = loss.clone();
    if recipe.optimizer.learn_scale {
        criterion = criterion.learning(true);
    }
    if keys.sizes.is_empty() {
        return Ok(criterion);
    }
    let weights = keys.weights.iter().copied().chain(std::iter::repeat(1.0));
    let sizes: Vec<(usize, f64)> = keys.sizes.iter().copied().zip(weights).collect();
    Ok(criterion.matryoshka(&sizes)?)
}
