//! Search of a corpus in BEIR's layout.

use anyhow::Context;
use tercet::data::beir;
use tercet::eval::{Exclude, ScoreTable, search};
use tercet::kernels::{Distance, Rows};
use tercet::nn::SentenceModel;
use tercet::train::AnyModel;

use super::Eval;
use crate::show;

/// Texts embedded between two movements of the bar.
const CHUNK: usize = 1024;

impl Eval {
    /// Searches a corpus: of two networks of texts, the first embeds queries.
    pub(super) fn search(
        &self,
        model: &AnyModel,
        distance: Distance,
    ) -> anyhow::Result<ScoreTable> {
        let sides = model.sides().into_iter();
        let texts: Vec<&SentenceModel> = sides
            .filter_map(|side| match side {
                AnyModel::Texts(model) => Some(model),
                _ => None,
            })
            .collect();
        let (first, last) = (texts.first(), texts.last());
        let (asks, answers) = first.zip(last).with_context(|| {
            format!(
                "{}: wanted a model of texts, given one of {}",
                self.model.display(),
                model.reads()
            )
        })?;
        let set = beir(&self.data, &self.split)?;
        let bar = show::bar((set.queries.len() + set.corpus.len()) as u64, "texts");
        let embed = |model: &SentenceModel, texts: &[String]| -> anyhow::Result<Vec<f32>> {
            let mut rows = Vec::new();
            for chunk in texts.chunks(CHUNK) {
                let texts: Vec<&str> = chunk.iter().map(String::as_str).collect();
                rows.extend(model.embed(&texts)?.numbers);
                bar.inc(chunk.len() as u64);
            }
            Ok(rows)
        };
        let queries = embed(asks, &set.queries)?;
        let corpus = embed(answers, &set.corpus)?;
        bar.finish_and_clear();
        let (own, documents) = set.groups();
        let exclude = Exclude::Groups {
            queries: &own,
            candidates: &documents,
        };
        let (queries, corpus) = (
            Rows::new(&queries, asks.dim())?,
            Rows::new(&corpus, answers.dim())?,
        );
        let found = search(queries, corpus, &set.relevance, distance, &exclude)?;
        let table = ScoreTable::new().with("model", "model", found.scores());
        Ok(table
            .noted(found.note())
            .noted(format!("distance {distance}")))
    }
}
