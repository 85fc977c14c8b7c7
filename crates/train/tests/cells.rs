//! Every way in which rows belong together, on every kind of input, through one network and through two: each trains ten
//! steps, ends resumed in the same bits, and is judged.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use tempfile::TempDir;
use tercet_data::Dataset;
use tercet_train::{Error, Event, Observer, Recipe, RunFolder, RunOutcome, train};

/// Classes, and items of each.
const CLASSES: usize = 12;
const EACH: usize = 3;
const ITEMS: usize = CLASSES * EACH;
/// Numbers per row of vectors.
const WIDTH: usize = 6;

/// What is embedded.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Input {
    Image,
    Text,
    Vector,
}

/// How rows belong together.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Tie {
    Classes,
    Paths,
    Sets,
    Pairs,
    Triplets,
    Scored,
    Judged,
}

const INPUTS: [Input; 3] = [Input::Image, Input::Text, Input::Vector];
const TIES: [Tie; 7] = [
    Tie::Classes,
    Tie::Paths,
    Tie::Sets,
    Tie::Pairs,
    Tie::Triplets,
    Tie::Scored,
    Tie::Judged,
];

/// Images, rows of numbers, and every table.
fn files() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let emoji = tercet_data::emoji().unwrap();
    for item in 0..ITEMS {
        let image = emoji.image(9 * item).unwrap();
        image
            .save(folder.path().join(format!("{item}.png")))
            .unwrap();
    }
    let numbers: Vec<f32> = (0..ITEMS * WIDTH).map(|i| (i as f32 * 0.7).sin()).collect();
    std::fs::write(folder.path().join("rows.npy"), npy(&numbers)).unwrap();
    for input in INPUTS {
        for tie in TIES {
            let (name, table) = table(input, tie);
            std::fs::write(folder.path().join(name), table).unwrap();
        }
    }
    folder
}

/// 32-bit floats, `(n, WIDTH)`, in NumPy's format, version 1.
fn npy(numbers: &[f32]) -> Vec<u8> {
    let rows = numbers.len() / WIDTH;
    let head = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {WIDTH}), }}");
    let padded = format!("{head:<117}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((padded.len() as u16).to_le_bytes());
    bytes.extend(padded.as_bytes());
    bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    bytes
}

/// How a table names an item.
fn cell(input: Input, item: usize) -> String {
    match input {
        Input::Image => format!("{item}.png"),
        Input::Text => format!("text {} of {}", item % EACH, item / EACH),
        Input::Vector => item.to_string(),
    }
}

fn label(tie: Tie, class: usize) -> String {
    match tie {
        Tie::Paths => format!("{}/{class}", class % 3),
        Tie::Sets => format!("{class};{}", (class + 1) % CLASSES),
        _ => format!("class {class}"),
    }
}

/// The name of a file of rows and what is in it.
fn table(input: Input, tie: Tie) -> (String, String) {
    let name = format!("{input:?}-{tie:?}").to_lowercase();
    let (first, second) = match input {
        Input::Image => ("path_a", "path_b"),
        Input::Text => ("text_a", "text_b"),
        Input::Vector => ("row_a", "row_b"),
    };
    let (mut text, extension) = match (tie, input) {
        (Tie::Classes | Tie::Paths | Tie::Sets, Input::Vector) => (String::new(), "txt"),
        (Tie::Classes | Tie::Paths | Tie::Sets, Input::Image) => ("path,label\n".into(), "csv"),
        (Tie::Classes | Tie::Paths | Tie::Sets, Input::Text) => ("text,label\n".into(), "csv"),
        (Tie::Pairs, _) => ("anchor,positive\n".into(), "csv"),
        (Tie::Triplets, _) => ("anchor,positive,negative\n".into(), "csv"),
        (Tie::Scored, _) => (format!("{first},{second},score\n"), "csv"),
        (Tie::Judged, _) => (format!("{first},{second},same\n"), "csv"),
    };
    let cell = |item: usize| cell(input, item % ITEMS);
    for item in 0..ITEMS {
        let (own, next, far) = (cell(item), cell(item + 1), cell(item + 7));
        match tie {
            Tie::Classes | Tie::Paths | Tie::Sets => {
                let label = label(tie, item / EACH);
                match input {
                    Input::Vector => writeln!(text, "{label}").unwrap(),
                    _ => writeln!(text, "{own},{label}").unwrap(),
                }
            }
            Tie::Pairs => writeln!(text, "{own},{next}").unwrap(),
            Tie::Triplets => writeln!(text, "{own},{next},{far}").unwrap(),
            Tie::Scored => writeln!(text, "{own},{next},{}", (item % 5) as f64 / 4.0).unwrap(),
            Tie::Judged => writeln!(text, "{own},{next},{}", item % 3 == 0).unwrap(),
        }
    }
    (format!("{name}.{extension}"), text)
}

fn data(folder: &Path, input: Input, tie: Tie) -> String {
    let labelled = matches!(tie, Tie::Classes | Tie::Paths | Tie::Sets);
    let set = match input {
        Input::Image => "manifest",
        Input::Text => "texts",
        Input::Vector => "vectors",
    };
    let path = folder.join(table(input, tie).0);
    let mut text = format!("[data]\nset = {set:?}\npath = {path:?}\n");
    if input == Input::Vector {
        writeln!(text, "vectors = {:?}", folder.join("rows.npy")).unwrap();
    }
    match (labelled, input) {
        (true, Input::Image | Input::Vector) => text += "validation = 0.0\ntest = 0.4\n",
        _ => writeln!(text, "test_path = {path:?}").unwrap(),
    }
    match tie {
        Tie::Paths => text += "labels = \"paths\"\n",
        Tie::Sets => text += "labels = \"sets\"\n",
        _ => {}
    }
    text + match labelled {
        true => "[sampler]\nkind = \"pk\"\nclasses = 4\nsamples = 2\n",
        false => "[sampler]\nkind = \"rows\"\nbatch = 8\n",
    }
}

fn network(input: Input) -> String {
    let bert = Path::new(env!("CARGO_MANIFEST_DIR")).join("../nn/tests/models/bert");
    match input {
        Input::Image => "kind = \"convnet\"\nwidths = [8]\nstrides = [2]\n".to_owned(),
        Input::Text => format!("kind = \"sentence\"\npath = {bert:?}\n"),
        Input::Vector => "kind = \"mlp\"\nhidden = [8]\n".to_owned(),
    }
}

fn model(input: Input, two: bool) -> String {
    let one = network(input);
    match (two, input) {
        (true, _) => format!(
            "[model]\nkind = \"towers\"\ndim = 8\n[model.query]\n{one}[model.document]\n{one}"
        ),
        (false, Input::Text) => format!("[model]\n{one}"),
        (false, _) => format!("[model]\n{one}dim = 8\n"),
    }
}

fn loss(tie: Tie) -> &'static str {
    match tie {
        Tie::Classes => "kind = \"triplet\"\nselect = \"semi-hard:nearest-above\"\n",
        Tie::Paths => {
            "kind = \"ladder\"\nthresholds = [0.4]\nmargins = [0.2, 0.1]\nbetas = [1.0, 0.5]\n"
        }
        Tie::Sets => "kind = \"multi-similarity\"\n",
        Tie::Pairs => "kind = \"info-nce\"\n",
        Tie::Triplets => "kind = \"given-triplet\"\n",
        Tie::Scored => "kind = \"cosent\"\n",
        Tie::Judged => "kind = \"contrastive\"\n",
    }
}

#[derive(Default)]
struct Witness<'a> {
    losses: Vec<f64>,
    stop: Option<(u64, &'a AtomicBool)>,
}

impl Observer for Witness<'_> {
    fn observe(&mut self, event: &Event) -> Result<(), Error> {
        if let Event::Step(step) = event {
            self.losses.push(step.loss);
        }
        if let Some((step, flag)) = self.stop {
            flag.fetch_or(event.step() >= step, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// The weights of every network of a run.
fn weights(run: &Path) -> Vec<Vec<u8>> {
    let sides = ["", "query", "document", "picture", "text"];
    let paths = sides
        .iter()
        .map(|side| run.join("model").join(side).join("model.safetensors"));
    let paths: Vec<PathBuf> = paths.filter(|path| path.is_file()).collect();
    assert!(!paths.is_empty(), "no weights in {}", run.display());
    paths
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect()
}

fn whole<'a>(recipe: &Recipe, path: &Path) -> Result<(RunOutcome, Witness<'a>), Error> {
    let mut witness = Witness::default();
    let folder = RunFolder::create(path)?;
    let outcome = train(
        recipe,
        &folder,
        &AtomicBool::new(false),
        &mut [&mut witness],
    )?;
    Ok((outcome, witness))
}

/// A run that is interrupted after five steps and taken up again.
fn resumed(recipe: &Recipe, path: &Path) -> Result<(), Error> {
    let stop = AtomicBool::new(false);
    let mut witness = Witness {
        stop: Some((5, &stop)),
        ..Witness::default()
    };
    let folder = RunFolder::create(path)?;
    let left = train(recipe, &folder, &stop, &mut [&mut witness])?;
    assert_eq!(left.interrupted, Some(5));
    let folder = RunFolder::open(path)?;
    train(recipe, &folder, &AtomicBool::new(false), &mut []).map(drop)
}

/// Trains, resumes, and is judged.
fn holds(name: &str, text: &str) -> Result<(), String> {
    let text = format!(
        "{text}[optimizer]\nlearning_rate = 1e-2\nwarmup_steps = 0\n[train]\nsteps = 10\n\
         evaluate_every = 100\ncheckpoint_every = 5\n[evaluate]\nepisodes = 4\n"
    );
    let failed = |what: &str, error: &dyn std::fmt::Display| format!("{name}: {what}: {error}");
    let recipe = Recipe::parse(&text, "cell.toml".as_ref(), &[]);
    let recipe = recipe.map_err(|error| failed("recipe", &error))?;
    let root = tempfile::tempdir().unwrap();
    let (one, two) = (root.path().join("whole"), root.path().join("resumed"));
    let (outcome, witness) = whole(&recipe, &one).map_err(|error| failed("run", &error))?;
    if witness.losses.len() != 10 || witness.losses.iter().all(|&loss| loss == 0.0) {
        return Err(failed("losses", &format!("{:?}", witness.losses)));
    }
    if outcome.scores.is_empty() {
        return Err(failed("scores", &"none"));
    }
    resumed(&recipe, &two).map_err(|error| failed("resumed", &error))?;
    match weights(&one) == weights(&two) {
        true => Ok(()),
        false => Err(failed("resumed", &"other bits")),
    }
}

#[test]
fn every_relation_of_every_input_through_one_network_and_two() {
    let folder = files();
    let mut wrong = Vec::new();
    for input in INPUTS {
        for tie in TIES {
            for two in [false, true] {
                let data = data(folder.path(), input, tie);
                let text = format!("{data}{}[loss]\n{}", model(input, two), loss(tie));
                let name = format!("{input:?} {tie:?} {}", if two { "two" } else { "one" });
                wrong.extend(holds(&name, &text).err());
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Images with captions, with and without captions that are known not to fit.
#[test]
fn captions_with_hard_negatives() {
    let folder = files();
    let mut tables = [
        "path,caption\n".to_owned(),
        "path,caption,negative_caption\n".to_owned(),
    ];
    for item in 0..ITEMS {
        writeln!(tables[0], "{item}.png,a drawing of {item}").unwrap();
        writeln!(
            tables[1],
            "{item}.png,a drawing of {item},a photograph of {item}"
        )
        .unwrap();
    }
    let bert = Path::new(env!("CARGO_MANIFEST_DIR")).join("../nn/tests/models/bert");
    for (kind, table) in ["plain", "hard"].into_iter().zip(tables) {
        let path = folder.path().join(format!("{kind}.csv"));
        std::fs::write(&path, table).unwrap();
        let text = format!(
            "[data]\nset = \"captioned\"\npath = {path:?}\nvalidation = 0.0\ntest = 0.3\n\
             [sampler]\nkind = \"rows\"\nbatch = 8\n[model]\nkind = \"towers\"\ndim = 8\n\
             [model.picture]\nkind = \"convnet\"\nwidths = [8]\nstrides = [2]\n\
             [model.text]\npath = {bert:?}\n[loss]\nkind = \"info-nce\"\n"
        );
        holds(kind, &text).unwrap();
    }
}
