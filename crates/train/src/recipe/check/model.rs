//! Whether the network goes with the data, and its keys with each other.

use tercet_data::{Augment, DataLayout, Sampler};
use tercet_nn::{ConvNetConfig, VectorNetworkConfig};

use super::Checked;
use super::numbers::{at_least_one, fault, share};
use crate::recipe::{
    Freeze, ModelRecipe, PictureRecipe, Recipe, SentenceRecipe, TowerRecipe, TowersRecipe,
};

/// What a network embeds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Embeds {
    Images,
    Texts,
    Vectors,
}

impl Embeds {
    fn of(set: DataLayout) -> Self {
        match set {
            set if set.is_text() => Self::Texts,
            DataLayout::Vectors => Self::Vectors,
            _ => Self::Images,
        }
    }

    /// The kinds of `[model]` for it.
    fn wanted(self) -> &'static str {
        match self {
            Self::Images => "\"convnet\", \"picture\" or \"towers\" for images",
            Self::Texts => "\"sentence\" or \"towers\" for texts",
            Self::Vectors => "\"mlp\" or \"towers\" for vectors",
        }
    }

    /// The kinds of one side of two for it.
    fn wanted_of_a_side(self) -> &'static str {
        match self {
            Self::Images => "\"convnet\" or \"picture\" for images",
            Self::Texts => "\"sentence\" for texts",
            Self::Vectors => "\"mlp\" for vectors",
        }
    }
}

/// The network of a side, by reference.
#[derive(Clone, Copy)]
enum Side<'a> {
    Convnet(&'a ConvNetConfig),
    Picture(&'a PictureRecipe),
    Sentence(&'a SentenceRecipe),
    Mlp(&'a VectorNetworkConfig),
}

impl<'a> From<&'a TowerRecipe> for Side<'a> {
    fn from(side: &'a TowerRecipe) -> Self {
        match side {
            TowerRecipe::Convnet(keys) => Self::Convnet(keys),
            TowerRecipe::Picture(keys) => Self::Picture(keys),
            TowerRecipe::Sentence(keys) => Self::Sentence(keys),
            TowerRecipe::Mlp(keys) => Self::Mlp(keys),
        }
    }
}

impl Side<'_> {
    fn kind(self) -> &'static str {
        match self {
            Self::Convnet(_) => "convnet",
            Self::Picture(_) => "picture",
            Self::Sentence(_) => "sentence",
            Self::Mlp(_) => "mlp",
        }
    }

    fn embeds(self) -> Embeds {
        match self {
            Self::Convnet(_) | Self::Picture(_) => Embeds::Images,
            Self::Sentence(_) => Embeds::Texts,
            Self::Mlp(_) => Embeds::Vectors,
        }
    }

    /// Its keys, which stand in this section.
    fn check(self, recipe: &Recipe, section: &str) -> Checked {
        let key = |key: &str| format!("{section}.{key}");
        match self {
            Self::Convnet(keys) => at_least_one(&key("dim"), keys.dim as u64),
            Self::Mlp(keys) => {
                let mut hidden = keys.hidden.iter();
                hidden.try_for_each(|&width| at_least_one(&key("hidden"), width as u64))?;
                at_least_one(&key("dim"), keys.dim as u64)
            }
            Self::Picture(keys) => picture(recipe, section, keys),
            Self::Sentence(keys) => sentence(section, keys),
        }
    }
}

pub(super) fn check(recipe: &Recipe) -> Checked {
    let side = match &recipe.model {
        ModelRecipe::Towers(keys) => return towers(recipe, keys),
        ModelRecipe::Convnet(keys) => Side::Convnet(keys),
        ModelRecipe::Picture(keys) => Side::Picture(keys),
        ModelRecipe::Sentence(keys) => Side::Sentence(keys),
        ModelRecipe::Mlp(keys) => Side::Mlp(keys),
    };
    let set = recipe.data.set;
    if set.has_captions() {
        let wanted = "\"towers\" for images with captions";
        return fault("model.kind", wanted, side.kind());
    }
    let needed = Embeds::of(set);
    if side.embeds() != needed {
        return fault("model.kind", needed.wanted(), side.kind());
    }
    side.check(recipe, "model")
}

fn towers(recipe: &Recipe, keys: &TowersRecipe) -> Checked {
    at_least_one("model.dim", keys.dim as u64)?;
    match (&keys.query, &keys.document) {
        (None, None) => picture_and_text(recipe, keys),
        (Some(query), Some(document)) => {
            query_and_document(recipe, keys)?;
            side(recipe, "model.query", query.into())?;
            side(recipe, "model.document", document.into())
        }
        (Some(_), None) => fault("model", "[model.document] beside [model.query]", "none"),
        (None, Some(_)) => fault("model", "[model.query] beside [model.document]", "none"),
    }
}

/// One side of two, which embeds what the data are.
fn side(recipe: &Recipe, section: &str, side: Side<'_>) -> Checked {
    let needed = Embeds::of(recipe.data.set);
    if side.embeds() != needed {
        let key = format!("{section}.kind");
        return fault(&key, needed.wanted_of_a_side(), side.kind());
    }
    side.check(recipe, section)
}

/// Queries and documents are of one kind, and not pictures with captions.
fn query_and_document(recipe: &Recipe, keys: &TowersRecipe) -> Checked {
    let set = recipe.data.set;
    if set.has_captions() {
        let wanted = "images, texts or vectors for [model.query] and [model.document]";
        return fault("data.set", wanted, set);
    }
    let beside = "none beside [model.query] and [model.document]";
    if keys.picture != TowerRecipe::default() {
        return fault("model.picture", beside, "some");
    }
    if keys.text != SentenceRecipe::default() {
        return fault("model.text", beside, "some");
    }
    Ok(())
}

fn picture_and_text(recipe: &Recipe, keys: &TowersRecipe) -> Checked {
    let set = recipe.data.set;
    if !set.has_captions() {
        let wanted = "images with captions, or [model.query] and [model.document]";
        return fault("data.set", wanted, set);
    }
    let is_embedded = set == DataLayout::EmojiCaptions;
    if !is_embedded && !matches!(recipe.sampler, Sampler::Rows { .. }) {
        let wanted = "\"rows\" with sampler.batch, as every image is a class of its own";
        return fault("sampler.kind", wanted, "another");
    }
    side(recipe, "model.picture", (&keys.picture).into())?;
    sentence("model.text", &keys.text)
}

fn picture(recipe: &Recipe, section: &str, keys: &PictureRecipe) -> Checked {
    let key = |key: &str| format!("{section}.{key}");
    if keys.path.as_os_str().is_empty() {
        return fault(&key("path"), "the folder of an image network", "none");
    }
    at_least_one(&key("dim"), keys.dim.unwrap_or(1) as u64)?;
    frozen_layers(section, keys.freeze, keys.frozen_layers)?;
    if keys.freeze == Freeze::Encoder && recipe.augment != Augment::default() {
        let wanted = "none with freeze = \"encoder\", which sees every image once, as it is";
        return fault("augment", wanted, "some");
    }
    Ok(())
}

fn frozen_layers(section: &str, freeze: Freeze, given: usize) -> Checked {
    if given > 0 && freeze != Freeze::Layers {
        let wanted = "0 without freeze = \"layers\"";
        return fault(&format!("{section}.frozen_layers"), wanted, given);
    }
    Ok(())
}

fn sentence(section: &str, keys: &SentenceRecipe) -> Checked {
    let key = |key: &str| format!("{section}.{key}");
    if keys.path.as_os_str().is_empty() {
        return fault(&key("path"), "the folder of a text encoder", "none");
    }
    if let Some(dropout) = keys.dropout {
        share(&key("dropout"), f64::from(dropout))?;
    }
    at_least_one(&key("dense"), keys.dense.unwrap_or(1) as u64)?;
    at_least_one(&key("max_length"), keys.max_length.unwrap_or(1) as u64)?;
    if keys.fresh.is_some() && keys.freeze != Freeze::Nothing {
        let wanted = "\"nothing\" for an encoder that is trained from nothing";
        return fault(&key("freeze"), wanted, "something");
    }
    frozen_layers(section, keys.freeze, keys.frozen_layers)
}
