//! One door to every data set: what is opened, in whatever format, and what is refused.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "sets/pets.rs"]
mod pets;

use std::path::Path;
use std::sync::Arc;

use pets::write;
use tempfile::TempDir;
use tercet_data::{
    CaptionedSet, DataLayout, DataSource, Description, Error, Example, ImageRowSet, ImageSet,
    LabelKind, RowKind, RowSet, Split, folder, images, label_paths, label_sets, open,
};

/// A folder of data.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// With these small pictures in it.
    fn of(pictures: &[&str]) -> Self {
        let place = Self::new();
        for (number, name) in (0..).zip(pictures) {
            write(place.0.path(), name, number);
        }
        place
    }

    fn put(&self, name: &str, text: &str) -> &Self {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    /// What these keys of `[data]` describe; paths are relative to the folder.
    fn open(&self, keys: &str) -> Result<DataSource, Error> {
        let mut description: Description = toml::from_str(keys).unwrap();
        let here = |path: &mut Option<std::path::PathBuf>| {
            *path = path.take().map(|path| self.0.path().join(path));
        };
        here(&mut description.path);
        here(&mut description.pictures);
        here(&mut description.vectors);
        here(&mut description.validation_path);
        here(&mut description.test_path);
        open(&description, 1)
    }

    fn images(&self, keys: &str) -> ImageSet {
        match self.open(keys).unwrap() {
            DataSource::Images(set) => set,
            other => panic!("{other:?}"),
        }
    }

    fn image_rows(&self, keys: &str) -> ImageRowSet {
        match self.open(keys).unwrap() {
            DataSource::ImageRows(set) => set,
            other => panic!("{other:?}"),
        }
    }

    fn texts(&self, keys: &str) -> RowSet {
        match self.open(keys).unwrap() {
            DataSource::Texts(set) => set,
            other => panic!("{other:?}"),
        }
    }

    fn captioned(&self, keys: &str) -> CaptionedSet {
        match self.open(keys).unwrap() {
            DataSource::Captioned(set) => set,
            other => panic!("{other:?}"),
        }
    }

    /// What is said of the keys, without the folder.
    fn said(&self, keys: &str) -> String {
        let folder = format!("{}/", self.0.path().display());
        let error = self.open(keys).unwrap_err();
        error.to_string().replace(&folder, "")
    }
}

/// Thirty classes of two pictures.
fn thirty() -> Place {
    let names: Vec<String> = (0..30)
        .flat_map(|class| ["a", "b"].map(|name| format!("all/c{class:02}/{name}.png")))
        .collect();
    Place::of(&names.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn pictures_of_a_folder_are_split_by_class() {
    let place = thirty();
    let set = place.images("set = 'folder'\npath = 'all'\nvalidation = 0.2\ntest = 0.3");
    assert_eq!(set.dataset.items().len(), 60);
    assert_eq!((set.splits.seed(), set.splits.test()), (1, 0.3));
    for (items, split) in [
        (set.train.to_vec(), Split::Train),
        (set.validation.clone(), Split::Validation),
        (set.test.clone(), Split::Test),
    ] {
        assert!(!items.is_empty());
        assert_eq!(items, set.splits.members(set.dataset.as_ref(), split));
        assert_eq!(set.classes_of(&items).len(), items.len());
        assert_eq!(2 * set.count_classes(&items), items.len());
    }
    assert_eq!(set.judged(), (set.test.clone(), Some(Split::Test)));
    assert_eq!(set.report.as_ref().unwrap().pictures().len(), 60);
    let whole = open(&Description::of_images(place.0.path().join("all")), 0).unwrap();
    let DataSource::Images(whole) = whole else {
        panic!("pictures")
    };
    assert_eq!((whole.judged().0.len(), whole.judged().1), (60, None));
}

#[test]
fn a_manifest_says_the_same_in_every_format() {
    let place = Place::of(&["p/a.png", "p/b.png", "p/c.png", "p/d.png"]);
    place.put("p/csv.csv", "path,label,split,group\na.png,x,train,g\nb.png,\"x\",train,\nc.png,y,test,g\nd.png,y,test,h\n");
    place.put(
        "p/names.txt",
        "group,label,path,split\n g , x,a.png,train\n,x,b.png, train\n\ng,y,c.png,test\nh,y,d.png,test",
    );
    place.put("p/tsv.tsv", "path\tlabel\tsplit\tgroup\na.png\tx\ttrain\tg\nb.png\tx\ttrain\t\nc.png\ty\ttest\tg\nd.png\ty\ttest\th\n");
    place.put(
        "p/json.jsonl",
        "{\"path\": \"a.png\", \"label\": \"x\", \"split\": \"train\", \"group\": \"g\"}\n\
         {\"path\": \"b.png\", \"label\": \"x\", \"split\": \"train\", \"group\": null}\n\
         {\"path\": \"c.png\", \"label\": \"y\", \"split\": \"test\", \"group\": \"g\"}\n\n\
         {\"path\": \"d.png\", \"label\": \"y\", \"split\": \"test\", \"group\": \"h\"}\n",
    );
    let first = place.images("set = 'manifest'\npath = 'p/csv.csv'\ntest = 0\nvalidation = 0");
    assert_eq!(
        (&*first.train, &*first.test),
        ([0, 1].as_slice(), [2, 3].as_slice())
    );
    assert_eq!(first.dataset.groups(), ["g", "h"]);
    for name in ["names.txt", "tsv.tsv", "json.jsonl"] {
        let set = place.images(&format!(
            "set = 'manifest'\npath = 'p/{name}'\ntest = 0\nvalidation = 0"
        ));
        assert_eq!(set.dataset.items(), first.dataset.items(), "{name}");
        assert_eq!(set.dataset.classes(), first.dataset.classes());
        assert_eq!(set.dataset.groups(), first.dataset.groups());
    }
}

#[test]
fn a_key_that_comes_late_is_no_secret() {
    let place = Place::of(&["a.png"]);
    place.put(
        "t.jsonl",
        "{\"path\": \"a.png\", \"label\": \"x\"}\n{\"path\": \"b.png\", \"label\": \"x\", \"split\": \"test\"}\n",
    );
    assert_eq!(
        place.said("set = 'manifest'\npath = 't.jsonl'"),
        "t.jsonl, line 2, split: wanted no column that the first row has not, given \"test\""
    );
}

#[test]
fn labels_that_are_sets_or_paths_need_something_in_common() {
    let place = Place::of(&["a.png", "b.png", "c.png"]);
    let keys = |labels: &str| {
        format!("set = 'manifest'\npath = 't.csv'\ntest = 0\nvalidation = 0\nlabels = '{labels}'")
    };
    place.put("t.csv", "path,label\na.png,x;y\nb.png,y; z\nc.png,w\n");
    let set = place.images(&keys("sets"));
    assert_eq!(set.labels, LabelKind::Sets);
    let wanted = [vec![0], vec![1, 2], vec![2, 3]];
    assert_eq!(label_sets(set.dataset.classes()).unwrap(), wanted);
    assert!(
        place
            .said(&keys("classes"))
            .contains("3 classes of one sample each")
    );
    place.put("t.csv", "path,label\na.png,x/y\nb.png,x/z\nc.png,x/z/u\n");
    let set = place.images(&keys("paths"));
    let wanted = [vec![0, 1], vec![0, 2], vec![0, 2, 3]];
    assert_eq!(label_paths(set.dataset.classes()).unwrap(), wanted);
    let nothing = "t.csv: wanted labels of which two have something in common, given none among 3";
    assert_eq!(place.said(&keys("sets")), nothing);
    place.put("t.csv", "path,label\na.png,x/y\nb.png,x//z\nc.png,x/z\n");
    let said = place.said(&keys("paths"));
    assert_eq!(said, "label: wanted names with / between them, given x//z");
}

#[test]
fn rows_of_pictures_are_numbers_of_pictures_that_are_there_once() {
    for (name, text) in [
        (
            "p/t.csv",
            "anchor,positive,negative\na.png,./b.png,q/c.png\nb.png,a.png,\"a.png\"\n",
        ),
        (
            "p/t.tsv",
            "negative\tanchor\tpositive\nq/c.png\ta.png\tb.png\na.png\tb.png\ta.png\n",
        ),
        (
            "p/t.jsonl",
            "{\"anchor\": \"a.png\", \"positive\": \"b.png\", \"negative\": \"q/c.png\"}\n\
             {\"anchor\": \"b.png\", \"positive\": \"a.png\", \"negative\": \"a.png\"}\n",
        ),
    ] {
        let place = Place::of(&["p/a.png", "p/b.png", "p/q/c.png", "d.png"]);
        place.put(name, text);
        place.put("v.csv", "path_a,path_b,same\nd.png,p/a.png,0\n");
        let keys = format!("set = 'manifest'\npath = '{name}'\nvalidation_path = 'v.csv'");
        let set = place.image_rows(&keys);
        let tuple = |anchor, positive, negative| Example::Tuple {
            anchor,
            positives: vec![positive],
            negatives: vec![negative],
        };
        assert_eq!(
            (set.rows.train.kind, set.rows.negatives),
            (RowKind::Triplets, 1)
        );
        let wanted = [tuple(0, 1, 2), tuple(1, 0, 0)];
        assert_eq!(set.rows.train.all().unwrap(), wanted, "{name}");
        let validation = set.rows.validation.unwrap();
        let wanted = Example::Judged {
            a: 3,
            b: 0,
            same: false,
        };
        assert_eq!(validation.all().unwrap(), [wanted]);
        let names: Vec<&str> = set
            .images
            .items()
            .iter()
            .map(|item| item.name.as_str())
            .collect();
        assert_eq!(names[..3], ["a.png", "b.png", "q/c.png"]);
        assert_eq!((names.len(), set.images.classes().len()), (4, 4));
        assert_eq!(set.images.image(3).unwrap(), pets::picture(3));
    }
}

#[test]
fn pairs_of_pictures_have_scores() {
    let place = Place::of(&["a.png", "b.png"]);
    place.put(
        "t.csv",
        "path_a,path_b,score,note\na.png,b.png,4,near\nb.png,a.png,0,far\n",
    );
    let set = place.image_rows("set = 'manifest'\npath = 't.csv'\nscore_range = [0, 4]");
    let scored = |a, b, score| Example::Scored { a, b, score };
    assert_eq!(
        set.rows.train.all().unwrap(),
        [scored(0, 1, 1.0), scored(1, 0, 0.0)]
    );
    assert_eq!(
        place.said("set = 'manifest'\npath = 't.csv'"),
        "t.csv, line 2, score: wanted a score in [0, 1]; data.score_range says which scores a file has, given 4"
    );
}

#[test]
fn what_is_wrong_with_rows_of_pictures_is_named() {
    for (text, wanted) in [
        (
            "anchor,positive\na.png,b.png\na.png,c.png\n",
            "t.csv, line 3, positive: wanted the path of a picture that is there, given c.png",
        ),
        (
            "path_a,path_b,same\na.png,,1\n",
            "t.csv, line 2, path_b: wanted a text that is not empty, given nothing",
        ),
        (
            "path_a,path_b,same\na.png,b.png,2\n",
            "t.csv, line 2, same: wanted 1 or 0, true or false, given 2",
        ),
        (
            "anchor,positive\na.png\n",
            "t.csv, line 2: wanted 2 fields, given 1",
        ),
        (
            "text_a,text_b,same\na.png,b.png,1\n",
            "t.csv: wanted the columns path, label and optionally split, group; or anchor, positive",
        ),
        (
            "path,same\na.png,1\n",
            "t.csv: wanted the columns path, label and optionally split, group, given path, same",
        ),
        (
            "anchor,positive\n",
            "t.csv: wanted at least one row, given none",
        ),
        (
            "",
            "t.csv: wanted the columns path, label and optionally split, group, given none",
        ),
    ] {
        let place = Place::of(&["a.png", "b.png"]);
        place.put("t.csv", text);
        let said = place.said("set = 'manifest'\npath = 't.csv'");
        assert!(said.starts_with(wanted), "{said}");
    }
}

#[test]
fn texts_of_every_kind_are_opened() {
    for (text, kind, first) in [
        ("anchor,positive\na,b\n", RowKind::Pairs, pair("a", "b")),
        (
            "text_a,text_b,same\na,b,TRUE\n",
            RowKind::Judged,
            Example::Judged {
                a: "a".into(),
                b: "b".into(),
                same: true,
            },
        ),
        (
            "sentence1,sentence2,same,score\na,b,1,0.5\n",
            RowKind::Scored,
            Example::Scored {
                a: "a".into(),
                b: "b".into(),
                score: 0.5,
            },
        ),
        (
            "text,label\na,b\n",
            RowKind::Labelled,
            Example::Labelled {
                text: "a".into(),
                class: 0,
            },
        ),
    ] {
        let place = Place::new();
        place.put("t.csv", text).put("u.csv", text);
        let set = place.texts("set = 'texts'\npath = 't.csv'\ntest_path = 'u.csv'\nnegatives = 3");
        assert_eq!(
            (set.train.kind, set.train.len(), set.negatives),
            (kind, 1, 3)
        );
        assert_eq!(set.train.examples.row(0).unwrap(), first);
        assert!(set.validation.is_none());
        assert_eq!(set.test.as_ref().unwrap().all().unwrap(), [first]);
        let labelled = kind == RowKind::Labelled;
        assert_eq!(set.train.classes.len(), usize::from(labelled));
    }
}

fn pair(anchor: &str, positive: &str) -> Example {
    Example::Tuple {
        anchor: anchor.to_owned(),
        positives: vec![positive.to_owned()],
        negatives: Vec::new(),
    }
}

#[test]
fn published_texts_are_opened() {
    let place = Place::new();
    place.put("sts.csv", "g\tf\t2015\t1\t2.500\tA cat.\tA dog.\n");
    place.put(
        "nli.jsonl",
        "{\"gold_label\": \"entailment\", \"sentence1\": \"p\", \"sentence2\": \"a\"}\n\
         {\"gold_label\": \"contradiction\", \"sentence1\": \"p\", \"sentence2\": \"b\"}\n\
         {\"gold_label\": \"contradiction\", \"sentence1\": \"p\", \"sentence2\": \"c\"}\n",
    );
    let set = place.texts("set = 'sts-benchmark'\npath = 'sts.csv'");
    assert!(matches!(
        set.train.examples.row(0).unwrap(),
        Example::Scored { score: 0.5, .. }
    ));
    let set = place.texts("set = 'nli'\npath = 'nli.jsonl'");
    assert_eq!((set.train.kind, set.negatives), (RowKind::Lists, 1));
    place.put("sts.csv", "g\tf\t2015\t1\t5.1\tA cat.\tA dog.\n");
    assert_eq!(
        place.said("set = 'sts-benchmark'\npath = 'sts.csv'"),
        "sts.csv, line 1, score: wanted a score in 0 to 5, given 5.1"
    );
}

#[test]
fn captions_come_with_those_that_are_near_and_wrong() {
    let pictures = ["a.png", "b.png"];
    for (name, text) in [
        (
            "t.csv",
            "path,caption,negative_caption,split,negative_caption\n\
             a.png,A dog.,,train,\na.png,It runs.,A cat.,train,It sits.\na.png,It is.,,train,It flies.\n\
             b.png,A hat.,,test,\n",
        ),
        (
            "t.jsonl",
            "{\"path\": \"a.png\", \"caption\": \"A dog.\", \"split\": \"train\"}\n\
             {\"path\": \"a.png\", \"caption\": \"It runs.\", \"split\": \"train\", \"negative_caption\": [\"A cat.\", \"It sits.\"]}\n\
             {\"path\": \"a.png\", \"caption\": \"It is.\", \"split\": \"train\", \"negative_caption\": \"It flies.\"}\n\
             {\"path\": \"b.png\", \"caption\": \"A hat.\", \"split\": \"test\"}\n",
        ),
    ] {
        let place = Place::of(&pictures);
        place.put(name, text);
        let set = place.captioned(&format!("set = 'captioned'\npath = '{name}'"));
        assert_eq!(
            set.captions.to_vec(),
            [vec!["A dog.", "It runs.", "It is."], vec!["A hat."]]
        );
        let wrong = [vec!["A cat.", "It sits.", "It flies."], vec![]];
        assert_eq!(set.negative_captions.to_vec(), wrong, "{name}");
        assert_eq!((&*set.train, &*set.test), ([0].as_slice(), [1].as_slice()));
        assert!(set.validation.is_empty() && set.test_sources.is_empty());
    }
    let place = Place::of(&pictures);
    place.put("t.csv", "path,caption\na.png,A dog.\n");
    let keys = "set = 'captioned'\npath = 't.csv'";
    assert!(place.captioned(keys).negative_captions.is_empty());
    place.put("t.csv", "path,caption\nc.png,A dog.\n");
    assert_eq!(
        place.said(keys),
        "c.png: wanted a file, given a path where nothing is"
    );
    place.put(
        "t.jsonl",
        "{\"path\": \"a.png\", \"caption\": \"x\", \"negative_caption\": 3.5}\n",
    );
    assert_eq!(
        place.said("set = 'captioned'\npath = 't.jsonl'"),
        "t.jsonl, line 1, negative_caption: wanted a text that is not empty, given 3.5"
    );
}

#[test]
fn captions_as_published_are_opened() {
    let place = Place::of(&["f/1.png", "f/train2017/3.png", "f/val2017/4.png"]);
    place.put(
        "r.csv",
        "image_name| comment_number| comment\n1.png| 0| A dog .\n",
    );
    place.put(
        "captions_train2017.json",
        "{\"images\": [{\"id\": 3, \"file_name\": \"3.png\"}], \"annotations\": [{\"id\": 1, \"image_id\": 3, \"caption\": \"A\"}]}",
    );
    place.put(
        "captions_val2017.json",
        "{\"images\": [{\"id\": 4, \"file_name\": \"4.png\"}], \"annotations\": [{\"id\": 1, \"image_id\": 4, \"caption\": \"B\"}]}",
    );
    let image = |name: &str, split: &str| {
        format!(
            "{{\"filename\": \"{name}\", \"split\": \"{split}\", \"sentences\": [{{\"raw\": \"{split}\"}}]}}"
        )
    };
    let images = [
        image("1.png", "train"),
        image("train2017/3.png", "val"),
        image("val2017/4.png", "test"),
    ];
    place.put("k.json", &format!("{{\"images\": [{}]}}", images.join(",")));
    let set = place
        .captioned("set = 'flickr30k'\npath = 'r.csv'\npictures = 'f'\nvalidation = 0\ntest = 0");
    assert_eq!((&*set.train, set.captions.len()), ([0].as_slice(), 1));
    let set = place.captioned(
        "set = 'coco-captions'\npath = 'captions_train2017.json'\ntest_path = 'captions_val2017.json'\npictures = 'f'",
    );
    assert_eq!((&*set.train, &*set.test), ([0].as_slice(), [1].as_slice()));
    let set = place.captioned("set = 'karpathy'\npath = 'k.json'\npictures = 'f'");
    let parts = (&*set.train, &*set.validation, &*set.test);
    assert_eq!(parts, ([0].as_slice(), [1].as_slice(), [2].as_slice()));
    assert_eq!(
        place.said("set = 'karpathy'\npath = 'k.json'\npictures = 'f'\nhold_out = ['noto']"),
        "data.hold_out: wanted none, as these pictures have no sources, given noto"
    );
}

#[test]
fn keys_that_do_not_fit_are_refused() {
    let place = thirty();
    for (keys, wanted) in [
        (
            "path = 'a'",
            "data.path: wanted none with data.set = \"emoji\", given",
        ),
        (
            "set = 'folder'",
            "data.path: wanted the folder of the pictures, given none",
        ),
        (
            "set = 'manifest'",
            "data.path: wanted the table of the pictures, given none",
        ),
        (
            "set = 'nli'",
            "data.path: wanted the file of the texts, given none",
        ),
        (
            "set = 'karpathy'",
            "data.path: wanted the file of the captions, given none",
        ),
        (
            "set = 'vectors'",
            "data.path: wanted the file of labels, or the table of rows, given none",
        ),
        (
            "set = 'vectors'\npath = 'a'",
            "data.vectors: wanted the .npy or .safetensors file of the vectors, given none",
        ),
        (
            "set = 'folder'\npath = 'all'\nvectors = 'a'",
            "data.vectors: wanted none but with data.set = \"vectors\", given a",
        ),
        (
            "set = 'folder'\npath = 'all'\nscore_range = [0, 5]",
            "data.score_range: wanted none but for rows of pairs with a score, given [0, 5]",
        ),
        (
            "set = 'folder'\npath = 'all'\ntest = 1",
            "data.test: wanted a number of at least 0 and below 1, given 1",
        ),
        (
            "set = 'folder'\npath = 'all'\ntest = 0.5\nvalidation = 0.5",
            "data.validation: wanted a sum with data.test below 1, given 1",
        ),
        (
            "set = 'folder'\npath = 'all'\ntest = 0.001",
            "data.test: wanted two classes, one of them with two pictures, given 0 of 30 classes; a larger data.test",
        ),
        (
            "set = 'folder'\npath = 'nowhere'",
            "nowhere: wanted a folder, given a path where nothing is",
        ),
    ] {
        let said = place.said(keys);
        assert!(said.starts_with(wanted), "{said}");
    }
    for keys in [
        "set = 'nothing'",
        "colour = 1",
        "score_range = [1, 0]",
        "labels = 'names'",
    ] {
        assert!(toml::from_str::<Description>(keys).is_err(), "{keys}");
    }
}

#[test]
fn a_description_is_written_as_it_is_read() {
    let keys =
        "set = 'texts'\npath = 'a.csv'\nscore_range = [0, 5]\nlabels = 'sets'\nnegatives = 2";
    let description: Description = toml::from_str(keys).unwrap();
    let again = toml::from_str(&toml::to_string(&description).unwrap()).unwrap();
    assert_eq!(description, again);
    let default = toml::from_str::<Description>("").unwrap();
    assert_eq!(default, Description::default());
    assert_eq!((default.validation, default.test), (0.095, 0.25));
}

#[test]
fn a_path_means_what_its_name_says() {
    for (path, set) in [
        ("emoji", DataLayout::Emoji),
        ("./emoji", DataLayout::Folder),
        ("a/b.CSV", DataLayout::Manifest),
        ("a.tsv", DataLayout::Manifest),
        ("a.jsonl", DataLayout::Manifest),
        ("a.png", DataLayout::Folder),
    ] {
        let description = Description::of_images(path);
        assert_eq!(description.set, set, "{path}");
        let kept = description.path.as_deref();
        assert_eq!(kept, (path != "emoji").then_some(Path::new(path)));
    }
    assert_eq!(Description::of_texts("a.csv").set, DataLayout::Texts);
    let texts = images(&Description::of_texts("a.csv")).err().unwrap();
    assert_eq!(
        texts.to_string(),
        "data.set: wanted labelled pictures, given texts"
    );
}

#[test]
fn a_data_set_of_ones_own_is_split_the_same_way() {
    let place = thirty();
    let opened = place.images("set = 'folder'\npath = 'all'");
    let (files, _) = folder(place.0.path().join("all"), Default::default()).unwrap();
    let own = ImageSet::new(Arc::new(files), LabelKind::Classes, opened.splits).unwrap();
    assert_eq!((own.train, own.test), (opened.train, opened.test));
    assert!(own.report.is_none());
}

#[test]
#[cfg(feature = "emoji")]
fn the_embedded_sets_are_opened() {
    let place = Place::new();
    let set = place.images("");
    assert_eq!(
        (set.dataset.items().len(), set.dataset.classes().len()),
        (13_264, 1_586)
    );
    let keys = "set = 'emoji-captions'\nhold_out = ['openmoji']\ncaptions = ['de', 'name']";
    let set = place.captioned(keys);
    assert_eq!(set.captions[0], ["grinsendes Gesicht", "grinning face"]);
    let source = |&item: &usize| {
        let source = set.dataset.items()[item].source.unwrap();
        set.dataset.sources()[source as usize].as_str()
    };
    assert!(
        set.train
            .iter()
            .chain(&set.test)
            .all(|item| source(item) != "openmoji")
    );
    assert!(!set.test_sources.is_empty());
    assert!(
        set.test_sources
            .iter()
            .all(|item| source(item) == "openmoji")
    );
    for (keys, wanted) in [
        (
            "set = 'emoji-captions'\nhold_out = ['apple']",
            "data.hold_out: wanted some of noto, ",
        ),
        (
            "set = 'emoji-captions'\ncaptions = ['names']",
            "data.captions: wanted name, keywords or the code of a language that names are in, given names",
        ),
    ] {
        let said = place.said(keys);
        assert!(said.starts_with(wanted), "{said}");
    }
}

#[test]
#[cfg(not(feature = "emoji"))]
fn a_build_without_the_embedded_sets_says_so() {
    for set in ["emoji", "emoji-captions"] {
        let said = Place::new().said(&format!("set = '{set}'"));
        let wanted = format!(
            "data.set: wanted a set in files, given {set}, which this build of tercet leaves out (feature emoji)"
        );
        assert_eq!(said, wanted);
    }
}
