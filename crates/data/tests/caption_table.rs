//! Tables of pictures with captions, and what is refused of them.
#![allow(clippy::unwrap_used, reason = "tests")]

mod rows;

use rows::file;
use tercet_data::{CaptionTable, Dataset, Error, Split, caption_table};

fn read(name: &str, content: &str) -> Result<CaptionTable, Error> {
    let (_folder, path) = file(name, content);
    caption_table(path)
}

/// What the table is refused with, without the folder's name.
fn said(name: &str, content: &str) -> String {
    let (folder, path) = file(name, content);
    let message = caption_table(path).unwrap_err().to_string();
    message.replace(&format!("{}/", folder.path().display()), "")
}

#[test]
fn every_format_says_the_same() {
    let csv = "caption,path,split,group,subgroup,keywords,note\n\
               \" A dog, a ball. \",a.png,train,animal,dog,\"pet, dog,pet\",x\n\
               A cat.,b.png,val,animal,cat,,x\n\
               It runs.,a.png,train,animal,dog,\"dog,pet\",x\n";
    let tsv = "path\tcaption\tsplit\tgroup\tsubgroup\tkeywords\n\
               a.png\tA dog, a ball.\ttrain\tanimal\tdog\tpet,dog\n\
               b.png\tA cat.\tvalidation\tanimal\tcat\t\n\
               a.png\tIt runs.\ttrain\tanimal\tdog\tpet,dog\n";
    let json = concat!(
        r#"{"path": "a.png", "caption": "A dog, a ball.", "split": "train", "group": "animal", "subgroup": "dog", "keywords": ["pet", "dog"]}"#,
        "\n",
        r#"{"path": "b.png", "caption": "A cat.", "split": "val", "group": "animal", "subgroup": "cat"}"#,
        "\n",
        r#"{"path": "a.png", "caption": "It runs.", "split": "train", "group": "animal", "subgroup": "dog", "keywords": "pet, dog"}"#,
    );
    for (name, content) in [("t.csv", csv), ("t.tsv", tsv), ("t.jsonl", json)] {
        let (folder, path) = file(name, content);
        let table = caption_table(path).unwrap();
        assert_eq!(
            table.pictures.captions(),
            ["A dog, a ball.", "It runs.", "A cat."],
            "{name}"
        );
        let splits = table.splits.clone().unwrap();
        assert_eq!(splits, [Split::Train, Split::Validation]);
        let dog = &table.things[0];
        assert_eq!(
            (dog.name.as_str(), dog.group.as_str(), dog.subgroup.as_str()),
            ("A dog, a ball.", "animal", "dog")
        );
        assert_eq!(dog.keywords, ["dog", "pet"], "{name}");
        assert!(table.things[1].keywords.is_empty());
        let set = table.pictures.dataset(folder.path(), Some(&splits));
        assert_eq!(set.classes(), ["a.png", "b.png"]);
        let items: Vec<_> = set
            .items()
            .iter()
            .map(|item| (item.class, item.split))
            .collect();
        assert_eq!(
            items,
            [(0, Some(Split::Train)), (1, Some(Split::Validation))]
        );
    }
}

#[test]
fn two_columns_are_enough() {
    let table = read("t.csv", "path,caption\na.png,A dog.\n").unwrap();
    assert!(table.splits.is_none() && table.things[0].group.is_empty());
}

#[test]
fn parts_follow_each_other() {
    let one = read("t.csv", "path,caption\na.png,A.\nb.png,B.\na.png,AA.\n").unwrap();
    let two = read("t.csv", "path,caption\nc.png,C.\n").unwrap();
    let both = one.pictures.and(two.pictures);
    assert_eq!(both.captions(), ["A.", "AA.", "B.", "C."]);
    assert_eq!(
        (both.picture_of(), both.captions_of(2)),
        ([0, 0, 1, 2].as_slice(), 3..4)
    );
}

#[test]
fn what_is_wrong_is_named_with_its_line() {
    for (content, wanted) in [
        (
            "path,caption\na.png,\n",
            "t.csv, line 2, caption: wanted a text that is not empty, given nothing",
        ),
        (
            "path,caption\n,A dog.\n",
            "t.csv, line 2, path: wanted a text that is not empty, given nothing",
        ),
        (
            "path,caption,split\na.png,A dog.,tests\n",
            "t.csv, line 2, split: wanted train, validation (or val) or test, given tests",
        ),
        (
            "path,caption,group\na.png,A dog.,x\na.png,It runs.,y\n",
            "t.csv, line 3, path: wanted a picture whose rows all have one split, group, subgroup and keywords, \
             given a.png",
        ),
        ("path,caption\n", "t.csv: wanted"),
        (
            "path,text\na.png,A dog.\n",
            "t.csv: wanted the columns path, caption and optionally split",
        ),
        (
            "path,caption,path\na,b,c\n",
            "t.csv: wanted the columns path, caption",
        ),
    ] {
        let given = said("t.csv", content);
        assert!(
            given.starts_with(wanted) || given.contains(wanted),
            "{given}"
        );
    }
    assert!(said("t.txt", "path,caption\n").contains("t.txt"));
    let missing = caption_table("nowhere.csv").unwrap_err().to_string();
    assert!(missing.contains("nowhere.csv"), "{missing}");
}
