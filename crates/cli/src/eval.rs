//! `tercet eval`: how good a model is.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use tercet::data::{Dataset, Split, Splits};
use tercet::eval::{Report, Scores};
use tercet::kernels::Distance;
use tercet::train::{Exam, Recipe};

use crate::Ending;
use crate::opened::{OpenedData, OpenedModel};
use crate::text::{counted, say};

/// Judge a model: retrieval and one-shot accuracy
///
/// Of `emoji` the test classes are judged, which the model has not seen; of a manifest with a split
/// column the pictures whose split is test; of anything else all pictures. Every picture is a query,
/// its candidates are all others (of other groups, where there are groups).
#[derive(Debug, Args)]
pub(crate) struct Eval {
    /// The folder of a model, or of a run
    model: PathBuf,

    /// A folder with a folder per class, a .csv manifest (columns path and label; split and group if wanted), or `emoji`
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

    /// squared-euclidean, euclidean, cosine or negative-dot [default: that of the model's run, or squared-euclidean]
    #[arg(long, value_name = "NAME")]
    distance: Option<Distance>,

    /// Episodes of the 20-way 1-shot test; 0 leaves the one-shot tests out
    #[arg(long, value_name = "N", default_value_t = 600)]
    episodes: usize,

    /// Fail at the first picture that cannot be read, instead of skipping it
    #[arg(long)]
    strict: bool,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Judgement<'a> {
    model: &'a PathBuf,
    data: &'a PathBuf,
    split: Option<Split>,
    split_seed: Option<u64>,
    distance: Distance,
    images: usize,
    classes: usize,
    unreadable: usize,
    #[serde(flatten)]
    scores: &'a Scores,
}

impl Eval {
    pub(crate) fn run(self) -> anyhow::Result<Ending> {
        let OpenedModel { model, recipe } = OpenedModel::open(&self.model)?;
        let opened = OpenedData::open(&self.data, self.strict)?;
        let dataset = opened.dataset.as_ref();
        let splits = self.splits(recipe.as_ref())?;
        let (items, split) = judged(&opened, &splits);
        let exam = Exam {
            dataset,
            items: &items,
            preprocess: &model.preprocess,
            distance: self.distance(recipe.as_ref()),
            episodes: self.episodes,
            splits,
        };
        let scores = exam.scores(model.dim(), &|pixels| model.embed(pixels))?;
        self.show(&Judgement {
            model: &self.model,
            data: &self.data,
            split,
            split_seed: opened.is_emoji.then(|| splits.seed()),
            distance: exam.distance,
            images: items.len(),
            classes: classes(dataset, &items),
            unreadable: opened.report.unreadable().len(),
            scores: &scores,
        })?;
        Ok(Ending::Done)
    }

    fn splits(&self, recipe: Option<&Recipe>) -> anyhow::Result<Splits> {
        let default = Splits::default();
        let of_run = recipe.map(|recipe| (recipe.seed, recipe.data.test));
        let (seed, test) = of_run.unwrap_or((default.seed(), default.test()));
        Ok(Splits::new(
            0.0,
            self.test.unwrap_or(test),
            self.seed.unwrap_or(seed),
        )?)
    }

    fn distance(&self, recipe: Option<&Recipe>) -> Distance {
        let of_run = |recipe: &Recipe| recipe.evaluate.distance.unwrap_or(recipe.loss.distance());
        self.distance.or(recipe.map(of_run)).unwrap_or_default()
    }

    fn show(&self, judgement: &Judgement<'_>) -> anyhow::Result<()> {
        if self.json {
            return say(&serde_json::to_string_pretty(judgement)?);
        }
        let name = self.model.display().to_string();
        let table = Report::new().with("model", &name, judgement.scores.clone());
        say(&format!(
            "{}\n\n{table}\n{}",
            heading(judgement),
            further(judgement.scores)
        ))
    }
}

/// The items to judge, and the split they are of.
fn judged(opened: &OpenedData, splits: &Splits) -> (Vec<usize>, Option<Split>) {
    let items = opened.dataset.items();
    if opened.is_emoji {
        return (
            splits.members(opened.dataset.as_ref(), Split::Test),
            Some(Split::Test),
        );
    }
    let prescribed = |&item: &usize| items[item].split == Some(Split::Test);
    let test: Vec<usize> = (0..items.len()).filter(prescribed).collect();
    match test.is_empty() {
        true => ((0..items.len()).collect(), None),
        false => (test, Some(Split::Test)),
    }
}

fn classes(dataset: &dyn Dataset, items: &[usize]) -> usize {
    let mut classes: Vec<u32> = items
        .iter()
        .map(|&item| dataset.items()[item].class)
        .collect();
    classes.sort_unstable();
    classes.dedup();
    classes.len()
}

fn heading(judgement: &Judgement<'_>) -> String {
    let mut text = format!(
        "{}: {} of {}",
        judgement.data.display(),
        counted(judgement.images, "picture"),
        counted(judgement.classes, "class"),
    );
    if let Some(split) = judgement.split {
        text.push_str(&format!(", split {split}"));
    }
    if let Some(seed) = judgement.split_seed {
        text.push_str(&format!(" of seed {seed}"));
    }
    if judgement.unreadable > 0 {
        let skipped = counted(judgement.unreadable, "unreadable file");
        text.push_str(&format!("; {skipped} skipped (`tercet data` lists them)"));
    }
    text + &format!("; distance {}", judgement.distance)
}

fn further(scores: &Scores) -> String {
    let retrieval = &scores.retrieval;
    let recall = retrieval.recall_at.iter().filter(|&(&k, _)| k > 1);
    let mut parts: Vec<String> = recall
        .map(|(k, value)| format!("Recall@{k} {value:.3}"))
        .collect();
    parts.push(format!("R-precision {:.3}", retrieval.r_precision));
    parts.push(format!("mean reciprocal rank {:.3}", retrieval.mrr));
    parts.join(", ")
}
