//! What is judged on, as the flags describe it.

use clap::ValueEnum;
use tercet::data::{DataLayout, Description, ScoreRange};
use tercet::kernels::Distance;
use tercet::train::{AnyModel, Recipe, TwoSides};

use super::Eval;
use crate::opened::looks_like_texts;

/// The layout of a file of texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Layout {
    /// Its columns say what its rows are.
    Texts,
    /// SNLI or MultiNLI.
    Nli,
    /// STSbenchmark.
    StsBenchmark,
}

/// Two numbers with a comma between them.
pub(super) fn score_range(text: &str) -> Result<ScoreRange, String> {
    let numbers = text.split_once(',').and_then(|(low, high)| {
        let low: f64 = low.trim().parse().ok()?;
        Some((low, high.trim().parse().ok()?))
    });
    let (low, high) = numbers.ok_or("wanted LOW,HIGH")?;
    ScoreRange::new(low, high).map_err(|error| error.to_string())
}

/// Data, how near is measured, and the seed of what is drawn.
pub(super) struct Described {
    pub(super) description: Description,
    pub(super) distance: Distance,
    pub(super) seed: u64,
}

/// What a model reads.
enum Reads {
    Images,
    Texts,
    Vectors,
}

impl Described {
    /// The data of a recipe.
    pub(super) fn of_recipe(asked: &Eval, recipe: &Recipe) -> Self {
        Self {
            description: recipe.data.clone(),
            distance: asked.distance(Some(recipe)).unwrap_or_default(),
            seed: asked.seed.unwrap_or(recipe.seed),
        }
    }
}

impl Eval {
    /// What the flags describe, for a model that was trained by a recipe.
    pub(super) fn describe(&self, model: &AnyModel, recipe: Option<&Recipe>) -> Described {
        let usual = match self.reads(model) {
            Reads::Texts => Distance::Cosine,
            Reads::Images | Reads::Vectors => Distance::default(),
        };
        Described {
            description: self.description(model, recipe),
            distance: self.distance(recipe).unwrap_or(usual),
            seed: self.seed.or(recipe.map(|recipe| recipe.seed)).unwrap_or(0),
        }
    }

    fn description(&self, model: &AnyModel, recipe: Option<&Recipe>) -> Description {
        let mut description = match self.reads(model) {
            Reads::Images => Description::of_images(&self.data),
            Reads::Texts => Description::of_texts(&self.data),
            Reads::Vectors => Description {
                set: DataLayout::Vectors,
                vectors: self.vectors.clone(),
                ..Description::of_texts(&self.data)
            },
        };
        match (description.set, self.layout) {
            (DataLayout::Texts, Layout::Nli) => description.set = DataLayout::Nli,
            (DataLayout::Texts, Layout::StsBenchmark) => {
                description.set = DataLayout::StsBenchmark;
            }
            (DataLayout::Texts | DataLayout::Vectors | DataLayout::Manifest, _) => {
                description.score_range = Some(self.score_range);
            }
            (DataLayout::Emoji, _) => {
                let of_run = recipe.map(|recipe| recipe.data.test);
                let usual = Description::default().test;
                description.test = self.test.or(of_run).unwrap_or(usual);
            }
            _ => {}
        }
        description.strict = self.strict;
        description
    }

    /// What the data are to a model: of a model of pictures and texts, what they look like.
    fn reads(&self, model: &AnyModel) -> Reads {
        match model {
            AnyModel::Images(_) => Reads::Images,
            AnyModel::Vectors(_) => Reads::Vectors,
            AnyModel::Two(two) if two.sides == TwoSides::QueryDocument => self.reads(&two.first),
            AnyModel::Two(_) if !looks_like_texts(&self.data) => Reads::Images,
            _ => Reads::Texts,
        }
    }
}
