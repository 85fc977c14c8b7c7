//! The model card: what a model is, how it came to be, and how to load it.

use std::fmt;
use std::path::Path;

use tercet_nn::SentenceModel;

use super::rows::Rows;
use crate::RunReport;
use crate::run::Recipe;

/// `README.md` of a model's folder, with the header that the Hugging Face hub reads.
pub(super) struct Card<'a> {
    pub(super) recipe: &'a Recipe,
    /// The model that training began with.
    pub(super) base: &'a Path,
    pub(super) model: &'a SentenceModel,
    pub(super) train: &'a Rows,
    pub(super) report: &'a RunReport,
}

impl fmt::Display for Card<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.header(f)?;
        self.about(f)?;
        self.scores(f)?;
        self.usage(f)
    }
}

impl Card<'_> {
    fn header(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "---\nlibrary_name: sentence-transformers\npipeline_tag: sentence-similarity\ntags:\n\
             - sentence-transformers\n- feature-extraction\n- sentence-similarity\n- tercet\n---\n"
        )
    }

    fn about(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            recipe,
            model,
            train,
            ..
        } = self;
        writeln!(
            f,
            "# A text encoder\n\nIt maps a text of at most {} tokens to {} numbers. Trained with \
             Tercet {} from {}.\n",
            model.max_length(),
            model.dim(),
            env!("CARGO_PKG_VERSION"),
            name(self.base),
        )?;
        writeln!(
            f,
            "## Training\n\n- Data: {}, {} rows, {}\n- Batches: {} steps\n\n```toml\n[sampler]\n{}\n[loss]\n{}\n\
             [optimizer]\n{}```\n",
            name(&train.path),
            train.len(),
            train.kind,
            recipe.train.steps,
            section(&recipe.sampler),
            section(&recipe.loss),
            section(&recipe.optimizer),
        )
    }

    fn scores(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RunReport::Sentences(report) = self.report else {
            return Ok(());
        };
        if report.after.all().is_empty() {
            return Ok(());
        }
        writeln!(
            f,
            "## Scores\n\nOn texts that were not trained on, before and after training; distance {}. Brackets are \
             95 % intervals.\n\n| score | before | after |\n|---|---|---|",
            report.distance
        )?;
        for (name, before, after) in report.lines() {
            writeln!(f, "| {name} | {before} | {after} |")?;
        }
        writeln!(f)
    }

    fn usage(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "## Use\n\nIn Python:\n\n```python\nfrom sentence_transformers import SentenceTransformer\n\n\
             model = SentenceTransformer(\"path/to/this/folder\")\n\
             embeddings = model.encode([\"a first text\", \"a second text\"])\n```\n\n\
             In Rust:\n\n```rust\nlet model = tercet::nn::SentenceModel::open(\"path/to/this/folder\", \
             &Default::default())?;\nlet embedded = model.embed(&[\"a first text\", \"a second text\"])?;\n```\n\n\
             On the command line:\n\n```text\ntercet embed path/to/this/folder texts.txt --out embeddings.npy\n```\n"
        )
    }
}

/// The last part of a path: the rest is nobody's business.
fn name(path: &Path) -> String {
    let last = path.file_name().map(|name| name.to_string_lossy());
    last.map_or_else(|| path.display().to_string(), |name| format!("`{name}`"))
}

fn section<T: serde::Serialize>(keys: &T) -> String {
    toml::to_string(keys).unwrap_or_default()
}
