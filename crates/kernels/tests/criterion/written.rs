//! Criteria in JSON, and what is refused.

use super::*;

#[test]
fn a_leaf_is_one_of_two() {
    let sum = plain().and(0.1, Regularizer::Spread).unwrap();
    let kinds: Vec<_> = sum.leaves().iter().map(Leaf::regularizer).collect();
    assert_eq!(kinds, [None, Some(Regularizer::Spread)]);
    assert!(sum.leaves()[0].objective().is_some() && sum.leaves()[1].objective().is_none());
    let json = serde_json::to_string(&sum.leaves()[1]).unwrap();
    let text = r#"{"weight":0.1,"unit":false,"exchanged":false,"regularizer":"spread"}"#;
    assert_eq!(json, text);
}

#[test]
fn criteria_in_json() {
    for criterion in criteria_of(&Kind::all(4, 2)[0]) {
        let json = serde_json::to_string(&criterion).unwrap();
        assert_eq!(serde_json::from_str::<Criterion>(&json).unwrap(), criterion);
    }
    let short: Criterion = serde_json::from_str(r#"[{"loss": {"kind": "triplet"}}]"#).unwrap();
    let usual = Objective::new(Distance::SquaredEuclidean, Triplet::default(), Reduce::Mean);
    assert_eq!(short, Criterion::of(usual.unwrap()));
    for (bad, wanted) in [
        ("[]", "leaves: wanted 1, given 0"),
        (
            r#"[{"loss": {"kind": "contrastive"}, "distance": "negative-dot"}]"#,
            "never negative",
        ),
        (
            r#"[{"loss": {"kind": "triplet"}, "dims": 0}]"#,
            "wanted at least 1, given 0",
        ),
        (
            r#"[{"loss": {"kind": "triplet"}, "weight": 1e31}]"#,
            "wanted a number between",
        ),
        (
            r#"[{"loss": {"kind": "triplet"}, "wait": 1}]"#,
            "unknown field",
        ),
        (
            r#"[{"weight": 1}]"#,
            "loss or regularizer: wanted 1, given 0",
        ),
        (
            r#"[{"loss": {"kind": "triplet"}, "regularizer": "norm"}]"#,
            "loss or regularizer: wanted 1, given 2",
        ),
        (
            r#"[{"regularizer": "norm", "distance": "cosine"}]"#,
            "distance: wanted none with a regularizer, given cosine",
        ),
        (
            r#"[{"regularizer": "norm", "reduce": "sum"}]"#,
            "reduce: wanted none with a regularizer, given sum",
        ),
        (r#"[{"regularizer": "l2"}]"#, "regularizer: wanted one of"),
    ] {
        let error = serde_json::from_str::<Criterion>(bad)
            .unwrap_err()
            .to_string();
        assert!(error.contains(wanted), "{error}");
    }
}

#[track_caller]
fn message<T: std::fmt::Debug>(result: Result<T, Error>, wanted: &str) {
    assert_eq!(result.unwrap_err().to_string(), wanted);
}

#[test]
fn what_is_refused() {
    let data = numbers(6 * DIM, 8);
    let batch = |own| Batch::shard(rows(&data), &[0, 0, 1, 1, 2, 2], own).unwrap();
    let wide = plain().matryoshka(&[(2, 1.0), (5, 1.0)]).unwrap();
    let text = "leading dimensions: wanted at most 4, given 5";
    message(wide.evaluate(&batch(0..6)), text);
    let text = "leading dimensions: wanted at most 5, given 6";
    message(
        plain()
            .matryoshka(&[(5, 1.0)])
            .unwrap()
            .matryoshka(&[(6, 1.0)]),
        text,
    );
    let text = "leading dimensions: wanted at least 1, given 0";
    message(plain().matryoshka(&[(0, 1.0)]), text);
    message(plain().matryoshka(&[]), "leaves: wanted 1, given 0");
    message(
        plain().times(f64::NAN),
        "weight: wanted a finite number, given NaN",
    );
    message(
        plain().and(f64::INFINITY, linear()),
        "weight: wanted a finite number, given inf",
    );

    let pairs = Pairs::new((6, 6), [(0, 1)]).unwrap();
    let batch_of_pairs = Batch::within(rows(&data), &pairs).unwrap();
    let text = "labels: wanted class ids or one-to-one pairs, given positive pairs";
    message(
        Criterion::from(Regularizer::Spread).evaluate(&batch_of_pairs),
        text,
    );

    let (one, two) = (plain(), plain().both_ways());
    let mut first = two.partial(&batch(0..2)).unwrap();
    let before = first.clone();
    let text = "partial: wanted leaves 2, given 1";
    message(first.add(&one.partial(&batch(2..4)).unwrap()), text);
    let text = "partial: wanted anchors from 2, given 3";
    message(first.add(&two.partial(&batch(3..4)).unwrap()), text);
    let other = plain().and(1.0, linear()).unwrap();
    let text = "partial: wanted parts 1, given 2";
    message(first.add(&other.partial(&batch(2..4)).unwrap()), text);
    assert_eq!(first, before, "a refused one leaves no trace");
    message(one.finish(first), "partial: wanted leaves 1, given 2");
}
