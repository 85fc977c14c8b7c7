//! A table of scores as a terminal shows it.

use std::collections::BTreeSet;

use tercet::eval::{Score, ScoreTable};

/// Scores that say little beside the others: they stand below the table, where it has one list.
const FURTHER: [&str; 8] = [
    "r_precision",
    "mrr",
    "recall_at_2",
    "recall_at_4",
    "recall_at_8",
    "precision_at_1",
    "mean_rank",
    "accuracy_at_1",
];

/// The table, without the columns that would make it too wide to read: those of [`FURTHER`], and what only parts of a list
/// have (one direction of two). All scores are in JSON.
pub(crate) fn text(table: &ScoreTable) -> String {
    let lists: Vec<&[Score]> = table.keys().filter_map(|key| table.get(key)).collect();
    let (mut seen, mut columns) = (BTreeSet::new(), Vec::new());
    for score in lists.iter().copied().flatten() {
        let is_whole = score.name == column(score);
        if is_whole && !is_further(score) && seen.insert(&score.name) {
            columns.push(score.name.as_str());
        }
    }
    let shown = table.clone().showing(&columns).to_string();
    let further = match lists.as_slice() {
        [only] => further(only),
        _ => String::new(),
    };
    match further.is_empty() {
        true => shown,
        false => format!("{shown}\n{further}"),
    }
}

/// The name without what it is a score of.
fn column(score: &Score) -> &str {
    let name = score.name.as_str();
    name.rsplit_once('.').map_or(name, |(_, column)| column)
}

fn is_further(score: &Score) -> bool {
    FURTHER.contains(&score.name.as_str())
}

fn further(scores: &[Score]) -> String {
    let scores = scores.iter().filter(|score| is_further(score));
    let each: Vec<String> = scores
        .map(|score| format!("{} {score}", score.title()))
        .collect();
    each.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_little_stands_below_one_list() {
        let scores = || {
            let scores = [("recall_at_1", 0.5), ("mrr", 0.75), ("map_at_r", 0.25)];
            scores.map(|(name, value)| Score::new(name, value)).to_vec()
        };
        let one = ScoreTable::new().with("model", "model", scores());
        assert_eq!(
            text(&one),
            "       Recall@1  MAP@R\nmodel  0.500     0.250\nMRR 0.750"
        );
        let two = one.with("other", "other", scores());
        assert!(!text(&two).contains("MRR"), "{}", text(&two));
        let part = Score::new("cs_at_76", 0.5).of("picture_to_text");
        let parts = ScoreTable::new().with("a", "a", vec![Score::new("cs_at_10", 0.5), part]);
        assert!(!text(&parts).contains("76"), "{}", text(&parts));
    }
}
