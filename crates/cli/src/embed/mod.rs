//! `tercet embed`: pictures, texts or rows of numbers to rows of numbers.

mod images;
mod lines;
mod texts;
mod vectors;

use std::path::PathBuf;

use clap::Args;
use tercet::data::Description;
use tercet::train::AnyModel;

use crate::Ending;
use crate::arrays::Format;
use crate::opened::{OpenedModel, SideName, side};

/// Embed the pictures of a folder, texts, or rows of numbers
///
/// Writes one row of numbers per input. Beside the file of pictures' rows goes a CSV with the path of each row's picture;
/// texts and rows of numbers keep their order.
#[derive(Debug, Args)]
pub(crate) struct Embed {
    /// The folder of a model, or of a run; for texts also a sentence-transformers folder or a name on the hub
    model: PathBuf,

    /// A folder of PNG, JPEG or WebP pictures, at any depth; or a file of texts, one per line or as .jsonl, or - for
    /// standard input; or rows of numbers, .npy or .safetensors
    input: PathBuf,

    /// The file to write: .npy or .safetensors (one tensor, `embeddings`), 32-bit floats (inputs, dim)
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    /// Of a model of two networks, the one that embeds [default: the one that reads what is given, of pictures and
    /// texts]
    #[arg(long, value_name = "SIDE", value_enum)]
    side: Option<SideName>,

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
        let model = OpenedModel::open(&self.model)?.model;
        let is_embedded = Description::of_images(&self.input).set.is_embedded();
        let are_texts = !is_embedded && !self.input.is_dir();
        match side(&model, self.side, are_texts)? {
            AnyModel::Images(model) => images::run(&self, model, format),
            AnyModel::Texts(model) => texts::run(&self, model, format),
            AnyModel::Vectors(network) => vectors::run(&self, network, format),
            _ => anyhow::bail!(
                "{}: wanted a model of pictures, texts or rows of numbers",
                self.model.display()
            ),
        }
    }
}
