//! Two towers on pictures with captions in files: every layout, every relevance, what is refused.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use tempfile::TempDir;
use tercet_data::Dataset;
use tercet_eval::ScoreTable;
use tercet_train::{Error, Event, Observer, Recipe, RunFolder, relevance, train};

/// Pictures of the sets here.
const COUNT: usize = 40;

fn text() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../nn/tests/models/bert")
}

fn split(index: usize) -> &'static str {
    ["train", "train", "val", "test"][index % 4]
}

/// A folder with pictures in files, and captions in every layout.
fn files() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let (emoji, captions) = (
        tercet_data::emoji().unwrap(),
        tercet_data::captions().unwrap(),
    );
    let path = |name: &str| folder.path().join(name);
    for place in ["train2017", "val2017"] {
        std::fs::create_dir(path(place)).unwrap();
    }
    let mut table = "path,caption,split,group,subgroup,keywords\n".to_owned();
    let mut flickr = "image_name| comment_number| comment\n".to_owned();
    let (mut karpathy, mut coco) = (Vec::new(), [Vec::new(), Vec::new()]);
    for index in 0..COUNT {
        let item = 330 * index;
        let caption = &captions[emoji.items()[item].class as usize];
        let name = format!("{index}.png");
        let part = usize::from(split(index) == "test");
        let image = emoji.image(item).unwrap();
        image.save(path(&name)).unwrap();
        image
            .save(path(["train2017", "val2017"][part]).join(&name))
            .unwrap();
        let words = caption.keywords.join(",");
        for text in [&caption.name, &caption.keywords[0]] {
            writeln!(
                table,
                "{name},\"{text}\",{},{},\"{}\",\"{words}\"",
                split(index),
                caption.group,
                caption.subgroup
            )
            .unwrap();
        }
        writeln!(flickr, "{name}| 0| {}", caption.name).unwrap();
        writeln!(flickr, "{name}| 1| {}", caption.keywords[0]).unwrap();
        karpathy.push(
            serde_json::json!({"filename": name, "imgid": index, "split": split(index),
            "sentences": [{"raw": caption.name, "imgid": index}]}),
        );
        coco[part].push((index, name, caption.name.clone()));
    }
    std::fs::write(path("table.csv"), table).unwrap();
    std::fs::write(path("results.csv"), flickr).unwrap();
    let document = serde_json::json!({"dataset": "flickr30k", "images": karpathy});
    std::fs::write(path("dataset.json"), document.to_string()).unwrap();
    for (part, name) in coco
        .iter()
        .zip(["captions_train2017.json", "captions_val2017.json"])
    {
        let images = part
            .iter()
            .map(|(id, name, _)| serde_json::json!({"id": id, "file_name": name}));
        let captions = part
            .iter()
            .map(|(id, _, text)| serde_json::json!({"id": id, "image_id": id, "caption": text}));
        let document = serde_json::json!({"images": images.collect::<Vec<_>>(),
            "annotations": captions.collect::<Vec<_>>()});
        std::fs::write(path(name), document.to_string()).unwrap();
    }
    folder
}

fn recipe(set: &str, folder: &Path, sets: &[(&str, &str)]) -> Result<Recipe, Error> {
    let place = |name: &str| folder.join(name).display().to_string();
    let file = match set {
        "captioned" => "table.csv",
        "flickr30k" => "results.csv",
        "karpathy" => "dataset.json",
        _ => "captions_train2017.json",
    };
    let test = match set {
        "coco-captions" => format!("test_path = {:?}", place("captions_val2017.json")),
        _ => String::new(),
    };
    let recipe = format!(
        r#"
        [data]
        set = {set:?}
        path = {path:?}
        pictures = {folder:?}
        {test}
        [sampler]
        kind = "rows"
        batch = 8
        [model]
        kind = "towers"
        dim = 8
        [model.picture]
        kind = "convnet"
        widths = [8, 16]
        strides = [2, 2]
        [model.text]
        path = {text:?}
        [loss]
        kind = "ladder"
        thresholds = [0.5, 0.25]
        margins = [0.2, 0.05, 0.05]
        betas = [1.0, 0.5, 0.5]
        sampling = "all-pairs"
        [train]
        steps = 2
        evaluate_every = 2
        "#,
        path = place(file),
        text = text(),
    );
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    let sets: Vec<(String, String)> = sets.iter().map(owned).collect();
    Recipe::parse(&recipe, "captioned.toml".as_ref(), &sets)
}

#[derive(Default)]
struct Losses(Vec<f64>);

impl Observer for Losses {
    fn observe(&mut self, event: &Event) -> Result<(), Error> {
        if let Event::Step(step) = event {
            self.0.push(step.loss);
        }
        Ok(())
    }
}

fn run(recipe: &Recipe) -> Result<(ScoreTable, Vec<f64>), Error> {
    let root = tempfile::tempdir().unwrap();
    let folder = RunFolder::create(root.path())?;
    let mut losses = Losses::default();
    let outcome = train(recipe, &folder, &AtomicBool::new(false), &mut [&mut losses])?;
    Ok((outcome.scores, losses.0))
}

/// How many images and captions a table says it was measured on.
fn judged(table: &str) -> (usize, usize) {
    let note = table.lines().last().unwrap();
    let numbers = note.split(|c: char| !c.is_ascii_digit());
    let mut numbers = numbers.filter_map(|number| number.parse().ok());
    (numbers.next().unwrap(), numbers.next().unwrap())
}

#[test]
fn every_layout_is_trained_and_judged_on_its_own_splits() {
    let folder = files();
    for (set, captions) in [
        ("captioned", 2),
        ("flickr30k", 2),
        ("karpathy", 1),
        ("coco-captions", 1),
    ] {
        let recipe = recipe(set, folder.path(), &[]).unwrap();
        let (report, losses) = run(&recipe).unwrap();
        assert!(losses.iter().all(|loss| *loss > 0.0), "{set}: {losses:?}");
        let (pictures, texts) = judged(&report.to_string());
        assert_eq!(texts, captions * pictures, "{set}");
        // Flickr30K's file has no splits: a share of the pictures is drawn.
        match set {
            "flickr30k" => assert!(pictures > 2 && pictures < COUNT / 2),
            _ => assert_eq!(pictures, COUNT / 4, "{set}"),
        }
        assert!(report.get("unseen_sources").is_none());
    }
}

#[test]
fn relevance_comes_from_hierarchy_keywords_captions_or_a_file() {
    let folder = files();
    let pairs = folder.path().join("pairs.csv");
    std::fs::write(
        &pairs,
        "a,b,relevance\n0.png,1.png,0.625\n2.png,0.png,0.375\n",
    )
    .unwrap();
    let pairs = pairs.to_str().unwrap();
    let of = |sets: &[(&str, &str)]| {
        let recipe = recipe("captioned", folder.path(), sets).unwrap();
        let (grades, things) = relevance(&recipe).unwrap();
        assert_eq!(things, COUNT);
        assert!(run(&recipe).unwrap().1.iter().all(|loss| *loss > 0.0));
        grades
    };
    let file = of(&[
        ("relevance.from", "file"),
        ("relevance.path", pairs),
        ("relevance.missing", "0.125"),
    ]);
    assert_eq!(
        [
            file.of(0, 1),
            file.of(1, 0),
            file.of(0, 2),
            file.of(3, 4),
            file.of(3, 3)
        ],
        [0.625, 0.625, 0.375, 0.125, 1.0]
    );
    let hierarchy = of(&[("relevance.from", "hierarchy")]);
    let all = |grades: &tercet_data::Grades| -> Vec<f32> {
        (0..COUNT * COUNT)
            .map(|pair| grades.of(pair / COUNT, pair % COUNT))
            .collect()
    };
    assert!(all(&hierarchy).contains(&0.25) && all(&hierarchy).contains(&0.0));
    let keywords = of(&[("relevance.from", "keywords")]);
    assert!(
        all(&keywords)
            .iter()
            .any(|&grade| grade > 0.0 && grade < 1.0)
    );
    let captions = of(&[]);
    let pairs = all(&captions);
    assert!(pairs.iter().all(|grade| (0.0..=1.0).contains(grade)));
    let distinct = pairs
        .iter()
        .map(|grade| grade.to_bits())
        .collect::<std::collections::BTreeSet<_>>();
    assert!(distinct.len() > COUNT, "cosines differ");
}

#[test]
fn embeddings_of_captions_are_kept_from_run_to_run() {
    let folder = files();
    let cache = folder.path().join("captions.safetensors");
    let sets = [("relevance.cache", cache.to_str().unwrap())];
    let recipe = |set| recipe(set, folder.path(), &sets).unwrap();
    let grade = |set| relevance(&recipe(set)).unwrap().0.of(0, 1);
    let first = grade("captioned");
    let kept = std::fs::read(&cache).unwrap();
    // What is kept is used: another number there is another relevance.
    let mut other = kept.clone();
    let head = u64::from_le_bytes(other[..8].try_into().unwrap()) as usize;
    other[8 + head..][..4].copy_from_slice(&9.0_f32.to_le_bytes());
    std::fs::write(&cache, &other).unwrap();
    assert_ne!(grade("captioned"), first);
    std::fs::write(&cache, &kept).unwrap();
    assert_eq!(grade("captioned"), first);
    // Other captions are embedded anew.
    assert_ne!(grade("karpathy"), first);
    assert_ne!(std::fs::read(&cache).unwrap(), kept);
    // What is something else is not written over.
    std::fs::write(&cache, "precious").unwrap();
    let message = relevance(&recipe("captioned")).unwrap_err().to_string();
    assert!(
        message.contains("captions.safetensors: wanted embeddings of captions"),
        "{message}"
    );
    assert_eq!(std::fs::read(&cache).unwrap(), b"precious");
}

#[test]
fn shares_of_the_candidates_make_rungs_of_any_relevance() {
    let folder = files();
    let loss = |sets: &[(&str, &str)]| {
        let recipe = recipe("captioned", folder.path(), sets).unwrap();
        run(&recipe).unwrap().1[0]
    };
    let shares = ("relevance.quantiles", "[0.8, 0.4]");
    let other = ("loss.thresholds", "[0.97, 0.95]");
    // The rungs are those of the shares, whatever number stands for each.
    assert_eq!(loss(&[shares]), loss(&[shares, other]));
    assert_ne!(loss(&[]), loss(&[other]));
    assert_ne!(loss(&[shares]), loss(&[]));
}

#[test]
fn what_is_refused_is_named() {
    let folder = files();
    let said = |set: &str, sets: &[(&str, &str)]| {
        let outcome = recipe(set, folder.path(), sets).and_then(|recipe| run(&recipe));
        outcome.unwrap_err().to_string()
    };
    let pairs = folder.path().join("pairs.csv");
    let file = [
        ("relevance.from", "file"),
        ("relevance.path", pairs.to_str().unwrap()),
    ];
    for (rows, wanted) in [
        (
            "0.png,1.png,1.5\n",
            "line 2, relevance: wanted a number in [0, 1], given 1.5",
        ),
        (
            "0.png,1.png,0.5\n1.png,0.png,0.4\n",
            "line 3, relevance: wanted that of the pair the other way round",
        ),
        (
            "0.png,nobody.png,0.5\n",
            "line 2, b: wanted a name of the set, given nobody.png",
        ),
    ] {
        std::fs::write(&pairs, format!("a,b,relevance\n{rows}")).unwrap();
        let message = said("captioned", &file);
        assert!(message.contains(wanted), "{message}");
    }
    for (set, sets, wanted) in [
        (
            "captioned",
            vec![("sampler.kind", "triplets"), ("sampler.triplets", "4")],
            "sampler.kind: wanted \"rows\"",
        ),
        (
            "captioned",
            vec![("relevance.from", "file")],
            "relevance.path: wanted the table of pairs",
        ),
        (
            "karpathy",
            vec![("relevance.from", "hierarchy")],
            "wanted a set whose things have groups",
        ),
        (
            "captioned",
            vec![("relevance.quantiles", "[0.4, 0.8]")],
            "each below the one before, given 0.4 before 0.8",
        ),
        (
            "captioned",
            vec![("relevance.quantiles", "[0.4]")],
            "one for each of loss.thresholds, given 1 for 2",
        ),
        (
            "captioned",
            vec![("data.hold_out", "[\"me\"]")],
            "data.hold_out: wanted none, as these pictures have no sources, given me",
        ),
        (
            "captioned",
            vec![("relevance.missing", "2.0")],
            "relevance.missing: wanted a number from 0 to 1",
        ),
        (
            "captioned",
            vec![("data.path", "nowhere.csv")],
            "nowhere.csv",
        ),
        (
            "captioned",
            vec![("model.kind", "convnet")],
            "model.kind: wanted \"towers\"",
        ),
        (
            "karpathy",
            vec![("data.pictures", "elsewhere")],
            "elsewhere/0.png",
        ),
    ] {
        let message = said(set, &sets);
        assert!(message.contains(wanted), "{message}");
    }
    std::fs::remove_file(folder.path().join("7.png")).unwrap();
    let message = said("captioned", &[]);
    assert!(message.contains("7.png"), "{message}");
    std::fs::write(folder.path().join("7.png"), "no picture").unwrap();
    let message = said("captioned", &[("sampler.batch", "20")]);
    assert!(message.contains("7.png"), "{message}");
}
