//! Whether the network goes with the data, and its keys with each other.

use std::path::PathBuf;

use tercet_data::{Augment, Sampler};

use super::{Checked, at_least_one, fault, proportion, share};
use crate::run::{
    DataRecipe, DataSet, Freeze, ModelRecipe, PictureRecipe, Recipe, RelevanceFrom, SentenceRecipe,
    TowerRecipe, TowersRecipe,
};

pub(super) fn check(recipe: &Recipe) -> Checked {
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
        ModelRecipe::Convnet(_) => of_pictures(data),
        ModelRecipe::Picture(keys) => {
            picture(recipe, "model.path", keys)?;
            of_pictures(data)
        }
    }
}

/// Pictures without captions have no keys of texts.
fn of_pictures(data: &DataRecipe) -> Checked {
    let path = |path: &PathBuf| path.display().to_string();
    let keys = [
        (
            "data.validation_path",
            data.validation_path.as_ref().map(path),
        ),
        ("data.test_path", data.test_path.as_ref().map(path)),
        (
            "data.negatives",
            data.negatives.map(|count| count.to_string()),
        ),
        ("data.pictures", data.pictures.as_ref().map(path)),
    ];
    let none = "none, as it is of texts or captions alone";
    let mut keys = keys.into_iter();
    keys.try_for_each(|(key, given)| given.map_or(Ok(()), |given| fault(key, none, given)))
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
        let wanted = "\"rows\" with sampler.batch, as every picture is a class of its own";
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
