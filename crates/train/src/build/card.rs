//! The model card: what a model is, how it came to be, and how to load it.

use std::fmt;
use std::path::Path;

use serde::Serialize;
use tercet_data::Sampler;
use tercet_eval::ScoreTable;
use tercet_kernels::{Criterion, Distance};
use tercet_nn::SentenceModel;

use super::rows::last;
use crate::recipe::{OptimizerRecipe, Recipe};

/// `README.md` of a model's folder, with the header that the Hugging Face hub reads.
pub(crate) struct Card<'a> {
    pub(crate) recipe: &'a Recipe,
    /// The model that training began with.
    pub(crate) base: &'a Path,
    pub(crate) model: &'a SentenceModel,
    /// What was learnt from: file, rows, kind.
    pub(crate) data: &'a str,
    pub(crate) table: &'a ScoreTable,
    pub(crate) distance: Distance,
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
        let Self { recipe, model, .. } = self;
        writeln!(
            f,
            "# A text encoder\n\nIt maps a text of at most {} tokens to {} numbers. Trained with \
             Tercet {} from {}.\n",
            model.max_length(),
            model.dim(),
            env!("CARGO_PKG_VERSION"),
            last(self.base),
        )?;
        writeln!(
            f,
            "## Training\n\n- Data: {}\n- Batches: {} steps\n\n```toml\n{}```\n",
            self.data,
            recipe.train.steps,
            toml::to_string(&Sections::of(recipe)).unwrap_or_default(),
        )
    }

    fn scores(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [Some(before), Some(after)] = ["before", "after"].map(|key| self.table.get(key)) else {
            return Ok(());
        };
        writeln!(
            f,
            "## Scores\n\nOn texts that were not trained on, before and after training; distance {}. Brackets are \
             95 % intervals.\n\n| score | before | after |\n|---|---|---|",
            self.distance
        )?;
        for score in after {
            let old = before.iter().find(|old| old.name == score.name);
            let old = old.map_or_else(String::new, ToString::to_string);
            writeln!(f, "| {} | {old} | {score} |", score.title())?;
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

/// What of a recipe says how the encoder was trained.
#[derive(Serialize)]
struct Sections<'a> {
    sampler: &'a Sampler,
    loss: &'a Criterion,
    optimizer: &'a OptimizerRecipe,
}

impl<'a> Sections<'a> {
    fn of(recipe: &'a Recipe) -> Self {
        Self {
            sampler: &recipe.sampler,
            loss: &recipe.loss,
            optimizer: &recipe.optimizer,
        }
    }
}
