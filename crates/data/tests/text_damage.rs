//! Files of texts that are wrong: what is said, and where.
#![allow(clippy::unwrap_used, reason = "tests")]

mod rows;

use proptest::prelude::*;
use rows::{file, refused};
use tercet_data::{Error, Examples, Texts};

fn message(name: &str, content: impl AsRef<[u8]>) -> String {
    refused(name, content).1
}

const PAIR: &str = r#"{"anchor": "a", "positive": "p"}"#;

#[test]
fn an_unknown_ending() {
    let wanted = "wanted a file named .jsonl, .ndjson, .csv or .tsv, given";
    assert_eq!(message("a.txt", PAIR), format!("a.txt: {wanted} .txt"));
    assert_eq!(message("a", PAIR), format!("a: {wanted} no ending"));
    assert!(matches!(refused("a.json", PAIR).0, Error::Extension { .. }));
}

#[test]
fn no_file() {
    let error = Texts::open("/nowhere/a.csv").unwrap_err();
    assert_eq!(
        error.to_string(),
        "/nowhere/a.csv: wanted a file, given a path where nothing is"
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::create_dir(&path).unwrap();
    assert!(matches!(Texts::open(path), Err(Error::Read { .. })));
}

#[test]
fn no_rows() {
    for (name, content) in [
        ("a.jsonl", ""),
        ("a.jsonl", "\n \n"),
        ("a.csv", ""),
        ("a.csv", "anchor,positive\n\n"),
        ("a.tsv", "anchor\tpositive"),
        ("a.tsv", "\u{feff}"),
    ] {
        let (error, message) = refused(name, content);
        assert!(matches!(error, Error::NoRows { .. }), "{message}");
        assert_eq!(
            message,
            format!("{name}: wanted at least one row, given none")
        );
    }
}

#[test]
fn a_line_that_is_not_json() {
    for bad in [
        "nonsense",
        "{\"anchor\": \"a\"",
        "[1]",
        "7",
        "{\"anchor\": NaN}",
        "{} {}",
    ] {
        let (error, message) = refused("a.jsonl", format!("{PAIR}\n\n{bad}\n"));
        assert!(matches!(error, Error::Json { line: 3, .. }), "{message}");
        assert_eq!(
            message,
            "a.jsonl, line 3: wanted one JSON object, given something else"
        );
        assert!(matches!(
            refused("a.jsonl", bad).0,
            Error::Json { line: 1, .. }
        ));
    }
}

#[test]
fn a_file_that_was_cut() {
    let pairs = format!("{PAIR}\n{PAIR}");
    for length in PAIR.len() + 2..pairs.len() {
        assert!(matches!(
            refused("a.jsonl", &pairs[..length]).0,
            Error::Json { line: 2, .. }
        ));
    }
    let fields = refused("a.csv", "anchor,positive\na,p\nb");
    assert_eq!(fields.1, "a.csv, line 3: wanted 2 fields, given 1");
    assert!(matches!(fields.0, Error::Fields { .. }));
    let tabs = message("a.tsv", "anchor\tpositive\na\tp\nb\tq\tr");
    assert_eq!(tabs, "a.tsv, line 3: wanted 2 fields, given 3");
    for open in ["\"q", "\"q\n", "\"q \"\"", "\"q\n\nr\n"] {
        let quote = refused("a.csv", format!("anchor,positive\na,p\n\nb,{open}"));
        let wanted =
            "a.csv, line 4: wanted a quote at the end of the field, given the end of the file";
        assert_eq!(quote.1, wanted);
        assert!(matches!(quote.0, Error::Quote { .. }));
    }
    for closed in ["\"q\"", "\"q\n\"\n\n", "\"q\"\"\"", "q\"", "\"x\"", "x\n"] {
        let (_folder, path) = file("a.csv", format!("anchor,positive\nb,{closed}"));
        assert!(Texts::open(path).is_ok(), "{closed}");
    }
}

#[test]
fn bytes_that_are_not_utf_8() {
    for (name, content) in [
        (
            "a.jsonl",
            b"{\"anchor\": \"a\", \"positive\": \"p\"}\n{\"anchor\": \"\xff\"}".as_slice(),
        ),
        ("a.csv", b"anchor,positive\n\xff,p\n"),
        ("a.tsv", b"anchor\tpositive\na\t\xff"),
    ] {
        let (error, message) = refused(name, content);
        assert!(matches!(error, Error::Utf8 { line: 2, .. }), "{message}");
        assert_eq!(
            message,
            format!("{name}, line 2: wanted UTF-8, given other bytes")
        );
    }
    assert!(matches!(
        refused("a.csv", b"\xff,b\n").0,
        Error::Utf8 { line: 1, .. }
    ));
}

#[test]
fn columns_that_are_missing_or_twice() {
    let wanted = "wanted the columns anchor, positive and optionally negative or negative_1, negative_2, ..; \
                  or query, pos, neg (JSON); or text, label; or text_a, text_b and score or same, each once, given";
    let one = message("a.csv", "anchor,negative\na,n\n");
    assert_eq!(one, format!("a.csv: {wanted} anchor, negative"));
    assert_eq!(message("a.jsonl", "{}"), format!("a.jsonl: {wanted} none"));
    for header in [
        "anchor,anchor,positive",
        "anchor,positive,negative,negative",
        "query,pos,neg",
        "text_a,text_b",
    ] {
        assert!(matches!(
            refused("a.csv", format!("{header}\na,b,c,d")).0,
            Error::Columns { .. }
        ));
    }
}

#[test]
fn a_row_without_a_column() {
    let found = message("a.jsonl", format!("{PAIR}\n{{\"anchor\": \"a\"}}"));
    assert_eq!(
        found,
        "a.jsonl, line 2, positive: wanted a text that is not empty, given nothing"
    );
    let number = message("a.jsonl", r#"{"anchor": 7, "positive": "p"}"#);
    assert_eq!(
        number,
        "a.jsonl, line 1, anchor: wanted a text that is not empty, given 7"
    );
    let label = message("a.jsonl", r#"{"text": "a", "label": 1.5}"#);
    assert_eq!(
        label,
        "a.jsonl, line 1, label: wanted a text that is not empty, given 1.5"
    );
}

#[test]
fn an_empty_text() {
    let wanted = "wanted a text that is not empty, given";
    assert_eq!(
        message("a.csv", "anchor,positive\na,p\n,q\n"),
        format!("a.csv, line 3, anchor: {wanted} nothing")
    );
    assert_eq!(
        message("a.tsv", "text\tlabel\na\t \n"),
        format!("a.tsv, line 2, label: {wanted} nothing")
    );
    let blank = r#"{"anchor": "a", "positive": " \n"}"#;
    assert_eq!(
        message("a.jsonl", blank),
        format!("a.jsonl, line 1, positive: {wanted} \" \\n\"")
    );
}

#[test]
fn lists_of_something_else() {
    let list = |rest: &str| message("a.jsonl", format!("{{\"query\": \"a\", {rest}}}"));
    assert_eq!(
        list(r#""pos": []"#),
        "a.jsonl, line 1, pos: wanted at least one text, given none"
    );
    let wanted = "wanted a list of texts that are not empty, given";
    assert_eq!(
        list(r#""pos": "p""#),
        format!("a.jsonl, line 1, pos: {wanted} \"p\"")
    );
    assert_eq!(
        list(r#""pos": ["p"], "neg": ["n", 1]"#),
        format!("a.jsonl, line 1, neg: {wanted} [\"n\",1]")
    );
    let long = format!(r#""pos": ["p", "{}", ""]"#, "é".repeat(100));
    assert_eq!(
        list(&long),
        format!(
            "a.jsonl, line 1, pos: {wanted} [\"p\",\"{}..",
            "é".repeat(34)
        )
    );
}

#[test]
fn a_score_that_is_no_number() {
    for (score, said) in [
        ("NaN", "NaN"),
        ("inf", "inf"),
        ("", "nothing"),
        ("4,5", "4,5"),
        ("high", "high"),
    ] {
        let found = message(
            "a.tsv",
            format!("text_a\ttext_b\tscore\na\tb\t1\nc\td\t{score}\n"),
        );
        assert_eq!(
            found,
            format!("a.tsv, line 3, score: wanted a finite number, given {said}")
        );
    }
    for (score, said) in [("\"1\"", "\"1\""), ("null", "null"), ("[]", "[]")] {
        let row = format!(r#"{{"text_a": "a", "text_b": "b", "score": {score}}}"#);
        assert_eq!(
            message("a.jsonl", row),
            format!("a.jsonl, line 1, score: wanted a finite number, given {said}")
        );
    }
    let row = r#"{"text_a": "a", "text_b": "b", "score": 1e999}"#;
    assert!(matches!(refused("a.jsonl", row).0, Error::Json { .. }));
}

#[test]
fn a_file_that_shrank_while_it_was_open() {
    let (_folder, path) = file("a.tsv", "anchor\tpositive\na\tp\nb\tq\n");
    let texts = Texts::open(&path).unwrap();
    std::fs::write(&path, "anchor\tpositive\na\tp\nb").unwrap();
    assert!(texts.row(0).is_ok());
    assert!(matches!(texts.row(1), Err(Error::Read { .. })));
    std::fs::write(&path, "anchor\tpositive\na\tp\n\n\n\n\n\n").unwrap();
    assert!(texts.row(1).is_err());
}

/// Whatever a file holds, it is refused with words or every row can be read.
fn try_all(content: &[u8]) {
    for name in ["a.jsonl", "a.csv", "a.tsv"] {
        let (_folder, path) = file(name, content);
        match Texts::open(path) {
            Ok(texts) => (0..texts.len()).for_each(|row| drop(texts.row(row).unwrap())),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

/// Something that looks like a file at a distance.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"anchor".to_vec()),
        Just(b"positive".to_vec()),
        Just(b"\"anchor\":".to_vec()),
        Just(b"\"positive\": \"p\"".to_vec()),
        Just(PAIR.as_bytes().to_vec()),
        Just(b"\xEF\xBB\xBF".to_vec()),
        "[,\t\n\r\"{}: a]{1,3}".prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 1..4),
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn arbitrary_bytes_never_panic(content in proptest::collection::vec(any::<u8>(), 0..200)) {
        try_all(&content);
    }

    #[test]
    fn pieces_of_files_never_panic(content in pieces()) {
        try_all(&content);
        try_all(&[b"anchor,positive\n".as_slice(), &content].concat());
        try_all(&[b"anchor\tpositive\n".as_slice(), &content].concat());
        try_all(&[PAIR.as_bytes(), b"\n", &content].concat());
    }
}
