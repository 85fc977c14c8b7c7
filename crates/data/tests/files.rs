//! Folders and manifests: what they list, and how they are described.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;

use tercet_data::{Dataset, Error, Files, Split, Strict, Summary, folder, manifest, trainable};

#[path = "sets/pets.rs"]
mod pets;
use pets::{cut, pets, picture, table, write};

fn names(files: &Files) -> Vec<&str> {
    files
        .items()
        .iter()
        .map(|item| item.name.as_str())
        .collect()
}

#[test]
fn a_tree_is_listed_by_class_and_name() {
    let root = pets();
    let (files, report) = folder(root.path(), Strict::Yes).unwrap();
    assert_eq!(files.classes(), [".", "cats/tabby", "dogs", "dogs/spaniel"]);
    let wanted = [
        "at the root.png",
        "cats/tabby/a.png",
        "cats/tabby/b.jpeg",
        "dogs/9.webp",
        "dogs/spaniel/1.PNG",
        "dogs/spaniel/2.jpg",
    ];
    assert_eq!(names(&files), wanted);
    let classes: Vec<u32> = files.items().iter().map(|item| item.class).collect();
    assert_eq!(classes, [0, 1, 1, 2, 3, 3]);
    assert_eq!((report.others(), report.unreadable().len()), (1, 0));
    assert_eq!(files.path(1).unwrap(), root.path().join("cats/tabby/a.png"));
    assert_eq!(files.image(1).unwrap(), picture(5));
    assert!(files.groups().is_empty() && files.sources().is_empty());
    assert!(trainable(&files, root.path()).is_ok());
    assert!(matches!(
        files.image(6).unwrap_err(),
        Error::Index {
            wanted: 6,
            given: 6
        }
    ));
}

#[test]
fn a_manifest_names_classes_groups_and_splits() {
    let root = pets();
    let text = "\u{feff}group,label,path,split\nx,tabby,cats/tabby/a.png,train\n,tabby,cats/tabby/b.jpeg,train\n\
                y,\"span,iel\" ,dogs/spaniel/2.jpg,val\nx,dog,dogs/9.webp,test\n";
    let (files, report) = manifest(table(root.path(), text), Strict::Yes).unwrap();
    assert_eq!(files.classes(), ["dog", "span,iel", "tabby"]);
    assert_eq!(files.groups(), ["x", "y"]);
    assert_eq!(
        names(&files),
        [
            "cats/tabby/a.png",
            "cats/tabby/b.jpeg",
            "dogs/spaniel/2.jpg",
            "dogs/9.webp"
        ]
    );
    let groups: Vec<Option<u32>> = files.items().iter().map(|item| item.group).collect();
    assert_eq!(groups, [Some(0), None, Some(1), Some(0)]);
    let assigned = tercet_data::Splits::default().assign(&files);
    assert_eq!(
        assigned,
        [Split::Train, Split::Train, Split::Validation, Split::Test]
    );
    assert_eq!(files.image(0).unwrap(), picture(5));
    assert_eq!(report.pictures().len(), 4);
}

#[test]
fn a_set_is_described() {
    let root = pets();
    fs::copy(
        root.path().join("cats/tabby/a.png"),
        root.path().join("dogs/copy.png"),
    )
    .unwrap();
    fs::copy(
        root.path().join("cats/tabby/a.png"),
        root.path().join("cats/tabby/c.png"),
    )
    .unwrap();
    cut(root.path(), "dogs/spaniel/2.jpg", 0.5);
    let (files, report) = folder(root.path(), Strict::No).unwrap();
    let description = Summary::of(&files, &report, 2);
    assert_eq!(
        (description.images, description.classes, description.others),
        (7, 4, 1)
    );
    let small: Vec<(&str, usize)> = description
        .small
        .iter()
        .map(|small| (small.class.as_str(), small.samples))
        .collect();
    assert_eq!(small, [(".", 1), ("dogs/spaniel", 1)]);
    assert_eq!(description.duplicates.len(), 1);
    assert_eq!(
        description.duplicates[0].names,
        ["cats/tabby/a.png", "cats/tabby/c.png", "dogs/copy.png"]
    );
    assert_eq!(description.duplicates[0].classes, ["cats/tabby", "dogs"]);
    assert_eq!(description.repeated, 1);
    let json = serde_json::to_value(&description).unwrap();
    assert_eq!(
        json["histogram"],
        serde_json::json!({"1": 2, "2": 1, "3": 1})
    );
    assert_eq!(json["unreadable"][0]["name"], "dogs/spaniel/2.jpg");
    assert_eq!(
        json["width"],
        serde_json::json!({"least": 40, "median": 40, "most": 40})
    );

    let text = description.to_string();
    for line in [
        "  pictures    7 in 4 classes",
        "            1 ######################################## 2",
        "            3 #################### 1",
        "    cats/tabby/a.png = cats/tabby/c.png = dogs/copy.png",
        "  classes with fewer than 2 samples: 2",
        "    . (1)",
        "  copies inside a class: 1",
    ] {
        assert!(
            text.lines().any(|shown| shown == line),
            "{line:?} is not in\n{text}"
        );
    }
}

#[test]
fn many_sizes_of_classes_are_shown_in_bins_that_double() {
    let root = tempfile::tempdir().unwrap();
    for class in 1..=14 {
        for number in 0..class {
            write(
                root.path(),
                &format!("{class:02}/{number}.png"),
                class * 16 + number,
            );
        }
    }
    let (files, report) = folder(root.path(), Strict::Yes).unwrap();
    let text = Summary::of(&files, &report, 20).to_string();
    for line in [
        "            1 ###### 1",
        "          4-7 ####################### 4",
        "    and 2 more",
    ] {
        assert!(
            text.lines().any(|shown| shown == line),
            "{line:?} is not in\n{text}"
        );
    }
}
