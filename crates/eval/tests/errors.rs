//! Every way to be refused, with its message.
#![allow(clippy::unwrap_used, reason = "tests")]

use tercet_eval::{Episodes, Error, Exclude, Labelled};
use tercet_eval::{fixed_gallery, neighbors, one_shot, retrieval};
use tercet_kernels::{Distance, Rows};

const DATA: [f32; 4] = [0.0, 1.0, 5.0, 6.0];
const LABELS: [i64; 4] = [1, 1, 2, 2];
const FAR: Distance = Distance::SquaredEuclidean;

fn rows(data: &[f32]) -> Rows<'_, f32> {
    Rows::new(data, 1).unwrap()
}

fn items() -> Labelled<'static> {
    Labelled::new(rows(&DATA), &LABELS, None).unwrap()
}

fn labelled(data: &[f32], labels: &[i64], groups: Option<&[u32]>) -> String {
    Labelled::new(rows(data), labels, groups)
        .unwrap_err()
        .to_string()
}

#[test]
fn empty() {
    assert_eq!(
        labelled(&[], &[], None),
        "embeddings: wanted at least one row, given none"
    );
    let found = neighbors(rows(&DATA), rows(&[]), FAR, 1, &Exclude::Nothing);
    assert_eq!(found, Err(Error::Empty { what: "candidates" }));
}

#[test]
fn length() {
    assert_eq!(
        labelled(&DATA, &[1, 2, 3], None),
        "labels: wanted 4, given 3"
    );
    assert_eq!(
        labelled(&DATA, &LABELS, Some(&[0; 5])),
        "groups: wanted 4, given 5"
    );
    let sources = fixed_gallery(&items(), &[0], &[0], &[1], FAR).unwrap_err();
    assert_eq!(sources.to_string(), "sources: wanted 4, given 1");
    let itself = neighbors(rows(&DATA), rows(&DATA[..3]), FAR, 1, &Exclude::Itself).unwrap_err();
    assert_eq!(itself.to_string(), "candidates: wanted 4, given 3");
    let groups = |queries, candidates| {
        let exclude = Exclude::Groups {
            queries,
            candidates,
        };
        let found = neighbors(rows(&DATA), rows(&DATA), FAR, 1, &exclude);
        found.unwrap_err().to_string()
    };
    let four = [0; 4];
    assert_eq!(
        groups(&four[1..], &four),
        "groups of the queries: wanted 4, given 3"
    );
    assert_eq!(
        groups(&four, &four[2..]),
        "groups of the candidates: wanted 4, given 2"
    );
}

#[test]
fn dim() {
    let pairs = Rows::new(&DATA, 2).unwrap();
    let found = neighbors(rows(&DATA), pairs, FAR, 1, &Exclude::Nothing).unwrap_err();
    let wanted = "candidates: wanted 1 numbers per row as the queries have, given 2";
    assert_eq!(found.to_string(), wanted);
}

#[test]
fn not_finite() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let wanted = "embeddings: wanted finite numbers, given NaN or infinity in row 2";
        assert_eq!(labelled(&[0.0, 1.0, bad, 2.0], &LABELS, None), wanted);
    }
    let found = neighbors(rows(&[f32::NAN]), rows(&DATA), FAR, 1, &Exclude::Nothing);
    let (what, row) = ("queries", 0);
    assert_eq!(found, Err(Error::NotFinite { what, row }));
}

#[test]
fn too_long() {
    let found = labelled(&[0.0, 1e19, 1.0, 2.0], &LABELS, None);
    assert!(
        found.starts_with("embeddings: wanted a squared length of at most 4.25"),
        "{found}"
    );
    assert!(found.ends_with("in row 1"), "{found}");
    // The longest allowed still have finite distances.
    let long = [6e18, -6e18, 6e18, -6e18];
    let items = Labelled::new(rows(&long), &LABELS, None).unwrap();
    assert!(retrieval(&items, FAR).is_ok());
}

#[test]
fn no_relevant() {
    let lone = Labelled::new(rows(&DATA), &[1, 2, 3, 4], None).unwrap();
    let found = retrieval(&lone, FAR).unwrap_err();
    assert_eq!(found, Error::NoRelevant { items: 4 });
    let twins = Labelled::new(rows(&DATA), &LABELS, Some(&[7, 7, 8, 8])).unwrap();
    let wanted = "labels: wanted two items alike that may be compared, given none among 4 items";
    assert_eq!(retrieval(&twins, FAR).unwrap_err().to_string(), wanted);
}

#[test]
fn too_few_classes() {
    let episodes = Episodes {
        ways: 3,
        ..Episodes::default()
    };
    let found = one_shot(&items(), FAR, &episodes).unwrap_err();
    let wanted = "classes: wanted 3 with 1 supports and a query each, given 2";
    assert_eq!(found.to_string(), wanted);
    // Two supports and a query need three items; two items of one group cannot ask each other.
    let episodes = Episodes {
        ways: 2,
        shots: 2,
        ..episodes
    };
    let found = one_shot(&items(), FAR, &episodes).unwrap_err();
    assert!(matches!(found, Error::TooFewClasses { given: 0, .. }));
    let twins = Labelled::new(rows(&DATA), &LABELS, Some(&[7, 7, 8, 9])).unwrap();
    let episodes = Episodes {
        shots: 1,
        ..episodes
    };
    let found = one_shot(&twins, FAR, &episodes).unwrap_err();
    assert!(matches!(found, Error::TooFewClasses { given: 1, .. }));
}

#[test]
fn too_small() {
    let good = Episodes {
        ways: 2,
        ..Episodes::default()
    };
    let bad = [
        (
            Episodes { ways: 1, ..good },
            "ways: wanted at least 2, given 1",
        ),
        (
            Episodes { shots: 0, ..good },
            "shots: wanted at least 1, given 0",
        ),
        (
            Episodes { queries: 0, ..good },
            "queries: wanted at least 1, given 0",
        ),
        (
            Episodes {
                episodes: 1,
                ..good
            },
            "episodes: wanted at least 2, given 1",
        ),
    ];
    for (episodes, wanted) in bad {
        let found = one_shot(&items(), FAR, &episodes).unwrap_err();
        assert_eq!(found.to_string(), wanted);
    }
}

fn gallery(gallery: &[usize], queries: &[usize], groups: Option<&[u32]>) -> String {
    let items = Labelled::new(rows(&DATA), &LABELS, groups).unwrap();
    let found = fixed_gallery(&items, &[0, 1, 0, 1], gallery, queries, FAR);
    found.unwrap_err().to_string()
}

#[test]
fn out_of_range() {
    assert_eq!(
        gallery(&[4], &[1], None),
        "gallery: wanted indices below 4, given 4"
    );
    assert_eq!(
        gallery(&[0], &[9], None),
        "queries: wanted indices below 4, given 9"
    );
    assert_eq!(
        gallery(&[], &[1], None),
        "gallery: wanted at least one row, given none"
    );
    assert_eq!(
        gallery(&[0], &[], None),
        "queries: wanted at least one row, given none"
    );
}

#[test]
fn gallery_class_twice() {
    let wanted = "gallery: wanted one item per class, given items 0 and 1 of label 1";
    assert_eq!(gallery(&[1, 0], &[3], None), wanted);
}

#[test]
fn not_in_gallery() {
    let wanted = "queries: wanted items of the gallery's classes, given item 3 of label 2";
    assert_eq!(gallery(&[0], &[1, 3], None), wanted);
}

#[test]
fn twin() {
    let wanted = "queries: wanted a group other than that of gallery item 0, given item 1";
    assert_eq!(gallery(&[0], &[1], Some(&[5, 5, 6, 7])), wanted);
    let itself = "queries: wanted a group other than that of gallery item 0, given item 0";
    assert_eq!(gallery(&[0], &[0], None), itself);
}

#[test]
fn episodes_refuse_unknown_keys() {
    let good: Episodes = serde_json::from_str(r#"{"ways": 5}"#).unwrap();
    assert_eq!(
        good,
        Episodes {
            ways: 5,
            ..Episodes::default()
        }
    );
    let bad = serde_json::from_str::<Episodes>(r#"{"way": 5}"#).unwrap_err();
    assert!(bad.to_string().contains("unknown field `way`"));
}
