//! How relevant things are to each other, and what is refused.
#![cfg(feature = "emoji")]
#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use std::collections::BTreeSet;

use tercet_data::{
    CosineRelevance, Dataset, Error, Grades, RelevanceSpread, SparseRelevance, Threshold,
    Thresholds, captions, emoji, keyword_overlap,
};

#[test]
fn captions_are_those_of_the_classes() {
    let (set, captions) = (emoji().unwrap(), captions().unwrap());
    assert_eq!(captions.len(), set.classes().len());
    let slug = |name: &str| -> String {
        let letters = name.chars().filter(char::is_ascii_alphanumeric);
        letters.collect::<String>().to_lowercase()
    };
    let fits = |(class, name): (&String, &String)| slug(class).ends_with(&slug(name));
    let names = captions.iter().map(|caption| &caption.name);
    let fitting = set.classes().iter().zip(names).filter(|&pair| fits(pair));
    assert!(fitting.count() > 1_400, "captions are out of order");
}

#[test]
fn kinship_is_ordered_symmetric_and_within_bounds() {
    let captions: Arc<[_]> = captions().unwrap().into();
    let grades = Grades::Kinship(captions.clone());
    let mut seen = [0; 4];
    for a in (0..captions.len()).step_by(7) {
        for b in (0..captions.len()).step_by(11) {
            let grade = grades.of(a, b);
            assert_eq!(grade, grades.of(b, a));
            let (one, other) = (&captions[a], &captions[b]);
            let shared = one
                .keywords
                .iter()
                .any(|word| other.keywords.contains(word));
            let kind = match (
                a == b,
                one.subgroup == other.subgroup,
                one.group == other.group,
            ) {
                (true, ..) => {
                    assert_eq!(grade, 1.0);
                    continue;
                }
                (_, true, _) if shared => 3,
                (_, true, _) => 2,
                (_, _, true) => 1,
                _ => 0,
            };
            let (least, most) = [(0.0, 0.0), (0.25, 0.25), (0.5, 0.5), (0.5, 0.9)][kind];
            assert!(least <= grade && grade <= most && (kind < 3 || grade > 0.5));
            seen[kind] += 1;
        }
    }
    assert!(seen.iter().all(|&count| count > 0), "{seen:?}");
}

#[test]
fn cosines_below_zero_are_no_relevance() {
    let cosines = CosineRelevance::new(&[1.0, 0.0, -2.0, 0.0, 0.3, 0.4], 2).unwrap();
    let grades = Grades::Texts(Arc::new(cosines));
    assert_eq!(
        (grades.of(0, 1), grades.of(0, 2), grades.of(1, 1)),
        (0.0, 0.6, 1.0)
    );
}

fn sparse(name: &str, text: &str) -> Result<SparseRelevance, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    let names = ["cat", "dog", "7"].map(str::to_owned);
    let read = SparseRelevance::read(&path, &names, 0.125);
    let prefix = format!("{}/", folder.path().display());
    read.map_err(|error| error.to_string().replace(&prefix, ""))
}

#[test]
fn pairs_of_a_file() {
    let json = "{\"a\": \"cat\", \"b\": 7, \"relevance\": 1}\n{\"a\": \"dog\", \"b\": \"cat\", \"relevance\": 0.5}\n{\"a\": \"cat\", \"b\": \"dog\", \"relevance\": 0.5}\n";
    let pairs = sparse("a.jsonl", json).unwrap();
    assert_eq!(
        (pairs.of(0, 2), pairs.of(2, 0), pairs.of(1, 0)),
        (1.0, 1.0, 0.5)
    );
    assert_eq!((pairs.of(1, 2), pairs.of(1, 1)), (0.125, 1.0));
    let table = sparse("a.tsv", "relevance\tb\tnote\ta\n0\tdog\tx\tcat\n").unwrap();
    assert_eq!(table.of(1, 0), 0.0);
}

#[test]
fn pairs_that_are_wrong() {
    let say = |rows: &str| sparse("a.csv", &format!("a,b,relevance\n{rows}")).unwrap_err();
    assert_eq!(
        say("cat,dog,1.5\n"),
        "a.csv, line 2, relevance: wanted a number in [0, 1], given 1.5"
    );
    assert_eq!(
        say("cat,cow,1\n"),
        "a.csv, line 2, b: wanted a name of the set, given cow"
    );
    let asymmetric =
        "a.csv, line 3, relevance: wanted that of the pair the other way round, given 0.25";
    assert_eq!(say("cat,dog,0.5\ndog,cat,0.25\n"), asymmetric);
    assert!(say("cat,dog,0.5\ncat,dog,0.5\n").contains("line 3, relevance: wanted each pair once"));
    assert!(say("cat,dog,x\n").contains("wanted a finite number, given x"));
    assert!(say("").contains("wanted at least one row"));
    let header = sparse("a.csv", "a,b\ncat,dog\n").unwrap_err();
    assert_eq!(
        header,
        "a.csv: wanted the columns a, b, relevance, given a, b"
    );
}

#[test]
fn things_that_are_wrong() {
    let (_folder, path) = (tempfile::tempdir().unwrap(), "a.csv");
    let say = |names: [&str; 2], missing| {
        let names = names.map(str::to_owned);
        let error = SparseRelevance::read(path, &names, missing).unwrap_err();
        error.to_string()
    };
    for (missing, given) in [(1.5, "1.5"), (-0.5, "-0.5"), (f32::NAN, "NaN")] {
        let wanted = format!("missing relevance: wanted a number in [0, 1], given {given}");
        assert_eq!(say(["a", "b"], missing), wanted);
    }
    let twice = "names: wanted each once, given a of 0 and 1";
    assert_eq!(say(["a", "a"], 0.0), twice);
    let own = sparse("a.csv", "a,b,relevance\ncat,dog,1\ncat,cat,0.5\n").unwrap_err();
    let wanted = "a.csv, line 3, relevance: wanted 1 of a thing to itself, given 0.5";
    assert_eq!(own, wanted);
    assert!(sparse("a.csv", "a,b,relevance\ncat,cat,1\n").is_ok());
}

#[test]
fn embeddings_that_are_wrong() {
    let say = |rows: &[f32], dim| CosineRelevance::new(rows, dim).unwrap_err().to_string();
    let wanted = "embeddings: wanted whole rows of at least one number, given";
    let ragged = format!("{wanted} 3 numbers with 2 per row");
    assert_eq!(say(&[1.0, 2.0, 3.0], 2), ragged);
    assert_eq!(say(&[], 0), format!("{wanted} 0 numbers with 0 per row"));
    let wanted = "embeddings: wanted rows of finite numbers, not all 0, given";
    let nan = format!("{wanted} [NaN, 0.0] in row 1");
    assert_eq!(say(&[1.0, 0.0, f32::NAN, 0.0], 2), nan);
    assert_eq!(say(&[0.0], 1), format!("{wanted} [0.0] in row 0"));
    let long = CosineRelevance::new(&[f32::MAX, f32::MAX, 1.0, 1.0], 2).unwrap();
    assert!((long.of(0, 1) - 1.0).abs() < 1e-6);
}

#[test]
fn overlap_is_jaccard() {
    let set = |words: &'static str| -> BTreeSet<&str> { words.split_whitespace().collect() };
    let of = |a, b| keyword_overlap(&set(a), &set(b));
    assert_eq!(of("cat pet face", "dog pet face animal"), 2.0 / 5.0);
    assert_eq!((of("", ""), of("a", ""), of("a b", "b a")), (0.0, 0.0, 1.0));
}

const GRADES: [f32; 11] = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0];

#[test]
fn thresholds_of_a_query() {
    let list = [
        Threshold::Fixed(0.95),
        Threshold::Quantile(0.8),
        Threshold::Quantile(0.5),
    ];
    let thresholds = Thresholds::new(list.to_vec()).unwrap();
    assert_eq!(thresholds.of(&GRADES).unwrap(), [0.95, 0.8, 0.5]);
    // Nothing is relevant: the rungs between are empty.
    assert_eq!(thresholds.of(&[0.0; 4]).unwrap(), [0.95, 0.0, 0.0]);
    assert_eq!(thresholds.of(&[]).unwrap(), [0.95, 0.0, 0.0]);
}

#[test]
fn thresholds_that_are_not_in_order() {
    let say = |list: &[Threshold]| Thresholds::new(list.to_vec()).unwrap_err().to_string();
    let wanted = "thresholds: wanted each below the one before, given";
    let (fixed, share) = (Threshold::Fixed, Threshold::Quantile);
    assert_eq!(
        say(&[fixed(0.5), fixed(0.5)]),
        format!("{wanted} 0.5 before 0.5")
    );
    let apart = [share(0.5), fixed(0.4), share(0.8)];
    assert_eq!(say(&apart), format!("{wanted} 0.5 before 0.8"));
    let mixed = Thresholds::new(vec![fixed(0.5), share(0.8)]).unwrap();
    let error = mixed.of(&GRADES).unwrap_err();
    assert!(matches!(error, Error::Thresholds { .. }));
    assert_eq!(error.to_string(), format!("{wanted} 0.5 before 0.8"));
    let outside = "threshold: wanted a number in [0, 1], given 1.5";
    assert_eq!(say(&[fixed(1.5)]), outside);
    let outside = "threshold, quantile: wanted a number in [0, 1], given NaN";
    assert_eq!(say(&[share(f64::NAN)]), outside);
}

#[test]
fn thresholds_as_they_are_written() {
    let text = r#"[{"fixed":0.75},{"quantile":0.5}]"#;
    let read: Thresholds = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), text);
    let wrong = r#"[{"fixed":0.25},{"fixed":0.5}]"#;
    assert!(serde_json::from_str::<Thresholds>(wrong).is_err());
}

#[test]
fn a_distribution_by_hand() {
    let names = ["a", "b", "c"].map(str::to_owned);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::write(&path, "a,b,relevance\na,b,0.25\na,c,0.75\n").unwrap();
    let grades = Grades::Sparse(Arc::new(SparseRelevance::read(path, &names, 0.0).unwrap()));
    let spread = RelevanceSpread::of(&grades, &[0, 1, 2]);
    let third = 1.0 / 3.0;
    assert_eq!(spread.things, 3);
    let steps: Vec<f64> = spread.steps.iter().map(|&(_, share)| share).collect();
    assert_eq!(
        steps,
        [third, 0.0, 0.0, third, 0.0, 0.0, 0.0, 0.0, third, 0.0, 0.0]
    );
    assert_eq!(spread.reached[0], (0.25, 4.0 / 3.0));
    assert_eq!(spread.reached[3], (0.7, 2.0 / 3.0));
    assert!(spread.to_string().contains("33.33 %  above 0.2 up to 0.3"));
    // The candidates of a have 0.25 and 0.75, those of b 0 and 0.25, those of c 0 and 0.75.
    let quantile = |at: usize| {
        let found = spread.quantiles[at];
        (found.share, found.lowest, found.median, found.highest)
    };
    assert_eq!(quantile(0), (0.0, 0.0, 0.0, 0.25));
    assert_eq!(quantile(7), (1.0, 0.25, 0.75, 0.75));
    let none = RelevanceSpread::of(&grades, &[]);
    assert_eq!((none.things, none.quantiles[0].highest), (0, 0.0));
}
