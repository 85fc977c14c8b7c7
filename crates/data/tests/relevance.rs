//! How relevant things are to each other, and what is refused.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use tercet_data::{
    Dataset, Error, Grades, RelevanceSpread, SparseRelevance, Threshold, captions, emoji,
    thresholds,
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
    let grades = Grades::Texts {
        rows: vec![1.0, 0.0, -1.0, 0.0, 0.6, 0.8].into(),
        dim: 2,
    };
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
fn thresholds_are_in_order() {
    let grades = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0];
    let list = [
        Threshold::Fixed(0.95),
        Threshold::Quantile(0.8),
        Threshold::Quantile(0.5),
    ];
    assert_eq!(thresholds(&list, &grades).unwrap(), [0.95, 0.8, 0.5]);
    let wrong = [Threshold::Fixed(0.5), Threshold::Quantile(0.8)];
    let error = thresholds(&wrong, &grades).unwrap_err();
    assert!(matches!(error, Error::Thresholds { .. }));
    let message = "thresholds: wanted each below the one before, given 0.5 before 0.8";
    assert_eq!(error.to_string(), message);
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
}
