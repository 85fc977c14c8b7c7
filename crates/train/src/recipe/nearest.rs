//! The known words nearest to a mistyped one.

/// The known words that may have been meant, nearest first, at most two: those within a third of the
/// word's length, rounded up, in single-letter edits (neighbours exchanged count as one), and those that
/// begin with the word or that the word begins with.
pub(super) fn nearest<'a>(word: &str, known: &'a [impl AsRef<str>]) -> Vec<&'a str> {
    let limit = word.chars().count().div_ceil(3);
    let mut near: Vec<(usize, &str)> = known
        .iter()
        .map(|other| (edits(word, other.as_ref()), other.as_ref()))
        .filter(|&(edits, other)| edits <= limit || akin(word, other))
        .collect();
    near.sort();
    near.truncate(2);
    near.into_iter().map(|(_, word)| word).collect()
}

fn akin(one: &str, other: &str) -> bool {
    let long = one.len().min(other.len()) >= 3;
    long && (one.starts_with(other) || other.starts_with(one))
}

/// Insertions, deletions, replacements and exchanges of neighbours that turn one word into the other
/// (optimal string alignment).
fn edits(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut rows = vec![(0..=other.len()).collect::<Vec<usize>>()];
    for i in 1..=one.len() {
        let mut row = vec![i];
        for j in 1..=other.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(one[i - 1] != other[j - 1]);
            let mut least = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            let exchanged =
                i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
            if exchanged {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[one.len()][other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_edits_by_hand() {
        assert_eq!(edits("kitten", "sitting"), 3);
        assert_eq!(edits("margni", "margin"), 1);
        assert_eq!(edits("", "abc"), 3);
    }

    #[test]
    fn offers_what_may_have_been_meant() {
        assert_eq!(
            nearest("margn", &["select", "margin", "distance"]),
            ["margin"]
        );
        assert_eq!(
            nearest("warmup", &["warmup_steps", "step_every"]),
            ["warmup_steps"]
        );
        assert!(nearest("banana", &["select", "margin"]).is_empty());
    }
}
