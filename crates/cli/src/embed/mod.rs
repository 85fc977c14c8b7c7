//! `tercet embed`: pictures or texts to rows of numbers.

mod lines;
mod pictures;
mod texts;

use std::path::PathBuf;

use clap::Args;
use tercet::train::AnyModel;

use crate::Ending;
use crate::arrays::Format;
use crate::opened::OpenedModel;

/// Embed the pictures of a folder, or texts
///
/// Writes one row of numbers per picture or text. Beside the file of pictures' rows goes a CSV with the path of each
/// row's picture; texts keep their order.
#[derive(Debug, Args)]
pub(crate) struct Embed {
    /// The folder of a model, or of a run (of two towers the one that fits the input); for texts also a sentence-transformers folder or a name on the hub
    model: PathBuf,

    /// A folder of PNG, JPEG or WebP pictures, at any depth; or a file of texts, one per line or as .jsonl; or - for
    /// standard input
    input: PathBuf,

    /// The file to write: .npy or .safetensors (one tensor, `embeddings`), 32-bit floats (inputs, dim)
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    /// The key that holds the text where lines are JSON objects: those of .jsonl files [default: text], and with this
    /// flag those of any input
    #[arg(long, value_name = "NAME")]
    column: Option<String>,

    /// What is put before every text: the name of one of the model's prompts, or the words themselves
    #[arg(long, value_name = "NAME")]
    prompt: Option<String>,

    /// Fail at the first picture that cannot be read, instead of skipping it
    #[arg(long)]
    strict: bool,
}

impl Embed {
    pub(crate) fn run(self) -> anyhow::Result<Ending> {
        let format = Format::of("--out", &self.out)?;
        match OpenedModel::open(&self.model)?.model {
            AnyModel::Pictures(model) => pictures::run(&self, &model, format),
            AnyModel::Sentences(model) => texts::run(&self, &model, format),
            AnyModel::Towers(towers) if self.input.is_dir() => {
                pictures::run(&self, &towers.picture, format)
            }
            AnyModel::Towers(towers) => texts::run(&self, &towers.text, format),
            _ => anyhow::bail!(
                "{}: wanted a model of pictures or texts",
                self.model.display()
            ),
        }
    }
}
