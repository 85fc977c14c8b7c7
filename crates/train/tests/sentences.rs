//! Text encoders: the course of sentence-transformers, runs that are resumed, what a run leaves, what it refuses.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Deserialize;
use tercet_nn::SentenceModel;
use tercet_train::{Event, Observer, Recipe, RunFolder, RunOutcome, Step, train};

const HERE: &str = env!("CARGO_MANIFEST_DIR");

fn model() -> PathBuf {
    Path::new(HERE).join("../nn/tests/models/bert")
}

fn data(name: &str) -> PathBuf {
    Path::new(HERE).join("../../assets/wordnet").join(name)
}

/// A recipe on a tiny encoder, eight rows a step in their order, no dropout; `more` may hold further sections.
fn recipe(file: &Path, loss: &str, sets: &[(&str, &str)]) -> Recipe {
    let text = format!(
        r#"
        [data]
        set = "texts"
        path = {file:?}
        [sampler]
        kind = "rows"
        batch = 8
        shuffle = false
        [model]
        kind = "sentence"
        path = {model:?}
        dropout = 0.0
        [loss]
        {loss}
        [optimizer]
        learning_rate = 1e-3
        weight_decay = 0.01
        clip_norm = 0.0
        schedule = "constant"
        warmup_steps = 0
        [train]
        steps = 6
        checkpoint_every = 2
        "#,
        model = model(),
    );
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    let sets: Vec<(String, String)> = sets.iter().map(owned).collect();
    Recipe::parse(&text, "sentences.toml".as_ref(), &sets).unwrap()
}

#[derive(Default)]
struct Witness<'a> {
    steps: Vec<Step>,
    stop: Option<(u64, &'a AtomicBool)>,
}

impl Observer for Witness<'_> {
    fn observe(&mut self, event: &Event) -> Result<(), tercet_train::Error> {
        if let Event::Step(step) = event {
            self.steps.push((**step).clone());
        }
        if let Some((step, flag)) = self.stop {
            flag.fetch_or(event.step() >= step, Ordering::Relaxed);
        }
        Ok(())
    }
}

fn run(recipe: &Recipe, path: &Path) -> (RunOutcome, Vec<Step>) {
    let folder = RunFolder::create(path).unwrap();
    let mut witness = Witness::default();
    let stop = AtomicBool::new(false);
    let outcome = train(recipe, &folder, &stop, &mut [&mut witness]).unwrap();
    (outcome, witness.steps)
}

fn refused(recipe: &Recipe) -> String {
    let root = tempfile::tempdir().unwrap();
    let folder = RunFolder::create(root.path()).unwrap();
    let stop = AtomicBool::new(false);
    train(recipe, &folder, &stop, &mut [])
        .unwrap_err()
        .to_string()
}

fn weights(path: &Path) -> Vec<u8> {
    std::fs::read(path.join("model/model.safetensors")).unwrap()
}

/// `reference/sentence_training.py` writes it.
#[derive(Deserialize)]
struct Golden {
    losses: std::collections::BTreeMap<String, Vec<f64>>,
}

#[test]
fn losses_follow_sentence_transformers_for_50_steps() {
    let golden = Path::new(HERE).join("tests/golden/sentence_training.json");
    let golden: Golden = serde_json::from_slice(&std::fs::read(golden).unwrap()).unwrap();
    let root = tempfile::tempdir().unwrap();
    let (triplets, labelled) = (root.path().join("triplets.jsonl"), data("labelled.jsonl"));
    // As many as have no text twice in a step: we do not count such a text as a negative.
    let rows = std::fs::read_to_string(data("validation.jsonl")).unwrap();
    let rows: Vec<&str> = rows.lines().take(96).collect();
    std::fs::write(&triplets, rows.join("\n")).unwrap();
    let semi_hard = "kind = \"triplet\"\nselect = \"semi-hard:nearest-above\"\nmargin = 1.0\ndistance = \"euclidean\"";
    let ranking = "kind = \"multiple-negatives-ranking\"\nscale = 20.0";
    for (name, file, loss, negatives) in [
        ("triplet", &triplets, "kind = \"given-triplet\"", "1"),
        ("batch-semi-hard", &labelled, semi_hard, "0"),
        ("ranking", &triplets, ranking, "0"),
        ("ranking-hard", &triplets, ranking, "1"),
    ] {
        let sets = [("train.steps", "50"), ("data.negatives", negatives)];
        let root = tempfile::tempdir().unwrap();
        let (_, steps) = run(&recipe(file, loss, &sets), root.path());
        let wanted = &golden.losses[name];
        assert_eq!((steps.len(), wanted.len()), (50, 50), "{name}");
        for (step, &wanted) in steps.iter().zip(wanted) {
            // Where almost nothing is left to learn, a share of the first losses.
            let allowed = 1e-3 * wanted.max(0.05 * golden.losses[name][0]);
            let far = (step.loss - wanted).abs();
            assert!(
                far <= allowed,
                "{name}, step {}: {} for {wanted}",
                step.step,
                step.loss
            );
        }
    }
}

const RANKING: &str = "kind = \"multiple-negatives-ranking\"";

#[test]
fn a_resumed_run_ends_in_the_same_bits_on_any_number_of_threads() {
    let sets = [
        ("model.dropout", "0.1"),
        ("sampler.shuffle", "true"),
        ("train.micro_batch", "5"),
        ("optimizer.layer_decay", "0.8"),
    ];
    let recipe = recipe(&data("train.jsonl"), RANKING, &sets);
    let root = tempfile::tempdir().unwrap();
    let (whole, parts) = (root.path().join("whole"), root.path().join("parts"));
    run(&recipe, &whole);
    let stop = AtomicBool::new(false);
    let mut witness = Witness {
        stop: Some((3, &stop)),
        ..Witness::default()
    };
    let folder = RunFolder::create(&parts).unwrap();
    let outcome = train(&recipe, &folder, &stop, &mut [&mut witness]).unwrap();
    assert_eq!(outcome.interrupted, Some(3));
    let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build();
    let folder = RunFolder::open(&parts).unwrap();
    pool.unwrap()
        .install(|| train(&recipe, &folder, &AtomicBool::new(false), &mut []))
        .unwrap();
    assert!(weights(&whole) == weights(&parts), "the weights differ");
}

#[test]
fn a_run_judges_before_and_after_and_leaves_a_folder_that_opens() {
    let sets = [
        ("data.validation_path", data("validation.jsonl")),
        ("data.test_path", data("test.jsonl")),
    ];
    let sets = sets.map(|(key, path)| (key, format!("{path:?}")));
    let sets: Vec<(&str, &str)> = sets
        .iter()
        .map(|(key, path)| (*key, path.as_str()))
        .collect();
    let root = tempfile::tempdir().unwrap();
    let recipe = recipe(&data("train.jsonl"), RANKING, &sets);
    let (outcome, _) = run(&recipe, root.path());
    let [before, after] = ["before", "after"].map(|key| outcome.scores.get(key).unwrap());
    for name in [
        "recall_at_1",
        "recall_at_10",
        "mrr_at_10",
        "triplet_accuracy",
    ] {
        for scores in [before, after] {
            assert!(scores.iter().any(|score| score.name == name), "{name}");
        }
    }
    assert_ne!(before, after);
    let folder = root.path().join("model");
    let card = std::fs::read_to_string(folder.join("README.md")).unwrap();
    for wanted in [
        "`train.jsonl`, 300 rows, pairs",
        "info-nce",
        "| Triplet accuracy |",
        "SentenceTransformer(",
    ] {
        assert!(card.contains(wanted), "{wanted}: {card}");
    }
    let device = Default::default();
    let (old, new) = (
        SentenceModel::open(model(), &device),
        SentenceModel::open(folder, &device),
    );
    let (old, new) = (old.unwrap(), new.unwrap());
    let texts = ["a cat", "the king of the castle"];
    assert_ne!(old.embed(&texts).unwrap(), new.embed(&texts).unwrap());
}

#[test]
fn frozen_parts_stay_as_they_are() {
    let original = std::fs::read(model().join("model.safetensors")).unwrap();
    let original = safetensors::SafeTensors::deserialize(&original).unwrap();
    let sets = [("model.freeze", "layers"), ("model.frozen_layers", "1")];
    let root = tempfile::tempdir().unwrap();
    run(&recipe(&data("train.jsonl"), RANKING, &sets), root.path());
    let trained = weights(root.path());
    let trained = safetensors::SafeTensors::deserialize(&trained).unwrap();
    let same =
        |name: &str| original.tensor(name).unwrap().data() == trained.tensor(name).unwrap().data();
    assert!(same("embeddings.word_embeddings.weight"));
    assert!(same("encoder.layer.0.attention.self.query.weight"));
    assert!(!same("encoder.layer.1.attention.self.query.weight"));
}

#[test]
fn a_new_layer_is_trained_and_written() {
    let sets = [("model.dense", "6"), ("model.freeze", "encoder")];
    let root = tempfile::tempdir().unwrap();
    let (_, steps) = run(&recipe(&data("train.jsonl"), RANKING, &sets), root.path());
    assert!(steps.iter().all(|step| step.gradient_norm > 0.0));
    let model = SentenceModel::open(root.path().join("model"), &Default::default()).unwrap();
    let embedded = model.embed(&["a cat"]).unwrap();
    assert_eq!((model.dim(), embedded.dim), (6, 6));
    let norm: f32 = embedded.numbers.iter().map(|x| x * x).sum();
    assert!((norm - 1.0).abs() < 1e-5);
}

#[test]
fn a_frozen_encoder_gives_what_it_gave_and_its_dense_layer_learns() {
    let model = Path::new(HERE).join("../nn/tests/models/distilbert");
    let path = format!("{model:?}");
    let frozen = [("model.path", path.as_str()), ("model.freeze", "encoder")];
    let root = tempfile::tempdir().unwrap();
    let (fast, slow) = (root.path().join("fast"), root.path().join("slow"));
    let (_, cached) = run(&recipe(&data("train.jsonl"), RANKING, &frozen), &fast);
    // The same, through the whole network at every step.
    let layers = [
        ("model.path", path.as_str()),
        ("model.freeze", "layers"),
        ("model.frozen_layers", "3"),
    ];
    let (_, walked) = run(&recipe(&data("train.jsonl"), RANKING, &layers), &slow);
    for (a, b) in cached.iter().zip(&walked) {
        assert!(
            (a.loss - b.loss).abs() <= 1e-5 * b.loss,
            "{} {}",
            a.loss,
            b.loss
        );
    }
    assert!(cached.last().unwrap().loss < cached[0].loss + 0.5);
    let dense = |run: &Path| std::fs::read(run.join("model/2_Dense/model.safetensors")).unwrap();
    assert_ne!(
        dense(&fast),
        std::fs::read(model.join("2_Dense/model.safetensors")).unwrap()
    );
    assert_eq!(weights(&fast), weights(&slow));
}

const PK: [(&str, &str); 3] = [
    ("sampler.kind", "pk"),
    ("sampler.classes", "4"),
    ("sampler.samples", "2"),
];

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let pairs = data("train.jsonl");
    let message = refused(&recipe(&pairs, "kind = \"given-triplet\"", &[]));
    assert!(
        message.contains("train.jsonl: wanted tuples with negatives"),
        "{message}"
    );
    assert!(message.contains("given rows that are pairs"), "{message}");
    let message = refused(&recipe(&pairs, "kind = \"cosent\"", &[]));
    assert!(message.contains("wanted scored pairs"), "{message}");
    let message = refused(&recipe(&pairs, RANKING, &PK));
    assert!(message.contains("sampler.kind = \"rows\""), "{message}");
    let message = refused(&recipe(&pairs, RANKING, &[("data.negatives", "1")]));
    assert!(message.contains("wanted 1 negatives, given 0"), "{message}");
    let message = refused(&recipe(&pairs, RANKING, &[("model.freeze", "encoder")]));
    assert!(
        message.contains("wanted an encoder with a dense layer"),
        "{message}"
    );
    let layers = [("model.freeze", "layers"), ("model.frozen_layers", "99")];
    let message = refused(&recipe(&pairs, RANKING, &layers));
    assert!(
        message.contains("model.frozen_layers: wanted at most"),
        "{message}"
    );
    let message = refused(&recipe(Path::new("/nowhere.jsonl"), RANKING, &[]));
    assert!(message.contains("/nowhere.jsonl"), "{message}");
    let message = refused(&recipe(&pairs, RANKING, &[("sampler.batch", "301")]));
    assert!(
        message.contains("sampler.batch") && message.contains("301 of 300"),
        "{message}"
    );
}

#[test]
fn long_texts_are_cut_and_counted() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("long.jsonl");
    let long = "cat ".repeat(25_000);
    let row = |anchor: &str, positive: &str| {
        format!("{{\"anchor\": \"{anchor}\", \"positive\": \"{positive}\"}}\n")
    };
    let rows: String = (0..8)
        .map(|n| row(&format!("a {n}"), &format!("{n} {long}")))
        .collect();
    std::fs::write(&file, rows).unwrap();
    let (_, steps) = run(
        &recipe(&file, RANKING, &[("train.steps", "2")]),
        &root.path().join("run"),
    );
    assert!(steps.iter().all(|step| step.truncated == 8));
}
