//! Scores of towers that have been trained, on the test data of any recipe.

use tercet_data::load;
use tercet_kernels::Distance;

use super::exam::{Embed, Exam};
use super::set::Captioned;
use super::{TowersModel, TowersReport, TowersScores};
use crate::Error;
use crate::run::Recipe;

/// Pictures read and embedded at a time.
const CHUNK: usize = 1024;

/// Scores of towers on what `[data]` of a recipe holds out, with relevance as its `[relevance]` says. Pictures are
/// prepared as the model's folder says.
///
/// # Errors
/// The data cannot be read, or nothing of them is held out.
pub fn towers_report(
    model: &TowersModel,
    recipe: &Recipe,
    distance: Distance,
) -> Result<TowersReport, Error> {
    let set = Captioned::open(recipe)?;
    if set.classes.is_empty() {
        return Err(Error::NothingHeldOut);
    }
    let scores = |items: &[usize]| scores(model, &set, items, distance);
    Ok(TowersReport {
        distance,
        unseen_classes: scores(&set.classes)?,
        unseen_sources: match set.source.as_slice() {
            [] => None,
            items => Some(scores(items)?),
        },
    })
}

fn scores(
    model: &TowersModel,
    set: &Captioned,
    items: &[usize],
    distance: Distance,
) -> Result<TowersScores, Error> {
    let pictures = |items: &[usize]| {
        let mut rows = Vec::with_capacity(items.len() * model.dim());
        for chunk in items.chunks(CHUNK) {
            let pixels = load(set.dataset.as_ref(), chunk, &model.picture.preprocess)?;
            rows.extend(model.picture.embed(&pixels)?);
        }
        Ok(rows)
    };
    let exam = Exam {
        set,
        items,
        distance,
    };
    exam.scores(&Embed {
        pictures: &pictures,
        texts: &|texts| Ok(model.text.embed(texts)?.numbers),
        dim: model.dim(),
    })
}
