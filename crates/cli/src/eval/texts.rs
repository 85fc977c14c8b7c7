//! How good a model of texts is.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde::Serialize;
use tercet::data::beir;
use tercet::eval::{Exclude, SearchScores, search};
use tercet::kernels::{Distance, Rows};
use tercet::nn::SentenceModel;
use tercet::train::{DataSet, Recipe, SentenceScores, sentence_scores, title};

use super::Eval;
use crate::Ending;
use crate::show;
use crate::text::{counted, say};

/// Texts embedded between two movements of the bar.
const CHUNK: usize = 1024;

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

/// What `--json` prints.
#[derive(Serialize)]
struct Judgement<'a, S> {
    model: &'a PathBuf,
    data: &'a PathBuf,
    distance: Distance,
    #[serde(flatten)]
    scores: &'a S,
}

/// Whether a file, or a folder in BEIR's layout, holds texts.
pub(super) fn is_text(data: &Path) -> bool {
    let end = data.extension().and_then(|end| end.to_str());
    matches!(end, Some("jsonl" | "ndjson" | "tsv")) || data.join("corpus.jsonl").is_file()
}

impl Eval {
    /// Judges a model of texts.
    pub(super) fn texts(
        &self,
        model: &SentenceModel,
        recipe: Option<&Recipe>,
    ) -> anyhow::Result<Ending> {
        let distance = self.distance(recipe).unwrap_or(Distance::Cosine);
        if self.data.is_dir() {
            let scores = self.search(model, distance)?;
            self.tell(&scores, distance, || lines_of_search(&scores))?;
        } else {
            let set = match self.layout {
                Layout::Texts => DataSet::Texts,
                Layout::Nli => DataSet::Nli,
                Layout::StsBenchmark => DataSet::StsBenchmark,
            };
            let scores = sentence_scores(model, (set, &self.data), distance)?;
            self.tell(&scores, distance, || lines(&scores))?;
        }
        Ok(Ending::Done)
    }

    /// Searches a corpus in BEIR's layout.
    fn search(&self, model: &SentenceModel, distance: Distance) -> anyhow::Result<SearchScores> {
        let set = beir(&self.data, &self.split)?;
        let bar = show::bar((set.queries.len() + set.corpus.len()) as u64, "texts");
        let embed = |texts: &[String]| -> anyhow::Result<Vec<f32>> {
            let mut rows = Vec::new();
            for chunk in texts.chunks(CHUNK) {
                let texts: Vec<&str> = chunk.iter().map(String::as_str).collect();
                rows.extend(model.embed(&texts)?.numbers);
                bar.inc(chunk.len() as u64);
            }
            Ok(rows)
        };
        let (queries, corpus) = (embed(&set.queries)?, embed(&set.corpus)?);
        bar.finish_and_clear();
        let (own, documents) = set.groups();
        let exclude = Exclude::Groups {
            queries: &own,
            candidates: &documents,
        };
        let (queries, corpus) = (
            Rows::new(&queries, model.dim())?,
            Rows::new(&corpus, model.dim())?,
        );
        Ok(search(queries, corpus, &set.relevance, distance, &exclude)?)
    }

    fn tell<S: Serialize>(
        &self,
        scores: &S,
        distance: Distance,
        lines: impl Fn() -> Vec<String>,
    ) -> anyhow::Result<()> {
        if self.json {
            return say(&serde_json::to_string_pretty(&Judgement {
                model: &self.model,
                data: &self.data,
                distance,
                scores,
            })?);
        }
        let lines = lines().join("\n");
        say(&format!(
            "{}; distance {distance}\n\n{lines}",
            self.data.display()
        ))
    }
}

fn lines(scores: &SentenceScores) -> Vec<String> {
    let all = scores.all().iter();
    all.map(|score| match score.interval95 {
        Some(interval) => format!(
            "{:18} {:.3} [{:.3}, {:.3}]",
            title(score.name),
            score.value,
            interval.low,
            interval.high
        ),
        None => format!("{:18} {:.3}", title(score.name), score.value),
    })
    .collect()
}

fn lines_of_search(scores: &SearchScores) -> Vec<String> {
    let mut lines = vec![
        format!("{:18} {:.3}", "NDCG@10", scores.ndcg_at_10),
        format!("{:18} {:.3}", "MRR@10", scores.mrr_at_10),
        format!("{:18} {:.3}", "MAP@100", scores.map_at_100),
    ];
    let at =
        |name: &str, (k, value): (&usize, &f64)| format!("{:18} {value:.3}", format!("{name}@{k}"));
    lines.extend(scores.recall_at.iter().map(|one| at("Recall", one)));
    lines.extend(scores.accuracy_at.iter().map(|one| at("Accuracy", one)));
    let (asked, skipped) = (scores.queries, scores.skipped);
    lines.push(format!(
        "{}, {skipped} without a relevant document",
        counted(asked, "query")
    ));
    lines
}
