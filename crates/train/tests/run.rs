//! Whole runs through the library: resumed, on other threads, in chunks, without what they need.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use tercet_train::{
    Error, Event, ImageModel, Observer, Recipe, RunFolder, RunOutcome, Step, cpu, train,
};

const SMALL: &str = r#"
seed = 5
[data]
validation = 0.02
test = 0.02
[sampler]
kind = "pk"
classes = 6
samples = 3
[augment]
shift = 0.1
brightness = 0.2
[model]
kind = "convnet"
widths = [8, 16]
strides = [2, 2]
dim = 8
[train]
steps = 8
checkpoint_every = 3
evaluate_every = 4
[evaluate]
episodes = 20
"#;

fn recipe(sets: &[(&str, &str)]) -> Recipe {
    let sets: Vec<(String, String)> = sets
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    Recipe::parse(SMALL, "small.toml".as_ref(), &sets).unwrap()
}

/// A new folder with the recipe in it.
fn begin(path: &Path, recipe: &Recipe) -> RunFolder {
    let folder = RunFolder::create(path).unwrap();
    std::fs::write(folder.recipe(), recipe.to_toml()).unwrap();
    folder
}

/// Keeps all steps; asks to stop after one of them.
#[derive(Default)]
struct Witness<'a> {
    steps: Vec<Step>,
    others: Vec<Event>,
    stop: Option<(u64, &'a AtomicBool)>,
}

impl Observer for Witness<'_> {
    fn observe(&mut self, event: &Event) -> Result<(), Error> {
        match event {
            Event::Step(step) => self.steps.push(Step {
                samples_per_second: 0.0,
                ..(**step).clone()
            }),
            other => self.others.push(other.clone()),
        }
        if let Some((step, flag)) = self.stop {
            flag.fetch_or(event.step() >= step, Ordering::Relaxed);
        }
        Ok(())
    }
}

fn whole(path: &Path, recipe: &Recipe) -> (RunOutcome, Vec<Step>) {
    let folder = begin(path, recipe);
    let mut witness = Witness::default();
    let outcome = train(
        recipe,
        &folder,
        &AtomicBool::new(false),
        &mut [&mut witness],
    )
    .unwrap();
    (outcome, witness.steps)
}

fn weights(path: &Path) -> Vec<u8> {
    std::fs::read(path.join("model/model.safetensors")).unwrap()
}

#[test]
fn a_resumed_run_ends_in_the_same_bits() {
    resumes(&recipe(&[]));
}

#[test]
fn other_losses_learn_and_resume_in_the_same_bits() {
    let distance_weighted = recipe(&[("loss.kind", "margin"), ("loss.beta", "1")]);
    let ladder = [
        ("loss.kind", "ladder"),
        ("loss.thresholds", "[0.5]"),
        ("loss.reduce", "mean-anchors"),
    ];
    for recipe in [
        recipe(&[("loss.kind", "multi-similarity")]),
        distance_weighted,
        recipe(&[("loss.kind", "sup-con"), ("loss.temperature", "0.2")]),
        recipe(&ladder),
    ] {
        let steps = resumes(&recipe);
        assert!(
            steps.iter().all(|step| step.selected > 0),
            "{:?}",
            recipe.loss
        );
        assert!(
            steps.iter().all(|step| step.gradient_norm > 0.0),
            "{:?}",
            recipe.loss
        );
    }
}

/// Stops a run, goes on, and compares it with one that was not stopped, whose steps it gives.
fn resumes(recipe: &Recipe) -> Vec<Step> {
    let temp = tempfile::tempdir().unwrap();
    let (straight, broken) = (temp.path().join("straight"), temp.path().join("broken"));
    let (_, expected) = whole(&straight, recipe);

    let folder = begin(&broken, recipe);
    let stop = AtomicBool::new(false);
    let mut witness = Witness {
        stop: Some((5, &stop)),
        ..Witness::default()
    };
    let outcome = train(recipe, &folder, &stop, &mut [&mut witness]).unwrap();
    assert_eq!(outcome.interrupted, Some(5));
    let folder = RunFolder::open(&broken).unwrap();
    let mut rest = Witness::default();
    train(recipe, &folder, &AtomicBool::new(false), &mut [&mut rest]).unwrap();

    witness.steps.extend(rest.steps);
    assert_eq!(witness.steps, expected);
    assert_eq!(weights(&broken), weights(&straight));
    let log = std::fs::read_to_string(broken.join("events.jsonl")).unwrap();
    assert_eq!(log.matches(r#""event":"step""#).count(), 8);
    expected
}

#[test]
fn threads_do_not_change_a_bit() {
    let temp = tempfile::tempdir().unwrap();
    let recipe = recipe(&[]);
    let run = |threads: usize| {
        let path = temp.path().join(threads.to_string());
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| whole(&path, &recipe));
        weights(&path)
    };
    assert!(run(1) == run(3));
}

#[test]
fn chunks_give_the_gradient_of_the_whole_batch() {
    let temp = tempfile::tempdir().unwrap();
    let run = |chunk: &str| {
        // Plain descent at rate 1: the weights move by the gradient itself.
        let sets = [
            ("train.micro_batch", chunk),
            ("train.steps", "1"),
            ("optimizer.kind", "sgd"),
            ("optimizer.momentum", "0.0"),
            ("optimizer.weight_decay", "0.0"),
            ("optimizer.learning_rate", "1.0"),
            ("optimizer.warmup_steps", "0"),
            ("optimizer.clip_norm", "0.0"),
        ];
        let (_, steps) = whole(&temp.path().join(chunk), &recipe(&sets));
        let model = ImageModel::open(&temp.path().join(chunk).join("model"), &cpu()).unwrap();
        (steps[0].clone(), tercet_nn::weights(&model.network))
    };
    let (all, whole_weights) = run("18");
    for chunk in ["1", "7", "17"] {
        let (step, weights) = run(chunk);
        assert!((step.loss - all.loss).abs() < 1e-6);
        assert!((step.gradient_norm - all.gradient_norm).abs() < 1e-5 * all.gradient_norm);
        for (ours, theirs) in weights.iter().zip(&whole_weights) {
            let pairs = ours.numbers.iter().zip(&theirs.numbers);
            let largest = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(
                f64::from(largest) <= 1e-5 * all.gradient_norm,
                "{}: {largest}",
                ours.name
            );
        }
    }
}

#[test]
fn a_model_opens_again_and_embeds_the_same() {
    let temp = tempfile::tempdir().unwrap();
    whole(temp.path(), &recipe(&[]));
    let model = ImageModel::open(&temp.path().join("model"), &cpu()).unwrap();
    let pixels: Vec<f32> = (0..2 * 32 * 32 * 3)
        .map(|i| (i as f32 * 0.1).sin())
        .collect();
    let rows = model.embed(&pixels).unwrap();
    assert_eq!((rows.len(), model.dim()), (16, 8));
    model.save(&temp.path().join("again")).unwrap();
    for name in [
        "config.json",
        "model.safetensors",
        "preprocessor_config.json",
    ] {
        let read = |folder: &str| std::fs::read(temp.path().join(folder).join(name)).unwrap();
        assert_eq!(read("model"), read("again"), "{name}");
    }
}

#[test]
fn a_folder_without_config_is_no_model() {
    let temp = tempfile::tempdir().unwrap();
    let error = ImageModel::open(temp.path(), &cpu()).unwrap_err();
    assert!(matches!(error, Error::NoModel { .. }));
    std::fs::write(temp.path().join("config.json"), "{").unwrap();
    let error = ImageModel::open(temp.path(), &cpu()).unwrap_err();
    assert!(error.to_string().contains("config.json"), "{error}");
}

#[test]
fn a_batch_without_triplet_is_an_event() {
    let temp = tempfile::tempdir().unwrap();
    // All embeddings stay the same where nothing is learnt from equal pictures: no window, no triplet.
    let recipe = recipe(&[("loss.margin", "0.0"), ("train.steps", "1")]);
    let folder = begin(temp.path(), &recipe);
    let mut witness = Witness::default();
    let outcome = train(
        &recipe,
        &folder,
        &AtomicBool::new(false),
        &mut [&mut witness],
    )
    .unwrap();
    assert!(outcome.target_met);
    let missing = witness
        .others
        .iter()
        .find(|event| matches!(event, Event::NoTriplet { .. }));
    let Some(Event::NoTriplet { reason, .. }) = missing else {
        panic!("no event")
    };
    assert!(reason.starts_with("none of "), "{reason}");
    assert_eq!(witness.steps[0].loss, 0.0);
}

#[test]
fn a_split_without_classes_is_refused_by_name() {
    let temp = tempfile::tempdir().unwrap();
    let recipe = recipe(&[("data.validation", "1e-9")]);
    let folder = begin(temp.path(), &recipe);
    let error = train(&recipe, &folder, &AtomicBool::new(false), &mut []).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("data.validation: wanted two classes"),
        "{error}"
    );
}

#[test]
fn another_recipe_cannot_go_on() {
    let temp = tempfile::tempdir().unwrap();
    whole(temp.path(), &recipe(&[("train.steps", "1")]));
    let folder = RunFolder::open(temp.path()).unwrap();
    let other = recipe(&[("sampler.samples", "4")]);
    let error = train(&other, &folder, &AtomicBool::new(false), &mut []).unwrap_err();
    assert!(error.to_string().contains("sampler.samples"), "{error}");
}

#[test]
fn more_steps_may_follow() {
    let temp = tempfile::tempdir().unwrap();
    whole(temp.path(), &recipe(&[("train.steps", "2")]));
    let folder = RunFolder::open(temp.path()).unwrap();
    let longer = recipe(&[("train.steps", "4")]);
    let mut witness = Witness::default();
    train(
        &longer,
        &folder,
        &AtomicBool::new(false),
        &mut [&mut witness],
    )
    .unwrap();
    assert_eq!(
        witness
            .steps
            .iter()
            .map(|step| step.step)
            .collect::<Vec<_>>(),
        [3, 4]
    );
}

#[test]
fn a_run_that_ended_early_stays_ended() {
    let temp = tempfile::tempdir().unwrap();
    // A rate of nearly 0: nothing gets better after the first evaluation.
    let recipe = recipe(&[
        ("optimizer.learning_rate", "1e-12"),
        ("train.patience", "1"),
        ("train.evaluate_every", "2"),
    ]);
    let (_, steps) = whole(temp.path(), &recipe);
    assert_eq!(steps.len(), 4);
    let (model, metrics) = (weights(temp.path()), temp.path().join("metrics.json"));
    std::fs::remove_file(&metrics).unwrap();
    let folder = RunFolder::open(temp.path()).unwrap();
    let mut witness = Witness::default();
    train(
        &recipe,
        &folder,
        &AtomicBool::new(false),
        &mut [&mut witness],
    )
    .unwrap();
    assert!(witness.steps.is_empty() && metrics.exists());
    assert!(weights(temp.path()) == model);
}

#[test]
fn fewer_steps_than_done_are_refused() {
    let temp = tempfile::tempdir().unwrap();
    whole(temp.path(), &recipe(&[("train.steps", "3")]));
    let folder = RunFolder::open(temp.path()).unwrap();
    let shorter = recipe(&[("train.steps", "2")]);
    let error = train(&shorter, &folder, &AtomicBool::new(false), &mut []).unwrap_err();
    assert!(
        matches!(error, Error::Steps { done: 3, given: 2 }),
        "{error}"
    );
}

#[test]
fn a_collapse_stops_the_run_or_softens_the_loss() {
    let temp = tempfile::tempdir().unwrap();
    let run = |action: &str| {
        let sets = [
            ("loss.select", "hardest"),
            ("optimizer.learning_rate", "0.01"),
            ("optimizer.warmup_steps", "0"),
            ("train.steps", "60"),
            ("train.on_collapse", action),
        ];
        let recipe = recipe(&sets);
        let folder = begin(&temp.path().join(action), &recipe);
        let mut witness = Witness::default();
        train(
            &recipe,
            &folder,
            &AtomicBool::new(false),
            &mut [&mut witness],
        )
        .unwrap();
        let rang = witness.others.iter().find_map(|event| match event {
            Event::Collapse { step, .. } => Some(*step),
            _ => None,
        });
        (rang, witness.steps.len() as u64)
    };
    let (rang, steps) = run("stop");
    assert_eq!(rang, Some(steps));
    let (softened, steps) = run("soften");
    assert_eq!((softened, steps), (rang, 60));
}

#[test]
fn leading_dimensions_learn_and_are_checked() {
    let temp = tempfile::tempdir().unwrap();
    let sizes = [
        ("matryoshka.sizes", "[8, 4]"),
        ("matryoshka.weights", "[1.0, 0.5]"),
        ("train.steps", "2"),
    ];
    let (_, steps) = whole(&temp.path().join("both"), &recipe(&sizes));
    let (_, plain) = whole(&temp.path().join("plain"), &recipe(&sizes[2..]));
    // Rows of the network have length 1, so the whole ones cost what they cost alone; four numbers cost more.
    assert!(steps[0].loss > plain[0].loss + 0.01);
    assert!(steps[0].loss.is_finite() && steps[0].gradient_norm > 0.0);

    let recipe = recipe(&[("matryoshka.sizes", "[9]")]);
    let folder = begin(&temp.path().join("long"), &recipe);
    let error = train(&recipe, &folder, &AtomicBool::new(false), &mut []).unwrap_err();
    assert!(matches!(error, Error::Size { dim: 8, given: 9 }), "{error}");
}
