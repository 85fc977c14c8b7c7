//! `tercet eval`: how good a model is.

mod described;
mod heading;
mod search;

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use serde::Serialize;
use tercet::data::{DataSource, ImageSet, ScoreRange};
use tercet::eval::ScoreTable;
use tercet::kernels::Distance;
use tercet::train::{AnyModel, Recipe, caption_scores, evaluate};

use self::described::{Described, Layout};
use crate::Ending;
use crate::opened::{OpenedModel, is_beir, is_recipe};
use crate::table;
use crate::text::say;

/// Judge a model: retrieval and one-shot accuracy of pictures and rows of numbers; search, triplet accuracy or correlation
/// of texts; pictures by words and words by pictures
///
/// Of `emoji` the test classes are judged, which the model has not seen; of a manifest with a split column the pictures
/// whose split is test; of a recipe what its [data] hold out; of anything else all there is. Every picture is a query, its
/// candidates are all others (of other groups, where there are groups).
///
/// Of tables the columns say what is judged: anchor and positive, how well positives are found among all positives; with
/// negative, triplet accuracy too; text_a, text_b and score, Spearman's and Pearson's correlation; text and label,
/// retrieval. Of a folder in BEIR's layout, search. Of two networks that read texts both, the first embeds what is asked.
///
/// Of a recipe of pictures with captions, ranks and coherence of both directions, by its [relevance].
#[derive(Debug, Args)]
pub(crate) struct Eval {
    /// The folder of a model, or of a run
    model: PathBuf,

    /// A folder with a folder per class, a .csv, .tsv or .jsonl manifest (columns path and label; split and group if
    /// wanted), or `emoji`; for texts a .jsonl, .csv or .tsv file, or a folder in BEIR's layout; a recipe (.toml), whose
    /// data it is; with --vectors a file of labels, or a table whose cells are numbers of rows
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

    /// squared-euclidean, euclidean, cosine or negative-dot [default: that of the model's run, or cosine for texts and
    /// squared-euclidean for anything else]
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
    layout: Layout,

    /// Of pairs with a score, the lowest and the highest score there may be
    #[arg(long, value_name = "LOW,HIGH", value_parser = described::score_range, default_value = "0,1", allow_hyphen_values = true)]
    score_range: ScoreRange,

    /// The rows of numbers that a model of such reads: .npy or .safetensors
    #[arg(long, value_name = "FILE")]
    vectors: Option<PathBuf>,

    /// Fail at the first picture that cannot be read, instead of skipping it
    #[arg(long)]
    strict: bool,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Judgement<'a> {
    model: &'a PathBuf,
    data: &'a PathBuf,
    #[serde(flatten)]
    of: heading::Amounts,
    distance: Distance,
    scores: &'a ScoreTable,
}

impl Eval {
    pub(crate) fn run(self) -> anyhow::Result<Ending> {
        let OpenedModel { model, recipe } = OpenedModel::open(&self.model)?;
        let recipe = recipe.as_ref();
        if is_recipe(&self.data) {
            self.of_recipe(&model)?;
        } else if is_beir(&self.data) {
            let distance = self.distance(recipe).unwrap_or(Distance::Cosine);
            let table = self.search(&model, distance)?;
            self.show(&heading::Amounts::default(), distance, &table)?;
        } else {
            anyhow::ensure!(
                self.vectors.is_some() || model.reads() != "rows of numbers",
                "--vectors: wanted the .npy or .safetensors file of the rows that the model reads, given none"
            );
            let described = self.describe(&model, recipe);
            self.of_data(&model, &described)?;
        }
        Ok(Ending::Done)
    }

    /// Judges on what a description describes.
    fn of_data(&self, model: &AnyModel, described: &Described) -> anyhow::Result<()> {
        let Described {
            description,
            distance,
            seed,
        } = described;
        let data = tercet::data::open(description, *seed)?;
        let table = evaluate(model, &data, *distance, self.episodes)?;
        let mut amounts = heading::Amounts::default();
        if let DataSource::Images(set) = &data {
            amounts = heading::Amounts::of(set, description.set.is_embedded());
        }
        self.show(&amounts, *distance, &table)
    }

    /// Judges on what the data of a recipe hold out.
    fn of_recipe(&self, model: &AnyModel) -> anyhow::Result<()> {
        let recipe = Recipe::read(&self.data, &[])?;
        let says = || format!("cannot judge as {} says", self.data.display());
        if !recipe.data.set.has_captions() {
            let described = Described::of_recipe(self, &recipe);
            return self.of_data(model, &described).with_context(says);
        }
        let distance = self.distance.unwrap_or(Distance::Cosine);
        let table = caption_scores(model, &recipe, distance).with_context(says)?;
        self.show(&heading::Amounts::default(), distance, &table)
    }

    /// The distance that was asked for, or that of the model's run.
    fn distance(&self, recipe: Option<&Recipe>) -> Option<Distance> {
        let of_run = |recipe: &Recipe| recipe.evaluate.distance.unwrap_or(recipe.loss.distance());
        self.distance.or(recipe.map(of_run))
    }

    fn show(
        &self,
        amounts: &heading::Amounts,
        distance: Distance,
        table: &ScoreTable,
    ) -> anyhow::Result<()> {
        if self.json {
            return say(&serde_json::to_string_pretty(&Judgement {
                model: &self.model,
                data: &self.data,
                of: amounts.clone(),
                distance,
                scores: table,
            })?);
        }
        say(&format!(
            "{}{}\n\n{}",
            self.data.display(),
            amounts.words(),
            table::text(table)
        ))
    }
}

/// How many classes the judged pictures are of.
fn classes(set: &ImageSet) -> usize {
    set.count_classes(&set.judged().0)
}
