//! Opens a model, embeds the lines of standard input, and writes the model's folder anew.
//!
//! ```text
//! cargo run --release -p tercet-nn --example rewrite -- MODEL OUT < sentences.txt
//! ```
//!
//! MODEL is a folder or a name on the Hugging Face hub. OUT gets the folder's files, and
//! `embeddings.json` with the lines and their embeddings; `reference/open_in_python.py OUT` then holds
//! both against sentence-transformers.

use std::io::Read;
use std::path::Path;

use burn::tensor::Device;
use serde_json::json;
use tercet_nn::SentenceModel;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [model, out] = arguments.as_slice() else {
        return Err("wanted MODEL OUT".into());
    };
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let lines: Vec<&str> = text.lines().collect();

    let model = SentenceModel::open(model, &Device::flex())?;
    let start = std::time::Instant::now();
    let embedded = model.embed(&lines)?;
    eprintln!(
        "{} lines, {} of them cut, {} numbers each, in {:.2?}",
        lines.len(),
        embedded.truncated,
        embedded.dim,
        start.elapsed()
    );

    for (name, bytes) in model.files()? {
        let path = Path::new(out).join(name);
        if let Some(folder) = path.parent() {
            fs_err::create_dir_all(folder)?;
        }
        fs_err::write(path, bytes)?;
    }
    let rows: Vec<&[f32]> = embedded.numbers.chunks(embedded.dim).collect();
    let result = json!({ "sentences": lines, "embeddings": rows });
    fs_err::write(Path::new(out).join("embeddings.json"), result.to_string())?;
    Ok(())
}
