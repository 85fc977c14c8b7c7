//! `tercet eval`: how good a model is.

mod pictures;
mod texts;
mod towers;

use std::path::PathBuf;

use clap::Args;
use tercet::kernels::Distance;
use tercet::train::{AnyModel, Recipe};

use crate::Ending;
use crate::opened::OpenedModel;

/// Judge a model: retrieval and one-shot accuracy of pictures; search, triplet accuracy or correlation of texts;
/// pictures by words and words by pictures
///
/// Of `emoji` the test classes are judged, which the model has not seen; of a manifest with a split
/// column the pictures whose split is test; of anything else all pictures. Every picture is a query,
/// its candidates are all others (of other groups, where there are groups).
///
/// Of texts the columns of the file say what is judged: anchor and positive, how well positives are found among all
/// positives; with negative, triplet accuracy too; text_a, text_b and score, Spearman's and Pearson's correlation;
/// text and label, retrieval. Of a folder in BEIR's layout, search.
///
/// Of a recipe of pictures with captions, two towers are judged on what its [data] hold out, by its [relevance]: ranks
/// and coherence of both directions.
#[derive(Debug, Args)]
pub(crate) struct Eval {
    /// The folder of a model, or of a run
    model: PathBuf,

    /// A folder with a folder per class, a .csv manifest (columns path and label; split and group if wanted), or
    /// `emoji`; for texts a .jsonl, .csv or .tsv file, or a folder in BEIR's layout; for pictures with captions a recipe
    /// (.toml)
    data: PathBuf,

    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,

    /// The seed of the split of `emoji` and of the episodes [default: that of the model's run, or 0]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// The share of the classes of `emoji` that are test classes [default: that of the model's run, or 0.25]
    #[arg(long, value_name = "SHARE")]
    test: Option<f64>,

    /// squared-euclidean, euclidean, cosine or negative-dot [default: that of the model's run, or squared-euclidean for
    /// pictures and cosine for texts]
    #[arg(long, value_name = "NAME")]
    distance: Option<Distance>,

    /// Episodes of the 20-way 1-shot test; 0 leaves the one-shot tests out
    #[arg(long, value_name = "N", default_value_t = 600)]
    episodes: usize,

    /// Which judgements of a folder in BEIR's layout: qrels/NAME.tsv
    #[arg(long, value_name = "NAME", default_value = "test")]
    split: String,

    /// The layout of a file of texts: texts (by its columns), nli (SNLI, MultiNLI) or sts-benchmark, as published
    #[arg(long, value_name = "NAME", default_value = "texts")]
    layout: texts::Layout,

    /// Fail at the first picture that cannot be read, instead of skipping it
    #[arg(long)]
    strict: bool,
}

impl Eval {
    pub(crate) fn run(self) -> anyhow::Result<Ending> {
        let OpenedModel { model, recipe } = OpenedModel::open(&self.model)?;
        let text = texts::is_text(&self.data);
        match model {
            AnyModel::Pictures(model) => self.pictures(&model, recipe.as_ref()),
            AnyModel::Sentences(model) => self.texts(&model, recipe.as_ref()),
            AnyModel::Towers(towers) if towers::is_recipe(&self.data) => self.towers(&towers),
            AnyModel::Towers(towers) if text => self.texts(&towers.text, recipe.as_ref()),
            AnyModel::Towers(towers) => self.pictures(&towers.picture, recipe.as_ref()),
            _ => anyhow::bail!(
                "{}: wanted a model of pictures or texts",
                self.model.display()
            ),
        }
    }

    /// The distance that was asked for, or that of the model's run.
    fn distance(&self, recipe: Option<&Recipe>) -> Option<Distance> {
        let of_run = |recipe: &Recipe| recipe.evaluate.distance.unwrap_or(recipe.loss.distance());
        self.distance.or(recipe.map(of_run))
    }
}
