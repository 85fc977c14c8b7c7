//! Scores on the test data, of whatever kind.

use std::fmt;

use serde::Serialize;
use tercet_eval::Report;

use crate::{SentenceReport, TowersReport};

/// What a run came to on its test data.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum RunReport {
    /// Raw pixels, the untrained network, the trained one.
    Pictures(Report),
    /// The encoder before and after training.
    Sentences(SentenceReport),
    /// The trained towers on classes and sources never seen.
    Towers(Box<TowersReport>),
}

impl RunReport {
    /// Whether nothing was judged.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Pictures(report) => report.get("trained").is_none(),
            Self::Sentences(report) => report.after.all().is_empty(),
            Self::Towers(_) => false,
        }
    }

    /// A score of the trained network by the name of its key in `[target]`; `None` where it was not measured.
    pub fn score(&self, name: &str) -> Option<f64> {
        match self {
            Self::Pictures(report) => {
                let scores = report.get("trained")?;
                match name {
                    "recall_at_1" => Some(scores.retrieval.recall_at_1),
                    "one_shot_400way" => scores.fixed_gallery.as_ref().map(|one| one.accuracy),
                    _ => None,
                }
            }
            Self::Sentences(report) => report.after.get(name),
            Self::Towers(report) => report.score(name),
        }
    }
}

impl Default for RunReport {
    fn default() -> Self {
        Self::Pictures(Report::new())
    }
}

impl fmt::Display for RunReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pictures(report) => report.fmt(f),
            Self::Sentences(report) => report.fmt(f),
            Self::Towers(report) => report.fmt(f),
        }
    }
}

/// A score's name as people write it: `recall_at_1` is `Recall@1`.
pub fn title(measure: &str) -> String {
    let mut name = measure.replace("_at_", "@").replace('_', " ");
    for short in ["mrr", "map", "ndcg"] {
        if let Some(rest) = name.strip_prefix(short) {
            return format!("{}{}", short.to_uppercase(), rest.replace("@r", "@R"));
        }
    }
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    name
}

#[cfg(test)]
mod tests {
    use super::title;

    #[test]
    fn titles_by_hand() {
        for (measure, wanted) in [
            ("recall_at_1", "Recall@1"),
            ("mrr_at_10", "MRR@10"),
            ("map_at_r", "MAP@R"),
            ("triplet_accuracy", "Triplet accuracy"),
            ("spearman", "Spearman"),
        ] {
            assert_eq!(title(measure), wanted);
        }
    }
}
