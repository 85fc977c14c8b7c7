//! Files of texts that are as they should be.
#![allow(clippy::unwrap_used, reason = "tests")]

mod rows;

use std::fmt::Write;

use rows::{file, read, scored, tuple};
use tercet_data::{Error, Example, Examples, RowKind, Texts};

#[test]
fn pairs_and_triplets_of_every_format() {
    let wanted = [
        tuple("a, \"b\"", &["p"], &["n"]),
        tuple("é", &["q"], &["m"]),
    ];
    let json = r#"{"anchor": "a, \"b\"", "positive": "p", "negative": "n"}

{"negative": "m", "positive": "q", "anchor": "é"}"#;
    assert_eq!(read("a.jsonl", json), wanted);
    assert_eq!(read("a.NDJSON", format!("\u{feff}{json}\r\n")), wanted);
    let csv = "positive,anchor,negative\np,\"a, \"\"b\"\"\",n\n\nq,é,m\n";
    assert_eq!(read("a.csv", csv), wanted);
    assert_eq!(
        read("a.csv", format!("\u{feff}{}", csv.replace('\n', "\r\n"))),
        wanted
    );
    let tsv = "anchor\tpositive\tnegative\na, \"b\"\tp\tn\n\né\tq\tm";
    assert_eq!(read("a.tsv", tsv), wanted);
    assert_eq!(
        read(
            "a.tsv",
            format!("\u{feff}{}\r\n", tsv.replace('\n', "\r\n"))
        ),
        wanted
    );
    assert_eq!(
        read("a.tsv", "anchor\tpositive\na\tp\n"),
        [tuple("a", &["p"], &[])]
    );
}

#[test]
fn several_negatives() {
    let many = "anchor,positive,negative_1,negative_2,negative_4\na,p,n,m,o\n";
    assert_eq!(read("a.csv", many), [tuple("a", &["p"], &["n", "m"])]);
    let (_folder, path) = file("a.csv", many);
    assert_eq!(Texts::open(path).unwrap().ignored(), ["negative_4"]);
}

#[test]
fn lists() {
    let lists = r#"{"query": "a", "pos": ["p", "q"], "neg": []}
{"query": "b", "pos": ["r"], "neg": ["n", "m"]}
{"query": "c", "pos": ["s"]}"#;
    let wanted = [
        tuple("a", &["p", "q"], &[]),
        tuple("b", &["r"], &["n", "m"]),
        tuple("c", &["s"], &[]),
    ];
    assert_eq!(read("a.jsonl", lists), wanted);
    let late = "{\"query\": \"a\", \"pos\": [\"p\"]}\n{\"query\": \"b\", \"pos\": [\"q\"], \"neg\": [\"n\"]}";
    assert_eq!(read("a.jsonl", late)[1], tuple("b", &["q"], &["n"]));
}

#[test]
fn scores() {
    let wanted = [scored("a", "b", 4.25), scored("c", "d", -1e-3)];
    assert_eq!(
        read("a.csv", "text_a,text_b,score\na,b,4.25\nc,d, -1e-3 \n"),
        wanted
    );
    let json = r#"{"sentence1": "a", "sentence2": "b", "score": 4.25}
{"sentence1": "c", "sentence2": "d", "score": -0.001}"#;
    assert_eq!(read("a.jsonl", json), wanted);
    assert_eq!(
        read("a.jsonl", r#"{"text_a": "a", "text_b": "b", "score": 3}"#),
        [scored("a", "b", 3.0)]
    );
}

#[test]
fn labels_are_numbered_by_name() {
    let json = r#"{"text": "x", "label": "cat"}
{"text": "y", "label": 7}
{"text": "z", "label": true}
{"text": "w", "label": "7"}"#;
    let (_folder, path) = file("a.jsonl", json);
    let texts = Texts::open(path).unwrap();
    assert_eq!(texts.classes(), ["7", "cat", "true"]);
    assert_eq!(texts.labels(), [1, 0, 2, 0]);
    let row = Example::Labelled {
        text: "w".to_owned(),
        class: 0,
    };
    assert_eq!(texts.row(3).unwrap(), row);
    assert_eq!(texts.kind(), RowKind::Labelled);
    let table = "label\ttext\n b \tx\na\ty\n";
    let row = Example::Labelled {
        text: "x".to_owned(),
        class: 1,
    };
    assert_eq!(read("a.tsv", table)[0], row);
}

#[test]
fn other_columns_are_named_and_left_out() {
    let (_folder, path) = file("a.csv", "id,anchor,positive,score\n1,a,p,0.5\n");
    let texts = Texts::open(&path).unwrap();
    assert_eq!(
        (texts.kind(), texts.ignored()),
        (RowKind::Pairs, &["id".to_owned(), "score".to_owned()][..])
    );
    assert_eq!(texts.path(), path);
}

#[test]
fn a_row_that_is_not_there() {
    let (_folder, path) = file("a.csv", "anchor,positive\na,p\n");
    let texts = Texts::open(path).unwrap();
    let error = texts.row(1).unwrap_err();
    assert!(
        matches!(
            error,
            Error::Index {
                wanted: 1,
                given: 1
            }
        ),
        "{error}"
    );
    let list = vec![tuple("a", &["p"], &[])];
    assert!(matches!(
        list.row(2),
        Err(Error::Index {
            wanted: 1,
            given: 2
        })
    ));
    assert!(!Examples::is_empty(&list) && !texts.is_empty());
}

#[test]
fn a_field_over_several_lines_and_a_mark_inside() {
    let csv = "anchor,positive\n\"a\nb\",p\n\u{feff}c,\"q\n\"\n";
    let wanted = [
        tuple("a\nb", &["p"], &[]),
        tuple("\u{feff}c", &["q\n"], &[]),
    ];
    assert_eq!(read("a.csv", csv), wanted);
}

#[test]
fn memory_is_eight_bytes_per_row_and_four_per_label() {
    let rows = 10_000;
    let mut pairs = String::new();
    let mut labelled = "text,label\n".to_owned();
    for row in 0..rows {
        writeln!(
            pairs,
            r#"{{"anchor": "anchor {row}", "positive": "positive {row}"}}"#
        )
        .unwrap();
        writeln!(labelled, "text {row},{}", ["one", "two"][row % 2]).unwrap();
    }
    let (_folder, path) = file("a.jsonl", pairs);
    assert_eq!(Texts::open(path).unwrap().held_bytes(), 8 * rows);
    let (_folder, path) = file("a.csv", labelled);
    let held = Texts::open(path).unwrap().held_bytes();
    assert!((12 * rows..12 * rows + 200).contains(&held), "{held}");
}

#[test]
fn rows_are_read_from_many_threads() {
    let lines: Vec<String> = (0..500)
        .map(|row| format!("anchor {row}\tpositive {}", "x".repeat(row)))
        .collect();
    let (_folder, path) = file("a.tsv", format!("anchor\tpositive\n{}", lines.join("\n")));
    let texts = Texts::open(path).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let texts = &texts;
            scope.spawn(move || {
                for step in 0..2_000 {
                    let row = (step * 7 + thread * 131) % 500;
                    let wanted = tuple(
                        &format!("anchor {row}"),
                        &[&format!("positive {}", "x".repeat(row))],
                        &[],
                    );
                    assert_eq!(texts.row(row).unwrap(), wanted);
                }
            });
        }
    });
}

#[test]
fn the_slice_of_wordnet() {
    let open = |name: &str| {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/wordnet/");
        Texts::open(format!("{folder}{name}.jsonl")).unwrap()
    };
    let (train, validation, test) = (open("train"), open("validation"), open("test"));
    assert_eq!((train.len(), train.kind()), (300, RowKind::Pairs));
    assert_eq!((validation.len(), test.len()), (100, 100));
    assert_eq!(test.kind(), RowKind::Triplets);
    assert_eq!(test.ignored(), ["negative_of"]);
}
