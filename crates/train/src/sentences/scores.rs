//! Scores of embeddings of texts, before and after training.

use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use tercet_eval::Interval;
use tercet_kernels::Distance;

use crate::title;

/// One number about embeddings of texts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// Its name, as in `[target]`: `recall_at_1`, `triplet_accuracy`, `spearman`, ...
    pub name: &'static str,
    /// The number; more is better.
    pub value: f64,
    /// Its 95 % interval, where there is one.
    pub interval95: Option<Interval>,
}

/// The scores of one network. In JSON one flat object: every name with its value, and `.._interval95`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SentenceScores(pub(crate) Vec<Score>);

/// Scores on the test texts of the network as it was and as it is now; in JSON `before` and `after`.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct SentenceReport {
    /// Which distance decides who is near.
    pub distance: Distance,
    /// Of the network that training began with.
    pub before: SentenceScores,
    /// Of the trained one.
    pub after: SentenceScores,
}

impl SentenceScores {
    /// All scores; the first is the one that chooses a model.
    pub fn all(&self) -> &[Score] {
        &self.0
    }

    /// A score by its name.
    pub fn get(&self, name: &str) -> Option<f64> {
        let score = self.0.iter().find(|score| score.name == name);
        score.map(|score| score.value)
    }

    pub(crate) fn add(&mut self, name: &'static str, value: f64, interval95: Option<Interval>) {
        self.0.push(Score {
            name,
            value,
            interval95,
        });
    }
}

impl SentenceReport {
    /// Each score's name, and how it was and is.
    pub(super) fn lines(&self) -> impl Iterator<Item = (String, String, String)> {
        self.after.0.iter().map(|score| {
            let old = self.before.0.iter().find(|old| old.name == score.name);
            let old = old.map_or_else(String::new, Score::cell);
            (title(score.name), old, score.cell())
        })
    }
}

impl Score {
    fn cell(&self) -> String {
        match self.interval95 {
            Some(Interval { low, high }) => format!("{:.3} [{low:.3}, {high:.3}]", self.value),
            None => format!("{:.3}", self.value),
        }
    }
}

impl Serialize for SentenceScores {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for score in &self.0 {
            map.serialize_entry(score.name, &score.value)?;
            if let Some(interval) = &score.interval95 {
                map.serialize_entry(&format!("{}_interval95", score.name), interval)?;
            }
        }
        map.end()
    }
}

impl fmt::Display for SentenceReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heading = (String::new(), "before".to_owned(), "after".to_owned());
        let lines: Vec<_> = std::iter::once(heading).chain(self.lines()).collect();
        let name = lines.iter().map(|line| line.0.len()).max().unwrap_or(0);
        let before = lines.iter().map(|line| line.1.len()).max().unwrap_or(0);
        for (title, old, new) in lines {
            writeln!(f, "{title:name$}  {old:before$}  {new}")?;
        }
        write!(f, "distance {}", self.distance)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_and_a_flat_object() {
        let mut before = SentenceScores::default();
        let interval = Interval {
            low: 0.125,
            high: 0.25,
        };
        before.add("recall_at_1", 0.1875, Some(interval));
        let mut after = before.clone();
        after.0[0].value = 0.5;
        after.add("mrr", 0.75, None);
        let report = SentenceReport {
            distance: Distance::Cosine,
            before,
            after,
        };
        let lines = [
            "          before                after",
            "Recall@1  0.188 [0.125, 0.250]  0.500 [0.125, 0.250]",
            "MRR                             0.750",
            "distance cosine",
        ];
        let text = report.to_string();
        let found: Vec<&str> = text.lines().map(str::trim_end).collect();
        assert_eq!(found, lines);
        let json = serde_json::to_string(&report.before).expect("plain data");
        assert_eq!(
            json,
            r#"{"recall_at_1":0.1875,"recall_at_1_interval95":{"low":0.125,"high":0.25}}"#
        );
    }
}
