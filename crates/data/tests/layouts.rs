//! Sets in the layouts in which they are published, small.
#![allow(clippy::unwrap_used, reason = "tests")]

mod rows;

use std::path::{Path, PathBuf};

use rows::{file, read, scored, tuple};
use tercet_data::{Error, Examples, RowKind, Texts, beir, nli, sts_benchmark};

/// A message without the folder's name.
fn said(error: &Error, path: &Path) -> String {
    let folder = path.parent().unwrap().display().to_string();
    error.to_string().replace(&format!("{folder}/"), "")
}

#[test]
fn sts_benchmark_as_published() {
    let lines = "main-captions\tMSRvid\t2012test\t0001\t5.000\tA plane is taking off.\tAn air plane is taking off.\n\
                 main-forums\tdeft-forum\t2014\t0024\t0.800\tHe said \"no.\tYes?\tlicence\tlink\n";
    let (_folder, path) = file("sts-train.csv", lines);
    let wanted = [
        scored("A plane is taking off.", "An air plane is taking off.", 1.0),
        scored("He said \"no.", "Yes?", 0.8 / 5.0),
    ];
    assert_eq!(sts_benchmark(path).unwrap(), wanted);
}

#[test]
fn sts_benchmark_that_is_wrong() {
    let say = |lines: &str| {
        let (_folder, path) = file("sts-dev.csv", lines);
        said(&sts_benchmark(&path).unwrap_err(), &path)
    };
    assert_eq!(say(""), "sts-dev.csv: wanted at least one row, given none");
    assert_eq!(
        say("a\tb\tc\td\t1\te"),
        "sts-dev.csv, line 1: wanted 7 fields, given 6"
    );
    assert_eq!(
        say("a\tb\tc\td\tx\te\tf"),
        "sts-dev.csv, line 1, score: wanted a finite number, given x"
    );
    let empty = "sts-dev.csv, line 2, sentence2: wanted a text that is not empty, given nothing";
    assert_eq!(say("a\tb\tc\td\t1\te\tf\na\tb\tc\td\t1\te\t\n"), empty);
    assert!(matches!(
        sts_benchmark("/nowhere/sts-dev.csv"),
        Err(Error::Missing { .. })
    ));
}

#[test]
fn glue_sts_b() {
    let table = "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore\n\
                 0\tmain-captions\tMSRvid\t2012test\t0001\tnone\tnone\tA \"plane.\tAn air plane.\t5.000\n";
    assert_eq!(
        read("train.tsv", table),
        [scored("A \"plane.", "An air plane.", 5.0)]
    );
    let (_folder, path) = file("dev.tsv", table);
    assert_eq!(Texts::open(path).unwrap().ignored().len(), 7);
}

#[test]
fn all_nli() {
    let json =
        r#"{"anchor": "A person on a horse.", "positive": "Outdoors.", "negative": "At a diner."}"#;
    let wanted = [tuple(
        "A person on a horse.",
        &["Outdoors."],
        &["At a diner."],
    )];
    assert_eq!(read("train.jsonl", json), wanted);
    let tsv = "anchor\tpositive\tnegative\nA person on a horse.\tOutdoors.\tAt a diner.\n";
    assert_eq!(read("AllNLI.tsv", tsv), wanted);
    let (_folder, path) = file("AllNLI.tsv", tsv);
    assert_eq!(Texts::open(path).unwrap().kind(), RowKind::Triplets);
}

fn line(label: &str, premise: &str, other: &str) -> String {
    format!(
        r#"{{"annotator_labels": ["{label}"], "gold_label": "{label}", "pairID": "1", "sentence1": "{premise}", "sentence2": "{other}"}}"#
    )
}

#[test]
fn nli_as_published() {
    let lines = [
        line("neutral", "one", "n"),
        line("entailment", "two", "e1"),
        line("contradiction", "one", "c1"),
        line("entailment", "one", "e2"),
        line("-", "one", "d"),
        line("entailment", "one", "e3"),
        line("entailment", "one", "e2"),
        line("contradiction", "three", "c2"),
        line("contradiction", "two", "c3"),
    ];
    let (_folder, path) = file("snli_1.0_train.jsonl", lines.join("\n"));
    let wanted = [
        tuple("one", &["e2", "e3"], &["c1"]),
        tuple("two", &["e1"], &["c3"]),
    ];
    assert_eq!(nli(path).unwrap(), wanted);
}

#[test]
fn nli_that_is_wrong() {
    let say = |lines: &[String]| {
        let (_folder, path) = file("a.jsonl", lines.join("\n"));
        said(&nli(&path).unwrap_err(), &path)
    };
    let none = "a.jsonl: wanted a premise with an entailment and a contradiction, given none among 2 premises";
    assert_eq!(
        say(&[
            line("entailment", "one", "e"),
            line("contradiction", "two", "c")
        ]),
        none
    );
    assert_eq!(say(&[]), none.replace("2 premises", "0 premises"));
    let label =
        "a.jsonl, line 2, gold_label: wanted entailment, neutral, contradiction or -, given yes";
    assert_eq!(
        say(&[line("neutral", "a", "b"), line("yes", "a", "b")]),
        label
    );
    let empty = "a.jsonl, line 1, sentence2: wanted a text that is not empty, given \"\"";
    assert_eq!(say(&[line("neutral", "a", "")]), empty);
    assert_eq!(
        say(&["[".to_owned()]),
        "a.jsonl, line 1: wanted one JSON object, given something else"
    );
}

const CORPUS: &str = r#"{"_id": "d1", "title": "Cats", "text": "They purr.", "metadata": {}}
{"_id": "d2", "title": "", "text": "Dogs bark."}
{"_id": "7", "text": ""}
{"_id": "q2", "text": "Who barks?"}"#;
const QUERIES: &str = r#"{"_id": "q1", "text": "Who purrs?", "metadata": {}}
{"_id": "q3", "text": "of another split"}
{"_id": "q2", "text": "Who barks?"}"#;
const QRELS: &str = "query-id\tcorpus-id\tscore\nq2\td2\t1\nq1\td1\t2\nq2\t7\t0\n";

fn set(corpus: &str, queries: &str, qrels: &str) -> (tempfile::TempDir, PathBuf) {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().to_owned();
    std::fs::create_dir(folder.join("qrels")).unwrap();
    let put = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    put("corpus.jsonl", corpus);
    put("queries.jsonl", queries);
    put("qrels/test.tsv", qrels);
    (root, folder)
}

#[test]
fn beir_as_published() {
    let (_root, folder) = set(CORPUS, QUERIES, QRELS);
    let search = beir(&folder, "test").unwrap();
    assert_eq!(
        search.corpus,
        ["Cats They purr.", "Dogs bark.", "", "Who barks?"]
    );
    assert_eq!(search.corpus_ids, ["d1", "d2", "7", "q2"]);
    assert_eq!(search.queries, ["Who purrs?", "Who barks?"]);
    assert_eq!(search.query_ids, ["q1", "q2"]);
    assert_eq!(search.relevance, [vec![(0, 2.0)], vec![(1, 1.0), (2, 0.0)]]);
    let (queries, corpus) = search.groups();
    assert_eq!((queries, corpus), (vec![4, 3], vec![0, 1, 2, 3]));
}

#[test]
fn beir_that_is_wrong() {
    let say = |corpus: &str, queries: &str, qrels: &str| {
        let (_root, folder) = set(corpus, queries, qrels);
        let error = beir(&folder, "test").unwrap_err();
        said(&error, &folder.join("corpus.jsonl"))
    };
    let head = |rest: &str| format!("query-id\tcorpus-id\tscore\n{rest}");
    let qrels = |rest: &str| say(CORPUS, QUERIES, &head(rest));
    assert_eq!(
        say("", QUERIES, QRELS),
        "corpus.jsonl: wanted at least one row, given none"
    );
    assert_eq!(
        say(CORPUS, "\n", QRELS),
        "queries.jsonl: wanted at least one row, given none"
    );
    assert_eq!(
        say(CORPUS, QUERIES, ""),
        "qrels/test.tsv: wanted at least one row, given none"
    );
    assert_eq!(
        qrels(""),
        "qrels/test.tsv: wanted at least one row, given none"
    );
    let header = "qrels/test.tsv: wanted the columns query-id, corpus-id, score, given q1, d1, 2";
    assert_eq!(
        say(CORPUS, QUERIES, "q1\td1\t2\nquery-id\tcorpus-id\tscore\n"),
        header
    );
    let twice = "corpus.jsonl, line 5, _id: wanted an id that no earlier line has, given d1";
    assert_eq!(
        say(&format!("{CORPUS}\n{{\"_id\": \"d1\"}}"), QUERIES, QRELS),
        twice
    );
    let unnamed = "queries.jsonl, line 1, _id: wanted a text that is not empty, given nothing";
    assert_eq!(say(CORPUS, r#"{"text": "a"}"#, QRELS), unnamed);
    let empty = "queries.jsonl, line 1, text: wanted a text that is not empty, given \" \"";
    assert_eq!(say(CORPUS, r#"{"_id": 1, "text": " "}"#, QRELS), empty);
    let number = "corpus.jsonl, line 1, title: wanted a text, given 3";
    assert_eq!(say(r#"{"_id": "a", "title": 3}"#, QUERIES, QRELS), number);
    assert_eq!(
        qrels("q9\td1\t1"),
        "qrels/test.tsv, line 2, query-id: wanted an id of queries.jsonl, given q9"
    );
    assert_eq!(
        qrels("q1\td9\t1"),
        "qrels/test.tsv, line 2, corpus-id: wanted an id of corpus.jsonl, given d9"
    );
    assert_eq!(
        qrels("q1\td1\tx"),
        "qrels/test.tsv, line 2, score: wanted a finite number, given x"
    );
    assert_eq!(
        qrels("q1\td1"),
        "qrels/test.tsv, line 2: wanted 3 fields, given 2"
    );
    let again = "qrels/test.tsv, line 3, corpus-id: wanted a new document for this query, given d1";
    assert_eq!(qrels("q1\td1\t1\nq1\td1\t2"), again);
    let (_root, folder) = set(CORPUS, QUERIES, QRELS);
    assert!(matches!(beir(folder, "dev"), Err(Error::Missing { .. })));
}

#[test]
fn rows_in_memory_are_examples_too() {
    let (_folder, path) = file(
        "a.jsonl",
        [
            line("entailment", "a", "b"),
            line("contradiction", "a", "c"),
        ]
        .join("\n"),
    );
    let rows: Box<dyn Examples> = Box::new(nli(path).unwrap());
    assert_eq!(
        (rows.len(), rows.row(0).unwrap()),
        (1, tuple("a", &["b"], &["c"]))
    );
}
