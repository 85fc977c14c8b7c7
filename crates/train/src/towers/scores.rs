//! Scores of both directions, of classes and of a source never seen.

use std::fmt;

use serde::Serialize;
use tercet_eval::{Coherence, CrossModal, Interval};
use tercet_kernels::Distance;

/// How well queries of one kind find what they mean among things of another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Direction {
    /// Where the right one stands.
    #[serde(flatten)]
    pub ranks: CrossModal,
    /// Whether the whole list is in the order of relevance: at 10, at 100, over all.
    pub coherence: Vec<Coherence>,
}

/// Both directions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TowersScores {
    /// Pictures ask for captions.
    pub picture_to_text: Direction,
    /// Captions ask for pictures.
    pub text_to_picture: Direction,
}

/// What the trained towers came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TowersReport {
    /// Which distance decides who is near.
    pub distance: Distance,
    /// On classes never seen.
    pub unseen_classes: TowersScores,
    /// On sources never seen, of classes that were; none where no source is held out.
    pub unseen_sources: Option<TowersScores>,
}

impl TowersScores {
    /// The mean of both directions.
    pub(crate) fn recall_at_1(&self) -> f64 {
        let both = [&self.picture_to_text, &self.text_to_picture];
        both.map(|direction| direction.ranks.recall_at_1)
            .iter()
            .sum::<f64>()
            / 2.0
    }

    /// The coherent score over the whole gallery, the mean of both directions.
    pub(crate) fn coherence(&self) -> f64 {
        let both = [&self.picture_to_text, &self.text_to_picture];
        let last = |direction: &Direction| direction.coherence.last().map_or(0.0, |one| one.score);
        both.map(last).iter().sum::<f64>() / 2.0
    }
}

impl TowersReport {
    /// A score on classes never seen, the mean of both directions.
    pub(crate) fn score(&self, name: &str) -> Option<f64> {
        match name {
            "recall_at_1" => Some(self.unseen_classes.recall_at_1()),
            "coherence" => Some(self.unseen_classes.coherence()),
            _ => None,
        }
    }
}

fn cell(value: f64, interval: Interval) -> String {
    format!("{value:.3} [{:.3}, {:.3}]", interval.low, interval.high)
}

impl fmt::Display for TowersReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:34}  {:20}  {:9}  {:6}  {:20}  {:20}  {:20}  NDCG@10",
            "", "Recall@1", "Recall@10", "median", "CS@10", "CS@100", "CS@N"
        )?;
        let mut line = |name: &str, direction: &Direction| {
            let Direction { ranks, coherence } = direction;
            let score = |at: usize| {
                let found = coherence.get(at);
                found.map_or(String::new(), |one| cell(one.score, one.score_interval95))
            };
            writeln!(
                f,
                "{name:34}  {:20}  {:9.3}  {:6.1}  {:20}  {:20}  {:20}  {:.3}",
                cell(ranks.recall_at_1, ranks.recall_at_1_interval95),
                ranks.recall_at[&10],
                ranks.median_rank,
                score(0),
                score(1),
                score(2),
                coherence.first().map_or(0.0, |one| one.ndcg),
            )
        };
        line(
            "unseen classes, picture to text",
            &self.unseen_classes.picture_to_text,
        )?;
        line(
            "unseen classes, text to picture",
            &self.unseen_classes.text_to_picture,
        )?;
        if let Some(scores) = &self.unseen_sources {
            line("unseen sources, picture to text", &scores.picture_to_text)?;
            line("unseen sources, text to picture", &scores.text_to_picture)?;
        }
        write!(f, "distance {}; brackets: 95 % intervals", self.distance)
    }
}
