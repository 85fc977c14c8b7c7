//! How good a model of pictures is.

use std::path::PathBuf;

use serde::Serialize;
use tercet::data::{Dataset, Split, Splits};
use tercet::eval::{Report, Scores};
use tercet::kernels::Distance;
use tercet::train::{Exam, Model, Recipe};

use super::Eval;

use crate::Ending;
use crate::opened::OpenedData;
use crate::text::{counted, say};

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
    /// Judges a model of pictures.
    pub(super) fn pictures(
        &self,
        model: &Model,
        recipe: Option<&Recipe>,
    ) -> anyhow::Result<Ending> {
        let opened = OpenedData::open(&self.data, self.strict)?;
        let dataset = opened.dataset.as_ref();
        let splits = self.splits(recipe)?;
        let (items, split) = judged(&opened, &splits);
        let exam = Exam {
            dataset,
            items: &items,
            preprocess: &model.preprocess,
            distance: self.distance(recipe).unwrap_or_default(),
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
