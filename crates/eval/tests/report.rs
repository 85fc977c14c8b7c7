//! The table and the JSON.
#![allow(clippy::unwrap_used, reason = "tests")]

use tercet_eval::{Episodes, Labelled, Report, Scores};
use tercet_eval::{fixed_gallery, one_shot, retrieval};
use tercet_kernels::{Distance, Rows};

fn scores(data: &[f32]) -> Scores {
    let rows = Rows::new(data, 1).unwrap();
    let items = Labelled::new(rows, &[1, 2, 1, 2, 3], None).unwrap();
    let far = Distance::SquaredEuclidean;
    let episodes = Episodes {
        ways: 2,
        ..Episodes::default()
    };
    Scores {
        retrieval: retrieval(&items, far).unwrap(),
        one_shot: Some(one_shot(&items, far, &episodes).unwrap()),
        fixed_gallery: Some(
            fixed_gallery(&items, &[0, 0, 1, 2, 0], &[0, 1], &[2, 3], far).unwrap(),
        ),
    }
}

fn report() -> Report {
    let (bad, good) = (
        scores(&[0.0, 1.0, 4.0, 5.0, 9.0]),
        scores(&[0.0, 5.0, 1.0, 6.0, 20.0]),
    );
    Report::new()
        .with("raw", "raw pixels", bad.clone())
        .with("untrained", "untrained", bad)
        .with("trained", "trained", good)
}

#[test]
fn json_has_the_names_that_stay() {
    let json = serde_json::to_value(report()).unwrap();
    let blocks = json.as_object().unwrap();
    assert_eq!(blocks.len(), 3);
    for key in ["raw", "untrained", "trained"] {
        for name in [
            "recall_at_1",
            "map_at_r",
            "one_shot_20way",
            "one_shot_400way",
        ] {
            assert!(json[key][name].is_f64(), "{key} {name}");
        }
        for name in ["recall_at_1", "one_shot_20way", "one_shot_400way"] {
            assert!(json[key][format!("{name}_interval95")]["high"].is_f64());
        }
    }
    assert_eq!(json["trained"]["recall_at_1"], 1.0);
    assert_eq!(json["raw"]["recall_at"]["5"], 1.0);
    assert_eq!(json["raw"]["skipped"], 1);
    assert_eq!(
        json["raw"]["one_shot_400way_detail"]["per_source"][1]["source"],
        2
    );
}

#[test]
fn what_was_not_measured_is_null() {
    let mut scores = scores(&[0.0, 5.0, 1.0, 6.0, 20.0]);
    scores.fixed_gallery = None;
    let report = Report::new().with("trained", "trained", scores);
    let json = serde_json::to_value(&report).unwrap();
    assert!(json["trained"]["one_shot_400way"].is_null());
    let table = report.to_string();
    assert!(!table.contains("gallery"), "{table}");
}

#[test]
fn table_is_aligned() {
    let wanted = [
        "            Recall@1              MAP@R  2-way 1-shot          2-way gallery",
        "raw pixels  0.000 [0.000, 0.000]  0.000  0.265 [0.245, 0.285]  0.500 [0.000, 1.000]",
        "untrained   0.000 [0.000, 0.000]  0.000  0.265 [0.245, 0.285]  0.500 [0.000, 1.000]",
        "trained     1.000 [1.000, 1.000]  1.000  1.000 [1.000, 1.000]  1.000 [1.000, 1.000]",
        "4 queries, 1 without another item of their class left out; brackets: 95 % intervals",
    ];
    assert_eq!(report().to_string(), wanted.join("\n"));
}

#[test]
fn a_block_of_the_same_key_is_replaced() {
    let good = scores(&[0.0, 5.0, 1.0, 6.0, 20.0]);
    let report = report().with("raw", "raw", good.clone());
    assert_eq!(report.get("raw"), Some(&good));
    assert_eq!(report.get("best"), None);
    assert_eq!(Report::new().to_string().trim(), "Recall@1  MAP@R");
}

#[test]
fn retrieval_comes_back_from_json() {
    let found = scores(&[0.0, 1.0, 4.0, 5.0, 9.0]).retrieval;
    let text = serde_json::to_string(&found).unwrap();
    assert_eq!(
        serde_json::from_str::<tercet_eval::Retrieval>(&text).unwrap(),
        found
    );
}
