//! Names of scores as people write them.

/// First words that are abbreviations.
const SHORT: [&str; 5] = ["mrr", "map", "ndcg", "cs", "f1"];

/// A score's name as people write it: `recall_at_1` is `Recall@1`.
///
/// ```
/// use tercet_eval::score_title;
/// assert_eq!(score_title("map_at_r"), "MAP@R");
/// assert_eq!(score_title("one_shot_20way"), "20-way 1-shot");
/// assert_eq!(score_title("picture_to_text.cs_at_10"), "CS@10, picture to text");
/// ```
pub fn score_title(name: &str) -> String {
    match name.rsplit_once('.') {
        None => plain(name),
        Some((of, name)) => format!("{}, {}", plain(name), words(of)),
    }
}

/// What a score is of, in words: `unseen_classes.picture_to_text` is `unseen classes, picture to text`.
pub(crate) fn words(prefix: &str) -> String {
    prefix.replace('_', " ").replace('.', ", ")
}

fn plain(name: &str) -> String {
    match name {
        "coherence" => return "CS@N".to_owned(),
        "r_precision" => return "R-precision".to_owned(),
        "one_shot_400way" => return "400-way gallery".to_owned(),
        _ => {}
    }
    if let Some(title) = episodes(name) {
        return title;
    }
    let title = name.replace("_at_r", "@R").replace("_at_", "@");
    let mut title = title.replace('_', " ");
    let end = title.find(['@', ' ']).unwrap_or(title.len());
    let capital = if SHORT.contains(&&title[..end]) {
        end
    } else {
        1
    };
    if let Some(first) = title.get_mut(..capital) {
        first.make_ascii_uppercase();
    }
    title
}

/// `one_shot_20way` is `20-way 1-shot`, `5_shot_20way` is `20-way 5-shot`.
fn episodes(name: &str) -> Option<String> {
    let (shots, ways) = name.strip_suffix("way")?.split_once("_shot_")?;
    let shots = if shots == "one" { "1" } else { shots };
    let (shots, ways): (usize, usize) = (shots.parse().ok()?, ways.parse().ok()?);
    Some(format!("{ways}-way {shots}-shot"))
}

#[cfg(test)]
mod tests {
    use super::score_title;

    #[test]
    fn titles_by_hand() {
        for (name, wanted) in [
            ("recall_at_1", "Recall@1"),
            ("recall_at_10", "Recall@10"),
            ("mrr_at_10", "MRR@10"),
            ("mrr", "MRR"),
            ("map_at_r", "MAP@R"),
            ("map_at_100", "MAP@100"),
            ("ndcg_at_10", "NDCG@10"),
            ("cs_at_100", "CS@100"),
            ("coherence", "CS@N"),
            ("r_precision", "R-precision"),
            ("triplet_accuracy", "Triplet accuracy"),
            ("spearman", "Spearman"),
            ("median_rank", "Median rank"),
            ("mapped_share", "Mapped share"),
            ("f1", "F1"),
            ("one_shot_20way", "20-way 1-shot"),
            ("5_shot_12way", "12-way 5-shot"),
            ("one_shot_400way", "400-way gallery"),
            ("one_shot_manyway", "One shot manyway"),
            ("a.b_c.recall_at_1", "Recall@1, a, b c"),
            ("", ""),
            ("\u{e9}", "\u{e9}"),
        ] {
            assert_eq!(score_title(name), wanted);
        }
    }
}
