//! The reader of manifests: messages, and text of any kind.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::HashMap;
use std::path::Path;

use proptest::prelude::*;
use tercet_data::{Error, ManifestRow, Split, Strict, manifest, rows};

fn read(text: &[u8]) -> Result<Vec<ManifestRow>, Error> {
    rows(text, Path::new("table.csv"))
}

#[test]
fn wrong_tables_are_refused_with_their_line() {
    for (text, message) in [
        (
            "",
            ": wanted the columns path, label and optionally split, group, given none",
        ),
        (
            "path\n1.jpg\n",
            ": wanted the columns path, label and optionally split, group, given path",
        ),
        (
            "path,label,colour\n",
            ": wanted the columns path, label and optionally split, group, given path, label, colour",
        ),
        (
            "path,label,label\n",
            ": wanted the columns path, label and optionally split, group, given path, label, label",
        ),
        (
            "Path,Label\n",
            ": wanted the columns path, label and optionally split, group, given Path, Label",
        ),
        ("path,label\na,x\nb\n", ", line 3: wanted 2 fields, given 1"),
        ("path,label\na,x,y\n", ", line 2: wanted 2 fields, given 3"),
        (
            "path,label\na,x\n\nb,\"y\n",
            ", line 4: wanted a quote at the end of the field, given the end of the file",
        ),
        (
            "path,label\na,\n",
            ", line 2, label: wanted a text that is not empty, given nothing",
        ),
        (
            "path,label\n\n ,x\n",
            ", line 3, path: wanted a text that is not empty, given nothing",
        ),
        (
            "path,label\na,x\nb,x\na,y\n",
            ", line 4, path: wanted a path that is not on line 2, given a",
        ),
        (
            "path,label,split\na,x,learn\n",
            ", line 2, split: wanted train, validation (or val) or test, given learn",
        ),
        (
            "path,label,split\na,x,\n",
            ", line 2, split: wanted train, validation (or val) or test, given nothing",
        ),
        (
            "path,label,split\na,x,train\nb,y,test\nc,x,test\n",
            ", line 4: wanted class x in one split (train), given test as well",
        ),
    ] {
        assert_eq!(
            read(text.as_bytes()).unwrap_err().to_string(),
            format!("table.csv{message}"),
            "{text:?}"
        );
    }
    let latin = read(b"path,label\n1,caf\xE9\n").unwrap_err();
    assert!(matches!(latin, Error::Utf8 { line: 2, .. }), "{latin:?}");
    assert!(matches!(
        read(b"caf\xE9,label\n").unwrap_err(),
        Error::Utf8 { line: 1, .. }
    ));
}

#[test]
fn a_table_that_is_not_there_or_is_a_folder_is_refused() {
    let root = tempfile::tempdir().unwrap();
    let error = manifest(root.path().join("none.csv"), Strict::No).unwrap_err();
    assert!(matches!(error, Error::Missing { .. }));
    assert!(
        error
            .to_string()
            .ends_with("none.csv: wanted a file, given a path where nothing is")
    );
    assert!(matches!(
        manifest(root.path(), Strict::No).unwrap_err(),
        Error::Read { .. }
    ));
}

#[test]
fn lines_are_counted_through_quoted_breaks() {
    let rows = read(b"label,path\n\"a\nb\",1\nc,2\n").unwrap();
    assert_eq!(rows[0].label, "a\nb");
    assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 4]);
}

/// Text that is often nearly a manifest.
fn nearly() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("path,label,split,group\n"),
        Just("path,label\n"),
        Just("path"),
        Just(","),
        Just("\n"),
        Just("\r\n"),
        Just("\""),
        Just("train"),
        Just("test"),
        Just(" "),
        Just("a"),
        Just("b"),
        Just("\u{feff}"),
        Just("\0"),
        Just("é"),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn splits_agree(rows: &[ManifestRow]) -> bool {
    let mut splits: HashMap<&str, Option<Split>> = HashMap::new();
    rows.iter()
        .all(|row| *splits.entry(&row.label).or_insert(row.split) == row.split)
}

proptest! {
    #[test]
    fn nothing_panics_and_what_is_read_is_sound(text in nearly()) {
        if let Ok(rows) = read(text.as_bytes()) {
            prop_assert!(rows.iter().all(|row| !row.path.is_empty() && !row.label.is_empty()));
            prop_assert!(splits_agree(&rows));
            prop_assert!(rows.windows(2).all(|pair| pair[0].line < pair[1].line));
        }
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let with_header = [b"path,label\n".as_slice(), &bytes].concat();
        let _ = (read(&bytes), read(&with_header));
    }

    #[test]
    fn what_is_written_is_read(fields in prop::collection::vec(("[a-z\"\n, ]{0,6}", "[a-z,\"]{1,4}"), 0..20)) {
        let text = fields.iter().enumerate().fold("label,path\n".to_owned(), |text, (number, (path, label))| {
            let quoted = |field: &str| format!("\"{}\"", field.replace('"', "\"\""));
            text + &quoted(&format!("x{label}")) + "," + &quoted(&format!("{number}{path}x")) + "\n"
        });
        let rows = read(text.as_bytes()).unwrap();
        prop_assert_eq!(rows.len(), fields.len());
        for (number, (row, (path, label))) in rows.iter().zip(&fields).enumerate() {
            prop_assert_eq!(&row.path, &format!("{number}{path}x"));
            prop_assert_eq!(&row.label, &format!("x{label}"));
        }
    }
}
