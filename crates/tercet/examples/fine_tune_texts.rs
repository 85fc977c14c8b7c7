//! Fine-tunes a text encoder of Hugging Face's layout by a recipe, and uses the result.
#![allow(clippy::print_stdout, reason = "an example")]

use std::path::Path;
use std::sync::atomic::AtomicBool;

use tercet::kernels::{Distance, Rows};
use tercet::nn::SentenceModel;
use tercet::train::{Recipe, RunFolder, cpu, train};

/// Pairs of WordNet (a gloss and its example), and a tiny encoder that stands for one from the hub.
const RECIPE: &str = r#"
    [data]
    set = "texts"
    path = "ROOT/assets/wordnet/train.jsonl"
    validation_path = "ROOT/assets/wordnet/validation.jsonl"
    test_path = "ROOT/assets/wordnet/test.jsonl"
    [sampler]
    kind = "rows"
    batch = 32
    [model]
    kind = "sentence"
    path = "ROOT/crates/nn/tests/models/bert"
    [loss]
    kind = "multiple-negatives-ranking"
    [optimizer]
    learning_rate = 1e-3
    [train]
    steps = 30
    evaluate_every = 15
"#;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = RECIPE.replace("ROOT", &root.display().to_string());
    let recipe = Recipe::parse(&text, Path::new("the recipe above"), &[])?;
    let place = tempfile::tempdir()?;
    let folder = RunFolder::create(&place.path().join("run"))?;
    let outcome = train(&recipe, &folder, &AtomicBool::new(false), &mut [])?;
    println!("{}\n", outcome.scores);
    // The folder is one that sentence-transformers opens, too.
    let model = SentenceModel::open(folder.model(), &cpu())?;
    let texts = ["a mutiny", "to raise a mutiny", "the tides ebbed at noon"];
    let rows = model.embed(&texts)?;
    let rows = Rows::new(&rows.numbers, rows.dim)?;
    for (place, text) in texts.iter().enumerate().skip(1) {
        let distance = Distance::Cosine.between(rows.row(0), rows.row(place));
        println!("{distance:.3} from \"{}\" to \"{text}\"", texts[0]);
    }
    Ok(())
}
