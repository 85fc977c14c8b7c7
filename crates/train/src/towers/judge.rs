//! Scores of towers that have been trained, on the test data of any recipe.

use std::sync::Arc;

use tercet_kernels::Distance;
use tercet_nn::PictureNetwork;

use super::exam::{Exam, Examinee};
use super::set::Captioned;
use super::{TowersModel, TowersReport};
use crate::Error;
use crate::bridge::{Features, Network};
use crate::run::Recipe;
use crate::sentences::Reader;
use crate::viewer::Viewer;

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
    let pictures = model.picture.network.pictures()?.clone();
    // Nothing is trained, so every input goes through once.
    let features = match &pictures {
        PictureNetwork::Encoder(encoder) => Some(Features::new(encoder, recipe.device)),
        PictureNetwork::Convnet(_) => None,
    };
    let examinee = Examinee {
        viewer: &Viewer::new(set.dataset.clone(), model.picture.preprocess, features),
        reader: &Reader::new(Arc::new(model.text.clone()), true),
        network: &Network::of_both(pictures, model.text.encoder.clone(), recipe.device),
    };
    let scores = |items: &[usize]| {
        let exam = Exam {
            set: &set,
            items,
            distance,
        };
        exam.scores(&examinee)
    };
    Ok(TowersReport {
        distance,
        unseen_classes: scores(&set.classes)?,
        unseen_sources: match set.source.as_slice() {
            [] => None,
            items => Some(scores(items)?),
        },
    })
}
