//! Two towers: runs that are resumed, what a run leaves, rungs that stay empty, what is refused.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use tercet_nn::PictureModel;
use tercet_train::{
    AnyModel, Event, Observer, Recipe, RunFolder, RunOutcome, Step, TwoModel, cpu, train,
};

fn text() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../nn/tests/models/bert")
}

/// Few classes, tiny networks.
fn recipe(sets: &[(&str, &str)]) -> Recipe {
    let recipe = format!(
        r#"
        seed = 3
        [data]
        set = "emoji-captions"
        hold_out = ["fxemoji"]
        validation = 0.02
        test = 0.02
        [sampler]
        kind = "pk"
        classes = 8
        samples = 2
        [model]
        kind = "towers"
        dim = 8
        [model.picture]
        kind = "convnet"
        widths = [8, 16]
        strides = [2, 2]
        [model.text]
        path = {path:?}
        [curriculum]
        steps = 3
        [curriculum.loss]
        kind = "vse"
        hinges = "sum"
        [loss]
        kind = "ladder"
        thresholds = [0.5, 0.25]
        margins = [0.2, 0.05, 0.05]
        betas = [1.0, 0.5, 0.5]
        sampling = "all-pairs"
        [train]
        steps = 6
        checkpoint_every = 2
        evaluate_every = 6
        "#,
        path = text(),
    );
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    let sets: Vec<(String, String)> = sets.iter().map(owned).collect();
    Recipe::parse(&recipe, "towers.toml".as_ref(), &sets).unwrap()
}

#[derive(Default)]
struct Witness<'a> {
    steps: Vec<Step>,
    empty: Vec<(u64, usize)>,
    stop: Option<(u64, &'a AtomicBool)>,
}

impl Observer for Witness<'_> {
    fn observe(&mut self, event: &Event) -> Result<(), tercet_train::Error> {
        match event {
            Event::Step(step) => self.steps.push((**step).clone()),
            Event::EmptyRung { step, rung } => self.empty.push((*step, *rung)),
            _ => {}
        }
        if let Some((step, flag)) = self.stop {
            flag.fetch_or(event.step() >= step, Ordering::Relaxed);
        }
        Ok(())
    }
}

fn run<'a>(recipe: &Recipe, path: &Path) -> (RunOutcome, Witness<'a>) {
    let folder = RunFolder::create(path).unwrap();
    let mut witness = Witness::default();
    let stop = AtomicBool::new(false);
    let outcome = train(recipe, &folder, &stop, &mut [&mut witness]).unwrap();
    (outcome, witness)
}

fn image(model: &TwoModel) -> &tercet_train::ImageModel {
    let AnyModel::Images(image) = &model.first else {
        panic!("a network of images")
    };
    image
}

fn captions(model: &TwoModel) -> &tercet_nn::SentenceModel {
    let AnyModel::Texts(text) = &model.second else {
        panic!("a text encoder")
    };
    text
}

fn bytes(run: &Path, name: &str) -> Vec<u8> {
    std::fs::read(run.join("model").join(name)).unwrap()
}

#[test]
fn a_run_judges_both_directions_and_leaves_a_folder_that_opens() {
    let root = tempfile::tempdir().unwrap();
    let (outcome, witness) = run(&recipe(&[]), root.path());
    for list in ["trained", "unseen_sources"] {
        let scores = outcome.scores.get(list).unwrap();
        for direction in ["picture_to_text", "text_to_picture"] {
            for name in ["recall_at_1", "coherence", "cs_at_10", "ndcg_at_10"] {
                let name = format!("{direction}.{name}");
                assert!(
                    scores.iter().any(|score| score.name == name),
                    "{list}: {name}"
                );
            }
        }
    }
    // Hinges of both directions, then three rungs: more pairs that count.
    assert_eq!(witness.steps.len(), 6);
    assert!(witness.steps[3].selected > witness.steps[2].selected);
    assert!(witness.steps.iter().all(|step| step.gradient_norm > 0.0));
    let folder = root.path().join("model");
    let Ok(AnyModel::Two(model)) = AnyModel::open(&folder, &cpu()) else {
        panic!("two towers")
    };
    let again = root.path().join("again");
    model.save(&again).unwrap();
    let other = TwoModel::open(&again, &cpu()).unwrap();
    let pixels: Vec<f32> = (0..32 * 32 * 3).map(|i| (i as f32 * 0.1).sin()).collect();
    assert_eq!(
        image(&model).embed(&pixels).unwrap(),
        image(&other).embed(&pixels).unwrap()
    );
    let texts = ["red fruit", "a cat"];
    assert_eq!(
        captions(&model).embed(&texts).unwrap(),
        captions(&other).embed(&texts).unwrap()
    );
    assert_eq!((model.first.dim(), model.second.dim()), (8, 8));
}

#[test]
fn a_resumed_run_ends_in_the_same_bits_in_chunks_too() {
    let recipe = recipe(&[("train.micro_batch", "5")]);
    let root = tempfile::tempdir().unwrap();
    let (whole, parts) = (root.path().join("whole"), root.path().join("parts"));
    run(&recipe, &whole);
    let stop = AtomicBool::new(false);
    let mut witness = Witness {
        stop: Some((2, &stop)),
        ..Witness::default()
    };
    let folder = RunFolder::create(&parts).unwrap();
    let outcome = train(&recipe, &folder, &stop, &mut [&mut witness]).unwrap();
    assert_eq!(outcome.interrupted, Some(2));
    let folder = RunFolder::open(&parts).unwrap();
    train(&recipe, &folder, &AtomicBool::new(false), &mut []).unwrap();
    for name in ["picture/model.safetensors", "text/model.safetensors"] {
        assert!(bytes(&whole, name) == bytes(&parts, name), "{name} differs");
    }
}

#[test]
fn chunks_give_the_loss_and_the_gradient_of_the_whole() {
    let root = tempfile::tempdir().unwrap();
    let steps = |micro: &str| {
        let sets = [("train.micro_batch", micro), ("train.steps", "1")];
        let (_, witness) = run(&recipe(&sets), &root.path().join(micro));
        (witness.steps[0].loss, witness.steps[0].gradient_norm)
    };
    let (loss, norm) = steps("32");
    for micro in ["1", "7"] {
        let (other, others) = steps(micro);
        assert!((other - loss).abs() <= 1e-5 * loss && (others - norm).abs() <= 1e-4 * norm);
    }
}

#[test]
fn a_rung_that_no_batch_fills_is_told_once() {
    // No two emoji are that relevant to each other.
    let sets = [
        ("loss.thresholds", "[0.95, 0.25]"),
        ("curriculum.steps", "1"),
        ("train.steps", "24"),
    ];
    let root = tempfile::tempdir().unwrap();
    let (_, witness) = run(&recipe(&sets), root.path());
    assert_eq!(witness.empty, [(21, 2)]);
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let refused = |sets: &[(&str, &str)]| {
        let root = tempfile::tempdir().unwrap();
        let folder = RunFolder::create(root.path()).unwrap();
        let stop = AtomicBool::new(false);
        train(&recipe(sets), &folder, &stop, &mut [])
            .unwrap_err()
            .to_string()
    };
    let message = refused(&[("data.hold_out", "[\"nobody\"]")]);
    assert!(
        message.contains("data.hold_out: wanted some of noto, twemoji"),
        "{message}"
    );
    let message = refused(&[("data.captions", "[\"poem\"]")]);
    assert!(
        message.contains("data.captions: wanted name, keywords"),
        "{message}"
    );
    let parse = |text: &str| {
        Recipe::parse(text, "here".as_ref(), &[])
            .unwrap_err()
            .to_string()
    };
    let message = parse(
        "[loss]\nkind = \"ladder\"\nthresholds = [0.3, 0.5]\nmargins = [0.1, 0.1, 0.1]\nbetas = [1, 1, 1]",
    );
    assert!(
        message.contains("0.3") && message.contains("0.5"),
        "{message}"
    );
    let message = parse("[data]\nset = \"emoji-captions\"");
    assert!(
        message.contains("model.kind: wanted \"towers\""),
        "{message}"
    );
    let message = parse("[model]\nkind = \"towers\"\n[model.text]\npath = \"x\"");
    assert!(
        message.contains("data.set: wanted images with captions"),
        "{message}"
    );
    let message = refused(&[
        ("model.picture.kind", "picture"),
        ("model.picture.path", "nowhere"),
    ]);
    assert!(message.contains("nowhere"), "{message}");
    let message = refused(
        &pretrained("encoder")
            .into_iter()
            .chain([("model.picture.path", text().to_str().unwrap())])
            .collect::<Vec<_>>(),
    );
    assert!(
        message.contains("model_type: wanted vit, dinov2"),
        "{message}"
    );
    let message = parse(
        "[data]\nset = \"emoji-captions\"\n[augment]\nflip = true\n[model]\nkind = \"towers\"\n\
         [model.picture]\nkind = \"picture\"\npath = \"x\"\nfreeze = \"encoder\"",
    );
    assert!(
        message.contains("augment: wanted none with freeze"),
        "{message}"
    );
    let message = parse(
        "[data]\nset = \"emoji-captions\"\n[model]\nkind = \"towers\"\n[model.picture]\nkind = \"picture\"",
    );
    assert!(message.contains("model.picture.path"), "{message}");
    let message = parse("[data]\nset = \"emoji-captions\"\n[model]\nkind = \"towers\"");
    assert!(message.contains("model.text.path"), "{message}");
}

/// A picture network that others have trained, in the place of the small one.
fn pretrained(freeze: &'static str) -> [(&'static str, &'static str); 5] {
    [
        ("model.picture.kind", "picture"),
        (
            "model.picture.path",
            concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../nn/tests/models/towers/efficientnet"
            ),
        ),
        ("model.picture.freeze", freeze),
        ("preprocess.size", "32"),
        ("curriculum.steps", "1"),
    ]
}

#[test]
fn a_pretrained_network_of_pictures_is_trained_and_opens_again() {
    for freeze in ["encoder", "nothing"] {
        let root = tempfile::tempdir().unwrap();
        let (whole, parts) = (root.path().join("whole"), root.path().join("parts"));
        let recipe = recipe(&pretrained(freeze));
        let (_, witness) = run(&recipe, &whole);
        assert!(witness.steps.iter().all(|step| step.gradient_norm > 0.0));
        let stop = AtomicBool::new(false);
        let mut witness = Witness {
            stop: Some((2, &stop)),
            ..Witness::default()
        };
        let folder = RunFolder::create(&parts).unwrap();
        train(&recipe, &folder, &stop, &mut [&mut witness]).unwrap();
        train(
            &recipe,
            &RunFolder::open(&parts).unwrap(),
            &AtomicBool::new(false),
            &mut [],
        )
        .unwrap();
        for name in ["picture/model.safetensors", "picture/head.safetensors"] {
            assert!(
                bytes(&whole, name) == bytes(&parts, name),
                "{freeze}: {name} differs"
            );
        }
        let published =
            std::fs::read(Path::new(pretrained(freeze)[1].1).join("config.json")).unwrap();
        assert_eq!(bytes(&whole, "picture/config.json"), published);
        let both = TwoModel::open(&whole.join("model"), &cpu()).unwrap();
        let picture = image(&both);
        let pixels: Vec<f32> = (0..32 * 32 * 3).map(|i| (i as f32 * 0.1).sin()).collect();
        let row = picture.embed(&pixels).unwrap();
        let norm: f32 = row.iter().map(|v| v * v).sum();
        assert!(row.len() == 8 && (norm - 1.0).abs() < 1e-5);
    }
}

#[test]
fn a_frozen_encoder_stays_as_it_is_and_what_it_gives_is_kept() {
    let root = tempfile::tempdir().unwrap();
    let steps = |micro: &str| {
        let mut sets = pretrained("encoder").to_vec();
        sets.push(("train.micro_batch", micro));
        let path = root.path().join(micro);
        let (_, witness) = run(&recipe(&sets), &path);
        (
            witness.steps[5].loss,
            bytes(&path, "picture/model.safetensors"),
        )
    };
    let ((loss, weights), (other, _)) = (steps("32"), steps("5"));
    assert!((loss - other).abs() <= 1e-4 * loss, "{loss} {other}");
    let before = PictureModel::open(pretrained("encoder")[1].1, &Default::default()).unwrap();
    let published = before.files().unwrap();
    let published = published
        .iter()
        .find(|(name, _)| name == "model.safetensors");
    assert!(published.unwrap().1 == weights, "a frozen weight changed");
}

#[test]
fn a_text_tower_is_trained_from_nothing() {
    let root = tempfile::tempdir().unwrap();
    for layers in ["0", "2"] {
        let sets = [
            ("model.text.fresh.layers", layers),
            ("model.text.fresh.hidden", "16"),
            ("model.text.fresh.heads", "2"),
            ("optimizer.learning_rate", "0.01"),
        ];
        let path = root.path().join(layers);
        let (_, witness) = run(&recipe(&sets), &path);
        assert!(witness.steps.iter().all(|step| step.gradient_norm > 0.0));
        let text = tercet_nn::SentenceModel::open(path.join("model/text"), &Default::default());
        let rows = text.unwrap().embed(&["red fruit", "a cat"]).unwrap();
        assert!(rows.dim == 8 && rows.numbers[..8] != rows.numbers[8..]);
    }
    let sets = [
        ("model.text.fresh.layers", "1"),
        ("model.text.freeze", "encoder"),
    ];
    let owned = sets.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let message = Recipe::parse(&recipe(&[]).to_toml(), "here".as_ref(), &owned);
    let message = message.unwrap_err().to_string();
    assert!(
        message.contains("model.text.freeze: wanted \"nothing\" for"),
        "{message}"
    );
}

#[test]
fn a_scale_is_learnt_and_a_resumed_run_goes_on_with_it() {
    for optimizer in ["adamw", "sgd"] {
        let recipe = recipe(&[
            ("loss.kind", "info-nce"),
            ("loss.scale", "10.0"),
            ("optimizer.kind", optimizer),
            ("optimizer.learn_scale", "true"),
            ("optimizer.warmup_steps", "0"),
            ("curriculum.steps", "1"),
        ]);
        let root = tempfile::tempdir().unwrap();
        let (whole, parts) = (root.path().join("whole"), root.path().join("parts"));
        let (_, witness) = run(&recipe, &whole);
        let scales: Vec<Option<f64>> = witness.steps.iter().map(|step| step.scale).collect();
        // The first step is that of the curriculum, whose loss has no scale.
        assert_eq!(scales[0], None);
        assert!((scales[1].unwrap() - 10.0).abs() < 1e-5);
        let later: Vec<f64> = scales[2..].iter().map(|scale| scale.unwrap()).collect();
        assert!(
            later.iter().all(|scale| (scale - 10.0).abs() > 1e-4),
            "{later:?}"
        );
        let stop = AtomicBool::new(false);
        let mut first = Witness {
            stop: Some((3, &stop)),
            ..Witness::default()
        };
        let folder = RunFolder::create(&parts).unwrap();
        train(&recipe, &folder, &stop, &mut [&mut first]).unwrap();
        let mut rest = Witness::default();
        let folder = RunFolder::open(&parts).unwrap();
        train(&recipe, &folder, &AtomicBool::new(false), &mut [&mut rest]).unwrap();
        let all = first.steps.iter().chain(&rest.steps).map(|step| step.scale);
        assert!(all.eq(scales));
        let name = "picture/model.safetensors";
        assert!(bytes(&whole, name) == bytes(&parts, name), "{optimizer}");
    }
    let sets = ("optimizer.learn_scale".to_owned(), "true".to_owned());
    let message = Recipe::parse(&recipe(&[]).to_toml(), "here".as_ref(), &[sets]);
    let message = message.unwrap_err().to_string();
    assert!(
        message.contains("wanted false with a loss that has no scale"),
        "{message}"
    );
}

#[test]
fn a_run_does_not_go_on_with_another_frozen_encoder() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("network");
    std::fs::create_dir(&folder).unwrap();
    let published = pretrained("encoder")[1].1;
    for name in ["config.json", "model.safetensors"] {
        std::fs::copy(Path::new(published).join(name), folder.join(name)).unwrap();
    }
    let mut sets = pretrained("encoder");
    sets[1].1 = Box::leak(folder.display().to_string().into_boxed_str());
    let stop = AtomicBool::new(false);
    let mut witness = Witness {
        stop: Some((2, &stop)),
        ..Witness::default()
    };
    let path = root.path().join("run");
    train(
        &recipe(&sets),
        &RunFolder::create(&path).unwrap(),
        &stop,
        &mut [&mut witness],
    )
    .unwrap();
    let weights = folder.join("model.safetensors");
    let mut bytes = std::fs::read(&weights).unwrap();
    let head = 8 + u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    for number in bytes[head..].chunks_exact_mut(4) {
        number[2] ^= 0x40;
    }
    std::fs::write(&weights, bytes).unwrap();
    let again = RunFolder::open(&path).unwrap();
    let outcome = train(&recipe(&sets), &again, &AtomicBool::new(false), &mut []);
    let message = outcome.unwrap_err().to_string();
    assert!(
        message.contains("wanted the frozen weights that the run began with"),
        "{message}"
    );
}
