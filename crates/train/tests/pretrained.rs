//! Pictures with a network that others have trained: runs, folders, what is refused.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use tercet_eval::ScoreTable;
use tercet_nn::PictureModel;
use tercet_train::{AnyModel, Event, ImageModel, Observer, Recipe, RunFolder, cpu, train};

fn network(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../nn/tests/models/towers/{name}"))
}

/// Few classes of the embedded pictures.
fn recipe(name: &str, sets: &[(&str, &str)]) -> Result<Recipe, tercet_train::Error> {
    let text = format!(
        "[data]\nvalidation = 0.02\ntest = 0.02\n[sampler]\nkind = \"pk\"\nclasses = 6\nsamples = 3\n\
         [model]\nkind = \"picture\"\npath = {:?}\n[train]\nsteps = 4\nevaluate_every = 4\n\
         [evaluate]\nepisodes = 20",
        network(name)
    );
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    let sets: Vec<(String, String)> = sets.iter().map(owned).collect();
    Recipe::parse(&text, "pretrained.toml".as_ref(), &sets)
}

#[derive(Default)]
struct Losses(Vec<f64>);

impl Observer for Losses {
    fn observe(&mut self, event: &Event) -> Result<(), tercet_train::Error> {
        if let Event::Step(step) = event {
            self.0.push(step.loss);
        }
        Ok(())
    }
}

fn run(recipe: &Recipe, path: &Path) -> Result<(ScoreTable, Vec<f64>), tercet_train::Error> {
    let folder = RunFolder::create(path)?;
    let mut losses = Losses::default();
    let outcome = train(recipe, &folder, &AtomicBool::new(false), &mut [&mut losses])?;
    Ok((outcome.scores, losses.0))
}

#[test]
fn every_family_is_trained_and_opens_again() {
    for (name, size) in [
        ("resnet18", "24"),
        ("efficientnet", "24"),
        ("dinov2", "16"),
        ("clip", "16"),
        ("siglip", "18"),
    ] {
        let root = tempfile::tempdir().unwrap();
        let sets = [("preprocess.size", size), ("model.dim", "8")];
        let (report, losses) = run(&recipe(name, &sets).unwrap(), root.path()).unwrap();
        assert!(report.score("recall_at_1").is_some(), "{name}");
        assert!(losses.iter().all(|loss| *loss > 0.0), "{name}: {losses:?}");
        let folder = root.path().join("model");
        let Ok(AnyModel::Images(model)) = AnyModel::open(&folder, &cpu()) else {
            panic!("{name}: a model of pictures")
        };
        let again = root.path().join("again");
        model.save(&again).unwrap();
        let other = ImageModel::open(&again, &cpu()).unwrap();
        let pixels: Vec<f32> = (0..model.preprocess.numbers())
            .map(|i| (i as f32 * 0.1).sin())
            .collect();
        assert_eq!(
            model.embed(&pixels).unwrap(),
            other.embed(&pixels).unwrap(),
            "{name}"
        );
        assert_eq!(model.dim(), 8);
        // What was trained has other weights than what was published, under the same names.
        let published = PictureModel::open(network(name), &Default::default()).unwrap();
        let bytes = |files: Vec<(String, Vec<u8>)>| {
            let found = files
                .into_iter()
                .find(|(name, _)| name == "model.safetensors");
            found.unwrap().1
        };
        let trained = PictureModel::open(&folder, &Default::default()).unwrap();
        let (before, after) = (
            bytes(published.files().unwrap()),
            bytes(trained.files().unwrap()),
        );
        assert!(before != after && before.len() == after.len(), "{name}");
    }
}

#[test]
fn every_loss_trains_it() {
    for loss in [
        "contrastive",
        "info-nce",
        "nt-xent",
        "sup-con",
        "lifted",
        "generalized-lifted",
        "margin",
        "multi-similarity",
        "circle",
    ] {
        let root = tempfile::tempdir().unwrap();
        let sets = [
            ("preprocess.size", "24"),
            ("model.dim", "8"),
            ("model.freeze", "encoder"),
            ("loss.kind", loss),
        ];
        match recipe("efficientnet", &sets) {
            Ok(recipe) => {
                let (_, losses) = run(&recipe, root.path()).unwrap();
                assert!(
                    losses.iter().all(|loss| loss.is_finite()),
                    "{loss}: {losses:?}"
                );
            }
            Err(error) => panic!("{loss}: {error}"),
        }
    }
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let refused = |name: &str, sets: &[(&str, &str)]| {
        let root = tempfile::tempdir().unwrap();
        let outcome = recipe(name, sets).and_then(|recipe| run(&recipe, root.path()));
        outcome.unwrap_err().to_string()
    };
    let message = refused("dinov2", &[("preprocess.size", "20")]);
    assert!(message.contains("wanted (n, 16, 16, 3)"), "{message}");
    let message = refused("resnet18", &[("model.freeze", "encoder")]);
    assert!(message.contains("model.dim = 128 adds one"), "{message}");
    let sets = [("model.freeze", "layers"), ("model.frozen_layers", "99")];
    let message = refused("resnet18", &sets);
    assert!(
        message.contains("wanted at most 8, the layers"),
        "{message}"
    );
    let message = refused("resnet18", &[("model.frozen_layers", "2")]);
    assert!(
        message.contains("0 without freeze = \"layers\""),
        "{message}"
    );
    let message = refused("resnet18", &[("model.path", "nowhere")]);
    assert!(message.contains("nowhere"), "{message}");
    let message = refused("resnet18", &[("model.pth", "x")]);
    assert!(message.contains("did you mean path?"), "{message}");
}

#[test]
fn pictures_are_prepared_as_the_folder_says() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("network");
    std::fs::create_dir(&folder).unwrap();
    for name in ["config.json", "model.safetensors"] {
        std::fs::copy(network("dinov2").join(name), folder.join(name)).unwrap();
    }
    let said = r#"{"size": {"shortest_edge": 20}, "do_center_crop": true,
        "crop_size": {"height": 16, "width": 16}, "resample": 3, "image_mean": [0.1, 0.2, 0.3],
        "image_std": [0.5, 0.6, 0.7]}"#;
    std::fs::write(folder.join("preprocessor_config.json"), said).unwrap();
    let path = folder.to_str().unwrap();
    let preprocess = |sets: &[(&str, &str)]| {
        let mut sets = sets.to_vec();
        sets.extend([("model.path", path), ("model.dim", "8")]);
        let root = tempfile::tempdir().unwrap();
        run(&recipe("dinov2", &sets).unwrap(), root.path()).unwrap();
        ImageModel::open(&root.path().join("model"), &cpu())
            .unwrap()
            .preprocess
    };
    let asked: tercet_data::Preprocess = serde_json::from_str(said).unwrap();
    assert_eq!(preprocess(&[]), asked);
    assert_eq!(ImageModel::open(&folder, &cpu()).unwrap().preprocess, asked);
    // What a recipe says comes first.
    let other = preprocess(&[
        ("preprocess.size", "16"),
        ("preprocess.resample", "bilinear"),
    ]);
    assert_eq!(
        (other.shortest_edge(), other.image_mean()),
        (None, [0.1, 0.2, 0.3])
    );
    let cropped = preprocess(&[
        ("preprocess.size", "16"),
        ("preprocess.shortest_edge", "18"),
    ]);
    assert_eq!(cropped.shortest_edge(), Some(18));
    // A step that is not here, with the file named, on both ways to it.
    let other = r#"{"size": 16, "do_resize": false}"#;
    std::fs::write(folder.join("preprocessor_config.json"), other).unwrap();
    let wanted = format!("{path}/preprocessor_config.json: wanted pictures");
    let message = ImageModel::open(&folder, &cpu()).unwrap_err().to_string();
    assert!(message.starts_with(&wanted), "{message}");
    let recipe = recipe("dinov2", &[("model.path", path)]).unwrap();
    let message = run(&recipe, &place.path().join("run"))
        .unwrap_err()
        .to_string();
    assert!(message.starts_with(&wanted), "{message}");
    // A folder whose pictures would not fit its network.
    std::fs::write(folder.join("preprocessor_config.json"), r#"{"size": 20}"#).unwrap();
    let message = ImageModel::open(&folder, &cpu()).unwrap_err().to_string();
    assert!(message.contains("wanted (n, 16, 16, 3)"), "{message}");
}
