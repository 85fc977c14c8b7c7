//! Vectors as data: arrays of other programs, labels beside them, tables of their numbers.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use half::{bf16, f16};
use proptest::prelude::*;
use safetensors::tensor::{Dtype, TensorView};
use tempfile::TempDir;
use tercet_data::{
    Array, DataLayout, DataSource, Description, Error, Example, RowKind, ScoreRange, Split,
    Vectors, open, read_labels,
};

/// A `.npy` file.
fn npy(descr: &str, fortran: bool, shape: &str, bytes: &[u8]) -> Vec<u8> {
    let order = if fortran { "True" } else { "False" };
    let mut header =
        format!("{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}");
    while !(10 + header.len() + 1).is_multiple_of(64) {
        header.push(' ');
    }
    header.push('\n');
    let length = (header.len() as u16).to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), bytes].concat()
}

fn tensors(tensors: &[(&str, Dtype, &[usize], &[u8])]) -> Vec<u8> {
    let views = tensors.iter().map(|&(name, dtype, shape, bytes)| {
        let view = TensorView::new(dtype, shape.to_vec(), bytes).unwrap();
        (name.to_owned(), view)
    });
    safetensors::serialize(views, None).unwrap()
}

fn f32s(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|one| one.to_le_bytes()).collect()
}

struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> std::path::PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// A message without the folder.
    fn said(&self, error: &Error) -> String {
        let folder = format!("{}/", self.0.path().display());
        error.to_string().replace(&folder, "")
    }
}

const ROWS: [f32; 6] = [0.5, -1.0, 2.0, 3.0, 4.0, 5.5];

#[test]
fn rows_of_every_float_are_read() {
    let halves: Vec<u8> = ROWS
        .iter()
        .flat_map(|&one| f16::from_f32(one).to_le_bytes())
        .collect();
    let brains: Vec<u8> = ROWS
        .iter()
        .flat_map(|&one| bf16::from_f32(one).to_le_bytes())
        .collect();
    let doubles: Vec<u8> = ROWS
        .iter()
        .flat_map(|&one| f64::from(one).to_le_bytes())
        .collect();
    let big: Vec<u8> = ROWS.iter().flat_map(|one| one.to_be_bytes()).collect();
    let columns = f32s(&[0.5, 2.0, 4.0, -1.0, 3.0, 5.5]);
    let one = |dtype, bytes: &[u8]| tensors(&[("any", dtype, &[3, 2], bytes)]);
    let other = ("other", Dtype::F32, [1].as_slice(), [0; 4].as_slice());
    for (name, bytes) in [
        ("a.npy", npy("<f4", false, "(3, 2)", &f32s(&ROWS))),
        ("b.npy", npy("<f8", false, "(3, 2)", &doubles)),
        ("c.npy", npy("<f2", false, "(3, 2)", &halves)),
        ("d.npy", npy(">f4", false, "(3, 2)", &big)),
        ("e.npy", npy("<f4", true, "(3, 2)", &columns)),
        ("f.safetensors", one(Dtype::F32, &f32s(&ROWS))),
        ("g.safetensors", one(Dtype::F64, &doubles)),
        ("h.safetensors", one(Dtype::F16, &halves)),
        ("i.safetensors", one(Dtype::BF16, &brains)),
        (
            "j.safetensors",
            tensors(&[other, ("embeddings", Dtype::F32, &[3, 2], &f32s(&ROWS))]),
        ),
    ] {
        let place = Place::new();
        let path = place.put(name, bytes);
        let vectors = Vectors::read(&path).unwrap();
        assert_eq!((vectors.len(), vectors.dim()), (3, 2), "{name}");
        assert_eq!(vectors.numbers(), ROWS, "{name}");
        assert_eq!(vectors.row(1), [2.0, 3.0]);
        assert_eq!(vectors.gather(&[2, 0]), [4.0, 5.5, 0.5, -1.0]);
        let array = Array::read(&path, "embeddings").unwrap();
        assert_eq!(array.floats::<f64>().unwrap()[5], 5.5);
    }
}

#[test]
fn arrays_that_are_something_else_are_refused() {
    let embeddings =
        "wanted embeddings, 16-, 32- or 64-bit floats of shape (rows, numbers per row), given";
    let whole = npy("<f4", false, "(3, 2)", &f32s(&ROWS));
    let nan = f32s(&[1.0, 2.0, f32::NAN, 4.0]);
    let (a, b) = (
        ("a", Dtype::F32, [1].as_slice(), [0; 4].as_slice()),
        ("b", Dtype::F32, [1].as_slice(), [0; 4].as_slice()),
    );
    for (name, bytes, wanted) in [
        ("a.npy", Vec::new(), "a.npy: wanted an array, given an empty file".to_owned()),
        ("a.npy", b"\x93NUMPY".to_vec(), "a.npy: wanted a whole .npy file, given".to_owned()),
        (
            "a.npy",
            whole[..whole.len() - 1].to_vec(),
            "a.npy: wanted (3, 2) numbers of 4 bytes, given a file that ends after 23 bytes of them".to_owned(),
        ),
        (
            "a.npy",
            npy("<f4", false, "(4,)", &f32s(&ROWS)),
            format!("a.npy: {embeddings} <f4 of shape (4,)"),
        ),
        (
            "a.npy",
            npy("<i8", false, "(1, 3)", &f32s(&ROWS)),
            format!("a.npy: {embeddings} <i8 of shape (1, 3)"),
        ),
        (
            "a.npy",
            npy("<f4", false, "(0, 3)", &[]),
            format!("a.npy: {embeddings} <f4 of shape (0, 3)"),
        ),
        (
            "a.npy",
            npy("<f4", false, "(2, 2)", &nan),
            "a.npy: wanted finite numbers, given NaN in row 1".to_owned(),
        ),
        ("a.safetensors", b"no".to_vec(), "a.safetensors: wanted a whole .safetensors file, given".to_owned()),
        (
            "a.safetensors",
            tensors(&[b, a]),
            "a.safetensors: wanted one tensor or one called embeddings, given 2: a, b".to_owned(),
        ),
        ("a.txt", whole.clone(), "a.txt: wanted a name that ends in .npy or .safetensors, given".to_owned()),
    ] {
        let place = Place::new();
        let error = Vectors::read(place.put(name, bytes)).unwrap_err();
        assert!(matches!(error, Error::Array { .. }), "{error:?}");
        let said = place.said(&error);
        assert!(said.starts_with(&wanted), "{said}");
    }
    let missing = Vectors::read("nowhere.npy").unwrap_err();
    assert!(matches!(missing, Error::Missing { .. }));
}

#[test]
fn labels_are_read_from_texts_and_arrays() {
    let place = Place::new();
    let signed: Vec<u8> = [-1_i16, 300]
        .iter()
        .flat_map(|one| one.to_le_bytes())
        .collect();
    for (name, bytes, wanted) in [
        (
            "a.txt",
            b"\xEF\xBB\xBFcat\r\n dog \n".to_vec(),
            ["cat", "dog"],
        ),
        ("a.npy", npy("<i2", false, "(2,)", &signed), ["-1", "300"]),
        (
            "b.npy",
            npy("<u1", false, "(2, 1)", &[7, 255]),
            ["7", "255"],
        ),
    ] {
        assert_eq!(read_labels(place.put(name, bytes)).unwrap(), wanted);
    }
    for (name, bytes, wanted) in [
        (
            "a.txt",
            b"".to_vec(),
            "a.txt: wanted a label per line, given an empty file",
        ),
        (
            "a.txt",
            b"a\n \nb".to_vec(),
            "a.txt, line 2: wanted a label, given a blank line",
        ),
        (
            "a.txt",
            b"caf\xE9".to_vec(),
            "a.txt: wanted labels as text in UTF-8, one per line, or a name that ends in .npy or .safetensors, \
             given other bytes",
        ),
        (
            "a.npy",
            npy("<f4", false, "(2,)", &[0; 8]),
            "a.npy: wanted labels, whole numbers of shape (rows,), given <f4 of shape (2,)",
        ),
    ] {
        let error = read_labels(place.put(name, bytes)).unwrap_err();
        assert_eq!(place.said(&error), wanted);
    }
}

/// A description of vectors.
fn vectors(place: &Place, path: &Path) -> Description {
    let numbers: Vec<f32> = (0..80).map(|number| number as f32).collect();
    let bytes = npy("<f4", false, "(40, 2)", &f32s(&numbers));
    Description {
        set: DataLayout::Vectors,
        path: Some(path.to_owned()),
        vectors: Some(place.put("rows.npy", bytes)),
        validation: 0.2,
        test: 0.3,
        ..Description::default()
    }
}

#[test]
fn labelled_vectors_are_split_by_the_names_of_their_classes() {
    let place = Place::new();
    let labels: Vec<String> = (0..40).map(|row| format!("class {}", row % 20)).collect();
    let path = place.put("labels.txt", labels.join("\n"));
    let description = vectors(&place, &path);
    let DataSource::Vectors(set) = open(&description, 3).unwrap() else {
        panic!("labelled vectors")
    };
    let name = |row: usize| set.classes[set.labels[row] as usize].as_str();
    assert!((0..40).all(|row| name(row) == labels[row]));
    let splits = description.splits(3).unwrap();
    for (rows, split) in [
        (set.train.to_vec(), Split::Train),
        (set.validation.clone(), Split::Validation),
        (set.test.clone(), Split::Test),
    ] {
        let wanted = (0..40).filter(|&row| splits.of(&labels[row]) == split);
        assert!(!rows.is_empty() && rows.into_iter().eq(wanted));
    }
    assert_eq!(set.vectors.row(7), [14.0, 15.0]);
}

#[test]
fn labels_that_do_not_fit_are_refused() {
    for (labels, wanted) in [
        (
            "a\nb",
            "labels.txt: wanted 40 labels, one for each row of rows.npy, given 2".to_owned(),
        ),
        (
            &"a\n".repeat(40),
            "labels.txt: wanted at least two classes, given one (a)".to_owned(),
        ),
        (
            &["a\n".repeat(20), "b\n".repeat(20)].concat(),
            "data.validation: wanted two classes, one of them with two pictures, given".to_owned(),
        ),
    ] {
        let place = Place::new();
        let path = place.put("labels.txt", labels);
        let error = open(&vectors(&place, &path), 3).unwrap_err();
        let said = place.said(&error);
        assert!(said.starts_with(&wanted), "{said}");
    }
}

#[test]
fn rows_of_vectors_are_numbers() {
    for (name, text) in [
        ("a.csv", "anchor,positive,negative\n0,1,39\n 2 ,3,4\n"),
        ("a.tsv", "positive\tanchor\tnegative\n1\t0\t39\n3\t2\t4\n"),
        (
            "a.jsonl",
            "{\"anchor\": 0, \"positive\": \"1\", \"negative\": 39}\n{\"anchor\": 2, \"positive\": 3, \"negative\": 4}\n",
        ),
    ] {
        let place = Place::new();
        let path = place.put(name, text);
        let DataSource::VectorRows(set) = open(&vectors(&place, &path), 0).unwrap() else {
            panic!("rows of vectors")
        };
        let tuple = |anchor, positive, negative| Example::Tuple {
            anchor,
            positives: vec![positive],
            negatives: vec![negative],
        };
        assert_eq!(set.rows.train.kind, RowKind::Triplets);
        assert_eq!(set.rows.negatives, 1);
        let rows = set.rows.train.all().unwrap();
        assert_eq!(rows, [tuple(0, 1, 39), tuple(2, 3, 4)], "{name}");
    }
    let place = Place::new();
    let lists = "{\"query\": 5, \"pos\": [6, 7], \"neg\": [8]}";
    let path = place.put("a.jsonl", lists);
    let DataSource::VectorRows(set) = open(&vectors(&place, &path), 0).unwrap() else {
        panic!("rows of vectors")
    };
    let wanted = Example::Tuple {
        anchor: 5,
        positives: vec![6, 7],
        negatives: vec![8],
    };
    assert_eq!(set.rows.train.examples.row(0).unwrap(), wanted);
}

#[test]
fn pairs_of_vectors_have_scores_or_judgements() {
    let place = Place::new();
    let path = place.put("a.csv", "row_a,row_b,score\n1,2,-1\n3,4,1\n");
    let description = Description {
        score_range: Some(ScoreRange::new(-1.0, 1.0).unwrap()),
        validation_path: Some(place.put("b.csv", "row_a,row_b,same\n5,6,1\n7,8,False\n")),
        ..vectors(&place, &path)
    };
    let DataSource::VectorRows(set) = open(&description, 0).unwrap() else {
        panic!("rows of vectors")
    };
    let scored = |a, b, score| Example::Scored { a, b, score };
    assert_eq!(
        set.rows.train.all().unwrap(),
        [scored(1, 2, 0.0), scored(3, 4, 1.0)]
    );
    let judged = |a, b, same| Example::Judged { a, b, same };
    let validation = set.rows.validation.unwrap();
    assert_eq!(validation.kind, RowKind::Judged);
    assert_eq!(
        validation.all().unwrap(),
        [judged(5, 6, true), judged(7, 8, false)]
    );
}

#[test]
fn numbers_that_no_vector_has_are_refused_with_their_line() {
    for (name, text, wanted) in [
        (
            "a.csv",
            "anchor,positive\n0,1\n2,40\n",
            "a.csv, line 3, positive: wanted the number of a row below 40, given 40",
        ),
        (
            "a.csv",
            "anchor,positive\n-1,1\n",
            "a.csv, line 2, anchor: wanted the number of a row below 40, given -1",
        ),
        (
            "a.jsonl",
            "{\"row_a\": 1.5, \"row_b\": 2, \"same\": true}",
            "a.jsonl, line 1, row_a: wanted a text that is not empty, given 1.5",
        ),
        (
            "a.tsv",
            "row_a\trow_b\tsame\n1\t2\tmaybe\n",
            "a.tsv, line 2, same: wanted 1 or 0, true or false, given maybe",
        ),
        (
            "a.csv",
            "row_a,row_b,score\n1,2,3\n",
            "a.csv, line 2, score: wanted a score in [0, 1]; data.score_range says which scores a file has, given 3",
        ),
        (
            "a.csv",
            "text,label\n1,2\n",
            "a.csv: wanted the columns anchor, positive and optionally negative or negative_1",
        ),
    ] {
        let place = Place::new();
        let path = place.put(name, text);
        let error = open(&vectors(&place, &path), 0).unwrap_err();
        let said = place.said(&error);
        assert!(said.starts_with(wanted), "{said}");
    }
}

/// Files of arrays of whole numbers and of floats, small enough to be damaged everywhere.
fn arrays() -> Vec<(&'static str, Vec<u8>)> {
    let numbers = f32s(&ROWS);
    vec![
        ("a.npy", npy("<f4", true, "(3, 2)", &numbers)),
        ("b.npy", npy("<i4", false, "(6,)", &numbers)),
        ("c.npy", npy("<i0", false, "(6,)", &numbers)),
        (
            "d.safetensors",
            tensors(&[("x", Dtype::F32, &[3, 2], &numbers)]),
        ),
        (
            "e.safetensors",
            tensors(&[("x", Dtype::U8, &[24], &numbers)]),
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn damaged_arrays_do_not_panic(
        which in 0..5_usize,
        end in 0..300_usize,
        changes in prop::collection::vec((0..300_usize, any::<u8>()), 0..4),
    ) {
        let place = Place::new();
        let (name, mut bytes) = arrays().swap_remove(which);
        for (at, byte) in changes {
            let length = bytes.len();
            bytes[at % length] = byte;
        }
        bytes.truncate(bytes.len().saturating_sub(end / 10));
        let path = place.put(name, bytes);
        let _ = Vectors::read(&path);
        let _ = read_labels(&path);
    }
}
