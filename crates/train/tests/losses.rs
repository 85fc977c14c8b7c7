//! Every loss of the library trains from a recipe, with what it learns itself and what it remembers, and goes on after an
//! interruption in the same bits.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use tercet_train::{Error, Event, Observer, Recipe, RunFolder, Step, train};

const IMAGES: &str = "[data]\nvalidation = 0.02\ntest = 0.0\n[sampler]\nkind = \"pk\"\nclasses = 6\nsamples = 3\n\
    [model]\nkind = \"convnet\"\nwidths = [8]\nstrides = [2]\ndim = 8\n";

/// Texts with labels.
fn texts() -> String {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    format!(
        "[data]\nset = \"texts\"\npath = {:?}\n[sampler]\nkind = \"pk\"\nclasses = 4\nsamples = 2\n\
         [model]\nkind = \"sentence\"\npath = {:?}\ndense = 8\n",
        here.join("../../assets/wordnet/labelled.jsonl"),
        here.join("../nn/tests/models/bert"),
    )
}

#[derive(Default)]
struct Witness<'a> {
    steps: Vec<Step>,
    stop: Option<(u64, &'a AtomicBool)>,
}

impl Observer for Witness<'_> {
    fn observe(&mut self, event: &Event) -> Result<(), Error> {
        if let Event::Step(step) = event {
            self.steps.push((**step).clone());
        }
        if let Some((step, flag)) = self.stop {
            flag.fetch_or(event.step() >= step, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// The recipe of six steps by a loss; `more` may hold further sections.
fn recipe(data: &str, loss: &str) -> Result<Recipe, Error> {
    let text =
        format!("{data}{loss}\n[train]\nsteps = 6\nevaluate_every = 100\ncheckpoint_every = 3\n");
    Recipe::parse(&text, "loss.toml".as_ref(), &[])
}

fn run(recipe: &Recipe, path: &Path, stop: Option<u64>) -> Result<Vec<Step>, Error> {
    let folder = match path.join("recipe.toml").is_file() {
        true => RunFolder::open(path)?,
        false => RunFolder::create(path)?,
    };
    let flag = AtomicBool::new(false);
    let mut witness = Witness {
        stop: stop.map(|step| (step, &flag)),
        ..Witness::default()
    };
    train(recipe, &folder, &flag, &mut [&mut witness])?;
    Ok(witness.steps)
}

/// The files of a run's model: its weights, and what its loss has learnt.
fn files(run: &Path) -> Vec<Option<Vec<u8>>> {
    let names = [
        "model.safetensors",
        "criterion.safetensors",
        "2_Dense/model.safetensors",
    ];
    let files: Vec<_> = names
        .iter()
        .map(|name| std::fs::read(run.join("model").join(name)).ok())
        .collect();
    assert!(files[0].is_some());
    files
}

/// Learns, goes on after an interruption in the same bits; whether the loss has learnt something itself.
fn holds(data: &str, loss: &str) -> Result<bool, String> {
    let failed = |error: Error| format!("{loss}: {error}");
    let recipe = recipe(data, loss).map_err(failed)?;
    let root = tempfile::tempdir().unwrap();
    let (whole, resumed) = (root.path().join("whole"), root.path().join("resumed"));
    let steps = run(&recipe, &whole, None).map_err(failed)?;
    let norms: Vec<f64> = steps.iter().map(|step| step.gradient_norm).collect();
    if norms.len() != 6 || !norms.iter().all(|norm| *norm > 0.0) {
        return Err(format!("{loss}: gradients of {norms:?}"));
    }
    run(&recipe, &resumed, Some(3)).map_err(failed)?;
    run(&recipe, &resumed, None).map_err(failed)?;
    match files(&whole) == files(&resumed) {
        true => Ok(files(&whole)[1].is_some()),
        false => Err(format!("{loss}: resumed in other bits")),
    }
}

/// A loss, and whether it learns something itself.
const LOSSES: [(&str, bool); 27] = [
    (
        "[loss]\nkind = \"triplet\"\nselect = \"semi-hard:nearest-above\"",
        false,
    ),
    (
        "[loss]\nkind = \"triplet\"\nselect = \"hardest\"\nswap = true",
        false,
    ),
    ("[loss]\nkind = \"contrastive\"", false),
    (
        "[loss]\nkind = \"contrastive\"\nform = \"linear\"\npositive_margin = 0.1",
        false,
    ),
    ("[loss]\nkind = \"info-nce\"\nlearn = true", true),
    ("[loss]\nkind = \"info-nce\"\nhardness = 1.0", false),
    ("[loss]\nkind = \"nt-xent\"\nlearn = true", true),
    ("[loss]\nkind = \"sup-con\"", false),
    ("[loss]\nkind = \"n-pair\"", false),
    ("[loss]\nkind = \"vse\"", false),
    ("[loss]\nkind = \"lifted\"", false),
    ("[loss]\nkind = \"generalized-lifted\"", false),
    ("[loss]\nkind = \"margin\"\nlearn = true", true),
    ("[loss]\nkind = \"multi-similarity\"", false),
    ("[loss]\nkind = \"circle\"", false),
    ("[loss]\nkind = \"proxy-anchor\"", true),
    ("[loss]\nkind = \"proxy-nca\"", true),
    ("[loss]\nkind = \"arc-face\"", true),
    ("[loss]\nkind = \"cos-face\"", true),
    ("[loss]\nkind = \"soft-triple\"", true),
    ("[loss]\nkind = \"sigmoid\"", true),
    ("[loss]\nkind = \"sigmoid\"\nlearn = false", false),
    ("[loss]\nkind = \"histogram\"", false),
    (
        "[loss]\nkind = \"triplet\"\n[memory]\nsize = 40\nwarmup_steps = 2",
        false,
    ),
    (
        "[[loss]]\nkind = \"triplet\"\n[[loss]]\nkind = \"spread\"\nweight = 0.1\n[[loss]]\nkind = \"proxy-anchor\"\nweight = 0.5",
        true,
    ),
    (
        "[loss]\nkind = \"proxy-anchor\"\ndims = [8, 4]\ndim_weights = [1.0, 0.5]",
        true,
    ),
    (
        "[loss]\nkind = \"arc-face\"\n[optimizer]\nkind = \"sgd\"\nlearning_rate = 0.01",
        true,
    ),
];

#[test]
fn every_loss_trains_on_images_and_texts_and_resumes_in_the_same_bits() {
    let mut wrong = Vec::new();
    for (loss, learns) in LOSSES {
        for data in [IMAGES.to_owned(), texts()] {
            // An N-pair batch has two of a class, and so have the texts here.
            let data = match loss.contains("n-pair") {
                true => data.replace("samples = 3", "samples = 2"),
                false => data,
            };
            match holds(&data, loss) {
                Ok(learnt) if learnt == learns => {}
                Ok(learnt) => wrong.push(format!("{loss}: learnt something itself: {learnt}")),
                Err(error) => wrong.push(error),
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is learnt beside the network moves, and by its own rate.
#[test]
fn proxies_follow_a_rate_of_their_own() {
    let read = |rate: &str| {
        let root = tempfile::tempdir().unwrap();
        let loss = format!("[loss]\nkind = \"proxy-anchor\"\n[optimizer]\ncriterion_rate = {rate}");
        let recipe = recipe(IMAGES, &loss).unwrap();
        let norms: Vec<f64> = run(&recipe, root.path(), None)
            .unwrap()
            .iter()
            .map(|step| step.gradient_norm)
            .collect();
        (files(root.path())[1].clone().unwrap(), norms)
    };
    let (slow, fast) = (read("1.0"), read("100.0"));
    assert_ne!(slow.0, fast.0);
    // The first step sees the same proxies, the next ones do not.
    assert_eq!(slow.1[0], fast.1[0]);
    assert_ne!(slow.1[2], fast.1[2]);
}

#[test]
fn what_cannot_be_learnt_or_remembered_is_refused_by_name() {
    let pairs = texts().replace("labelled", "train").replace(
        "kind = \"pk\"\nclasses = 4\nsamples = 2",
        "kind = \"rows\"\nbatch = 8",
    );
    for (data, loss, wanted) in [
        (pairs.as_str(), "[loss]\nkind = \"arc-face\"", "class"),
        (
            pairs.as_str(),
            "[loss]\nkind = \"info-nce\"\n[memory]\nsize = 100",
            "memory: wanted rows with a class each",
        ),
        (
            IMAGES,
            "[loss]\nkind = \"triplet\"\n[memory]\nsize = 4",
            "memory.size",
        ),
        (
            IMAGES,
            "[loss]\nkind = \"arc-face\"\n[memory]\nsize = 100",
            "memory: wanted a loss that compares rows",
        ),
        (
            IMAGES,
            "[loss]\nkind = \"lifted\"\n[memory]\nsize = 100",
            "memory: wanted a loss that compares rows",
        ),
        (IMAGES, "[loss]\nkind = \"cosent\"", "pairs"),
    ] {
        let root = tempfile::tempdir().unwrap();
        let outcome = recipe(data, loss).and_then(|recipe| run(&recipe, root.path(), None));
        let message = outcome.unwrap_err().to_string();
        assert!(message.contains(wanted), "{loss}: {message}");
    }
}
