//! What the page says, and which keys the JSON has.

use serde_json::Value;

use super::{ALL, doubles, json, raw, six, value};

/// In one line, for notes are wrapped.
fn flat(text: &str) -> String {
    text.replace('\n', " ")
}

#[test]
fn batches_that_teach_nothing_say_why() {
    let place = six();
    place.write("one.txt", "a\n".repeat(6));
    place.write("own.txt", "a\nb\nc\nd\ne\nf\n");
    let ran = place.run("loss rows.npy one.txt").ends(0);
    assert!(
        ran.out
            .contains("No anchor has a negative, as all rows share a label: nothing can be learnt"),
        "{}",
        ran.out
    );
    let ran = place.run("loss rows.npy own.txt").ends(0);
    assert!(
        ran.out
            .contains("No anchor has a positive, as no two rows share a label: nothing"),
        "{}",
        ran.out
    );
    assert_eq!(value(&place, "rows.npy own.txt"), 0.0);
    let ran = place
        .run("loss rows.npy one.txt --loss contrastive")
        .ends(0);
    assert!(
        flat(&ran.out).contains("all rows share a label: only half of it"),
        "{}",
        ran.out
    );
    let seen = json(&place, "rows.npy own.txt");
    assert_eq!(seen["anchors"]["without_positive"], 6);
    // Far apart classes: semi-hard finds nothing, all costs nothing.
    let far: Vec<f64> = (0..24)
        .map(|k| f64::from(k / 8 * 9) + f64::from(k % 3))
        .collect();
    place.write("far.npy", doubles(&far));
    let ran = place.run("loss far.npy labels.txt").ends(0);
    assert!(
        flat(&ran.out).contains("The loss selects nothing of this batch"),
        "{}",
        ran.out
    );
    let ran = place.run(&format!("loss far.npy labels.txt {ALL}")).ends(0);
    assert!(
        flat(&ran.out).contains("costs 0: nothing is left to learn"),
        "{}",
        ran.out
    );
    assert!(!ran.out.contains("costs most"), "{}", ran.out);
}

#[test]
fn a_collapse_is_seen() {
    let place = six();
    assert_eq!(json(&place, "rows.npy labels.txt")["collapsed"], false);
    let near: Vec<f64> = raw().iter().map(|x| 1.0 + 1e-3 * x).collect();
    place.write("near.npy", doubles(&near));
    let ran = place
        .run("loss near.npy labels.txt --select hardest")
        .ends(0);
    let text = flat(&ran.out);
    for part in [
        "look collapsed",
        "effective rank 1.00 of at most 4",
        "near its margin 0.2000",
        "semi-hard",
    ] {
        assert!(text.contains(part), "wanted «{part}» in:\n{text}");
    }
    assert_eq!(json(&place, "near.npy labels.txt")["collapsed"], true);
}

/// All keys of an object, those of objects in it too; settings of a loss are its own.
fn keys(value: &Value, all: &mut Vec<String>) {
    match value {
        Value::Object(table) => {
            for (key, value) in table {
                all.push(key.clone());
                if key != "loss" && key != "criterion" {
                    keys(value, all);
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| keys(value, all)),
        _ => {}
    }
}

#[test]
fn every_key_is_documented() {
    let place = six();
    let words = "rows.npy labels.txt --candidates rows.npy --candidate-labels labels.txt";
    let mut all = vec![];
    keys(&json(&place, words), &mut all);
    assert!(all.len() > 60, "{}", all.len());
    let help = place.run("loss --help").ends(0).out;
    let page = include_str!("../../../../docs/loss-json.md");
    for key in all {
        assert!(help.contains(&key), "{key} is not in the help");
        assert!(
            page.contains(&format!("`{key}`")),
            "{key} is not in docs/loss-json.md"
        );
    }
}

#[test]
fn the_page_reads_well() {
    let ran = six()
        .run(&format!("loss rows.npy labels.txt {ALL} --normalize"))
        .ends(0);
    for line in [
        "rows         6 of 4 numbers, 64 bits each, normalised to length 1; 3 labels of 2 rows",
        "objective    triplet, margin 0.2, select all; distance euclidean, reduce mean",
        "value        0.450669",
        "terms        24 selected, 24 (100.0 %) active (cost more than 0)",
        "triplets     24 valid: 20 (83.3 %) hard, 4 (16.7 %) semi-hard, 0 (0.0 %) easy",
        "anchors      6: 0 without a positive, 0 without a negative",
    ] {
        assert!(
            ran.out.lines().any(|given| given == line),
            "wanted «{line}» in:\n{}",
            ran.out
        );
    }
}
