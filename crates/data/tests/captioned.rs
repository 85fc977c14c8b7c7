//! Pictures with captions in the layouts in which they are published, small, and what is refused.
#![allow(clippy::unwrap_used, reason = "tests")]

mod rows;

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use rows::file;
use tercet_data::{CaptionedPictures, Error, KarpathySplit, coco_captions, flickr30k, karpathy};

type Read = Result<CaptionedPictures, Error>;

const ALL: [KarpathySplit; 4] = [
    KarpathySplit::Train,
    KarpathySplit::RestVal,
    KarpathySplit::Val,
    KarpathySplit::Test,
];

fn read(name: &str, content: &str, reader: impl Fn(&Path) -> Read) -> Read {
    let (_folder, path) = file(name, content);
    reader(&path)
}

/// What the file is refused with, without the folder's name.
fn said(name: &str, content: &str, reader: impl Fn(&Path) -> Read) -> String {
    let (folder, path) = file(name, content);
    let message = reader(&path).unwrap_err().to_string();
    message.replace(&format!("{}/", folder.path().display()), "")
}

fn names(set: &CaptionedPictures) -> Vec<&str> {
    let paths = set.pictures().iter();
    paths.map(|path| path.to_str().unwrap()).collect()
}

/// The captions of a picture are those whose picture it is.
fn fits_together(set: &CaptionedPictures) {
    assert_eq!(set.picture_of().len(), set.captions().len());
    for picture in 0..set.pictures().len() {
        let range = set.captions_of(picture);
        let (pictures, captions) = set.groups();
        assert!(
            range
                .clone()
                .all(|caption| captions[caption] == pictures[picture])
        );
        assert!(!range.is_empty());
        for caption in 0..set.captions().len() {
            let inside = range.contains(&caption);
            assert_eq!(inside, set.picture_of()[caption] == picture);
        }
    }
}

fn flickr(path: &Path) -> Read {
    flickr30k(path, "f")
}

#[test]
fn flickr30k_as_published() {
    let lines = "image_name| comment_number| comment\n\
                 10.jpg| 0| Two young guys \"look\" , at their hands .\n\
                 10.jpg| 1|   Two men .\n\
                 21.jpg| 1| Second .\n\
                 21.jpg| 0| First .\r\n\
                 22.jpg| 4   A dog runs across the grass .\n\
                 10.jpg| 2| Three .\n\n";
    let set = read("results.csv", lines, flickr).unwrap();
    assert_eq!(names(&set), ["f/10.jpg", "f/21.jpg", "f/22.jpg"]);
    let wanted = [
        "Two young guys \"look\" , at their hands .",
        "Two men .",
        "Three .",
        "First .",
        "Second .",
        "A dog runs across the grass .",
    ];
    assert_eq!(set.captions(), wanted);
    assert_eq!(set.picture_of(), [0, 0, 0, 1, 1, 2]);
    fits_together(&set);
}

#[test]
fn flickr30k_that_is_wrong() {
    let say = |rows: &str| {
        let lines = format!("image_name| comment_number| comment\n1.jpg| 0| A dog .\n{rows}");
        said("results.csv", &lines, flickr)
    };
    let cell = |line, column, rest| format!("results.csv, line {line}, {column}: wanted {rest}");
    let text = "a text that is not empty, given nothing";
    assert_eq!(say("2.jpg| 0| \n"), cell(3, "comment", text));
    assert_eq!(say("\n| 0| A\n"), cell(4, "image_name", text));
    let number = "a whole number, given x";
    assert_eq!(say("2.jpg| x| A\n"), cell(3, "comment_number", number));
    let again = "a number that this picture has not had, given 0";
    assert_eq!(say("1.jpg| 0| B\n"), cell(3, "comment_number", again));
    let fields = "results.csv, line 3: wanted 3 fields, given";
    assert_eq!(say("2.jpg| 0| A | B\n"), format!("{fields} 4"));
    assert_eq!(say("2.jpg| A dog\n"), format!("{fields} 2"));
    assert_eq!(say("2.jpg\n"), format!("{fields} 1"));
    let columns = "results.csv: wanted the columns image_name, comment_number, comment, with | between them, given";
    let header = said("results.csv", "image_name,comment\n1.jpg,A\n", flickr);
    assert_eq!(header, format!("{columns} image_name,comment"));
    let none = "results.csv: wanted at least one row, given none";
    assert_eq!(said("results.csv", "", flickr), none);
    let header = "image_name| comment_number| comment\n";
    assert_eq!(said("results.csv", header, flickr), none);
    let (_folder, path) = file(
        "results.csv",
        b"image_name|comment_number|comment\n\xff|0|a\n",
    );
    assert!(matches!(flickr(&path), Err(Error::Utf8 { line: 2, .. })));
    let missing = flickr(Path::new("/nowhere/results.csv"));
    assert!(matches!(missing, Err(Error::Missing { .. })));
}

const COCO: &str = r#"{"info": {"year": 2017}, "licenses": [],
 "images": [{"license": 4, "file_name": "000000000139.jpg", "id": 139, "height": 426},
            {"file_name": "000000000285.jpg", "id": 285}],
 "annotations": [{"image_id": 285, "id": 38, "caption": "A bear.\n"},
                 {"image_id": 139, "id": 67, "caption": "A room."},
                 {"image_id": 285, "id": 41, "caption": " A big bear."}]}"#;

fn coco(path: &Path) -> Read {
    coco_captions(path, "val2017")
}

#[test]
fn coco_as_published() {
    let set = read("captions_val2017.json", COCO, coco).unwrap();
    let wanted = ["val2017/000000000139.jpg", "val2017/000000000285.jpg"];
    assert_eq!(names(&set), wanted);
    assert_eq!(set.captions(), ["A room.", "A bear.", "A big bear."]);
    assert_eq!(set.picture_of(), [0, 1, 1]);
    fits_together(&set);
    let marked = format!("\u{FEFF}{COCO}");
    assert_eq!(read("a.json", &marked, coco).unwrap(), set);
}

#[test]
fn coco_that_is_wrong() {
    let say = |old: &str, new: &str| {
        assert!(COCO.contains(old));
        said("a.json", &COCO.replacen(old, new, 1), coco)
    };
    let unknown = "a.json, annotations[1].image_id: wanted an id among images, given 7";
    assert_eq!(say(r#""image_id": 139"#, r#""image_id": 7"#), unknown);
    let twice = "a.json, annotations[2].id: wanted an id that no earlier one has, given 38";
    assert_eq!(say(r#""id": 41"#, r#""id": 38"#), twice);
    let twice = "a.json, images[1].id: wanted an id that no earlier one has, given 139";
    assert_eq!(say(r#""id": 285"#, r#""id": 139"#), twice);
    let bare = "a.json, images[0].id: wanted an id that an annotation names, given 139";
    assert_eq!(say(r#""image_id": 139"#, r#""image_id": 285"#), bare);
    let empty = "a.json, annotations[0].caption: wanted some text, given nothing";
    assert_eq!(say(r"A bear.\n", r" \n"), empty);
    let broken = |line, column| {
        format!(
            "a.json, line {line}, column {column}: wanted an object with images and annotations, as COCO has it, \
             given something else"
        )
    };
    assert_eq!(say("\"annotations\": [", "\"others\": ["), broken(6, 73));
    assert_eq!(said("a.json", "{\n\"images\": [", coco), broken(2, 11));
    assert_eq!(said("a.json", "", coco), broken(1, 0));
    let none = r#"{"images": [], "annotations": []}"#;
    let wanted = "a.json: wanted at least one row, given none";
    assert_eq!(said("a.json", none, coco), wanted);
    let missing = coco(Path::new("/nowhere/a.json"));
    assert!(matches!(missing, Err(Error::Missing { .. })));
    assert!(matches!(coco(Path::new("/")), Err(Error::Read { .. })));
}

const SPLITS: &str = r#"{"images": [
 {"filepath": "val2014", "sentids": [7, 8], "filename": "COCO_val2014_1.jpg", "imgid": 0, "split": "test", "cocoid": 1,
  "sentences": [{"tokens": ["a"], "raw": "A man. ", "imgid": 0, "sentid": 7}, {"raw": "A hat.", "imgid": 0, "sentid": 8}]},
 {"filepath": "train2014", "filename": "2.jpg", "imgid": 1, "split": "train", "sentences": [{"raw": "A dog.", "imgid": 1}]},
 {"filepath": "val2014", "filename": "2.jpg", "imgid": 2, "split": "restval", "sentences": [{"raw": "A cat.", "imgid": 2}]},
 {"filename": "4.jpg", "split": "val", "sentences": [{"raw": "A cow."}]}
], "dataset": "coco"}"#;

fn of(splits: &[KarpathySplit]) -> impl Fn(&Path) -> Read {
    move |path| karpathy(path, "coco", splits)
}

#[test]
fn karpathy_as_published() {
    let test = read("dataset_coco.json", SPLITS, of(&[KarpathySplit::Test])).unwrap();
    assert_eq!(names(&test), ["coco/val2014/COCO_val2014_1.jpg"]);
    assert_eq!(test.captions(), ["A man.", "A hat."]);
    let both = [KarpathySplit::RestVal, KarpathySplit::Train];
    let train = read("dataset_coco.json", SPLITS, of(&both)).unwrap();
    assert_eq!(
        names(&train),
        ["coco/train2014/2.jpg", "coco/val2014/2.jpg"]
    );
    let all = read("dataset_coco.json", SPLITS, of(&ALL)).unwrap();
    assert_eq!(all.pictures()[3], Path::new("coco/4.jpg"));
    assert_eq!(all.picture_of(), [0, 0, 1, 2, 3]);
    fits_together(&all);
    for split in ALL {
        let written = serde_json::to_string(&split).unwrap();
        assert_eq!(written, format!("\"{split}\""));
    }
}

#[test]
fn karpathy_that_is_wrong() {
    let say = |old: &str, new: &str| {
        assert!(SPLITS.contains(old));
        said("a.json", &SPLITS.replacen(old, new, 1), of(&ALL))
    };
    let other = "a.json, images[1].sentences[0].imgid: wanted the imgid of its picture, given 9";
    assert_eq!(
        say(r#""A dog.", "imgid": 1"#, r#""A dog.", "imgid": 9"#),
        other
    );
    let none = "a.json, images[3].sentences: wanted at least one caption, given none";
    assert_eq!(say(r#"[{"raw": "A cow."}]"#, "[]"), none);
    let empty = "a.json, images[0].sentences[1].raw: wanted some text, given nothing";
    assert_eq!(say("A hat.", " "), empty);
    let twice = "a.json, images[2].filename: wanted a picture that no earlier one is, given train2014/2.jpg";
    assert_eq!(
        say(
            r#""val2014", "filename": "2.jpg""#,
            r#""train2014", "filename": "2.jpg""#
        ),
        twice
    );
    let split = say(r#""restval""#, r#""dev""#);
    assert!(split.starts_with("a.json, line 5, column 72: wanted an object with images"));
    let (_folder, path) = file("a.json", SPLITS.replace("\"test\"", "\"val\""));
    let error = karpathy(&path, "", &[KarpathySplit::Test]).unwrap_err();
    let wanted = "wanted pictures of the splits test, given none among 4";
    assert!(matches!(error, Error::NoSplit { .. }) && error.to_string().ends_with(wanted));
    let source = std::error::Error::source(&read("a.json", "{}", of(&ALL)).unwrap_err())
        .map(ToString::to_string);
    assert!(source.unwrap().contains("missing field `images`"));
}

#[test]
fn pictures_that_are_not_there() {
    let (folder, path) = file(
        "results.csv",
        "image_name|comment_number|comment\n1.jpg|0|a\n2.jpg|0|b\n",
    );
    let set = flickr30k(&path, folder.path()).unwrap();
    std::fs::write(folder.path().join("1.jpg"), "").unwrap();
    let missing: PathBuf = folder.path().join("2.jpg");
    match set.check_files() {
        Err(Error::Missing { path, wanted }) => {
            assert_eq!((path, wanted), (missing.clone(), "file"))
        }
        other => panic!("{other:?}"),
    }
    std::fs::create_dir(&missing).unwrap();
    assert!(set.check_files().is_err());
    std::fs::remove_dir(&missing).unwrap();
    std::fs::write(&missing, "").unwrap();
    assert!(set.check_files().is_ok());
}

/// Whatever a file holds, it is refused with words or fits together.
fn try_all(content: &[u8]) {
    let (_folder, path) = file("a", content);
    for read in [flickr(&path), coco(&path), karpathy(&path, "", &ALL)] {
        match read {
            Ok(set) => fits_together(&set),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

/// A file with some bytes replaced.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let lines = "image_name|comment_number|comment\n1.jpg| 0| a\n2.jpg| 4   b\n1.jpg|1|c\n";
    let whole = prop_oneof![Just(COCO), Just(SPLITS), Just(lines)];
    let byte = prop_oneof![any::<u8>(), Just(b'"'), Just(b'|'), Just(b'\n'), Just(b'1')];
    (
        whole,
        prop::collection::vec((any::<prop::sample::Index>(), byte), 0..4),
    )
        .prop_map(|(whole, changes)| {
            let mut bytes = whole.as_bytes().to_vec();
            for (place, byte) in changes {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
            bytes
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn damaged_files_never_panic(content in damaged()) {
        try_all(&content);
    }

    #[test]
    fn cut_files_never_panic(cut in 0_usize..1000) {
        for whole in [COCO, SPLITS] {
            try_all(&whole.as_bytes()[..cut.min(whole.len())]);
        }
    }
}
