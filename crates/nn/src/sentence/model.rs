//! A model with its tokenizer and its files.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use tokenizers::Tokenizer;

use super::batch::Tokens;
use super::encoder::SentenceEncoder;
use super::folder::Folder;
use super::settings::{Cut, General, TokenizerConfig};
use super::{hub, tokenize};
use crate::embedder::Embedder;
use crate::encoder::Config;
use crate::error::Error;
use crate::json;
use crate::ops::Pooling;
use crate::tensors::Tensors;
use crate::weights::{Weight, replace};

/// Files that go with a model as they are.
const PASSED_ON: [&str; 12] = [
    "config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "sentencepiece.bpe.model",
    "sentencepiece.model",
    "spiece.model",
    "unigram.json",
];

/// An encoder with the tokenizer, prompts and files it goes with.
#[derive(Debug, Clone)]
pub struct SentenceModel {
    /// The network.
    pub encoder: SentenceEncoder,
    pub(super) tokenizer: Tokenizer,
    pub(super) general: General,
    pub(super) cut: Cut,
    max_length: usize,
    /// Passed on: files by name, and what the transformer's file has besides its parameters.
    pub(super) files: Vec<(String, Vec<u8>)>,
    pub(super) pooler: Vec<Weight>,
    tokenizer_path: PathBuf,
}

/// Embeddings of texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Embedded {
    /// `(n, d)`, row-major, in the order of the texts.
    pub numbers: Vec<f32>,
    /// Numbers per embedding, `d`.
    pub dim: usize,
    /// Texts that were longer than the model reads, and were cut.
    pub truncated: usize,
}

impl SentenceModel {
    /// A model from a folder in the layout of sentence-transformers or of Hugging Face's transformers.
    ///
    /// With the feature `hub`, what is no folder but looks like `owner/name` is fetched from the Hugging
    /// Face hub, once; later calls find it in the hub's cache.
    ///
    /// # Errors
    /// A file is missing or broken, lacks a parameter or has it in another size, or the files ask for what
    /// is not here: `config.json`, `tokenizer.json` and `model.safetensors` (or its index) must be there.
    pub fn open(folder: impl AsRef<Path>, device: &Device) -> Result<Self, Error> {
        let folder = hub::folder(folder.as_ref())?;
        let Folder {
            root,
            dense,
            plan,
            general,
            cut,
        } = Folder::read(&folder)?;
        let tokenizer_path = root.join("tokenizer.json");
        let vocabulary = plan.transformer.sizes().vocabulary;
        let tokenizer = tokenize::read(&tokenizer_path, cut.do_lower_case, vocabulary)?;
        let mut encoder = SentenceEncoder::new(&plan, device);
        let tensors = Tensors::open(&root)?;
        let prefix = prefix(&tensors, &plan.transformer);
        encoder.transformer = replace(encoder.transformer, &tensors, prefix)?;
        let layers = encoder.dense.into_iter().zip(&dense);
        encoder.dense = layers
            .map(|(dense, folder)| replace(dense, &Tensors::open(folder)?, ""))
            .collect::<Result<_, _>>()?;
        let max_length = longest(&root, &cut)?.min(encoder.positions());
        let model = Self {
            pooler: pooler(&tensors, prefix)?,
            files: files(&root)?,
            encoder,
            tokenizer,
            general,
            cut,
            max_length,
            tokenizer_path,
        };
        model.cut_at(max_length)
    }

    /// The same model that reads at most `max_length` tokens of a text, special ones included.
    ///
    /// # Errors
    /// There are no positions for so many, or it is not more than the special tokens alone.
    pub fn cut_at(mut self, max_length: usize) -> Result<Self, Error> {
        if max_length > self.encoder.positions() {
            return Err(Error::Model {
                path: self.tokenizer_path,
                key: "longest sentence".into(),
                wanted: format!("at most {} tokens", self.encoder.positions()),
                given: max_length.to_string(),
            });
        }
        tokenize::cut_at(&mut self.tokenizer, &self.tokenizer_path, max_length)?;
        self.max_length = max_length;
        Ok(self)
    }

    /// The same model, pooling in this way.
    #[must_use]
    pub fn pooled_by(mut self, pooling: Pooling) -> Self {
        self.encoder.pooling = vec![pooling];
        self
    }

    /// The same model, bringing embeddings to Euclidean norm 1 or leaving them as they are.
    #[must_use]
    pub fn normalizing(mut self, normalize: bool) -> Self {
        self.encoder.normalize = normalize;
        self
    }

    /// Tokens of the longest text it reads, special ones included; the rest is cut off.
    pub fn max_length(&self) -> usize {
        self.max_length
    }

    /// Numbers per embedding, `d`.
    pub fn dim(&self) -> usize {
        self.encoder.dim()
    }

    /// What is put before a text, by name, such as `query`.
    pub fn prompts(&self) -> impl Iterator<Item = (&str, &str)> {
        let prompts = self.general.prompts.iter();
        prompts.map(|(name, prompt)| (name.as_str(), prompt.as_str()))
    }

    /// The prompt that the model puts before texts unless told otherwise; often none, which is empty.
    pub fn default_prompt(&self) -> &str {
        let name = self.general.default_prompt_name.as_ref();
        let prompt = name.and_then(|name| self.general.prompts.get(name));
        prompt.map_or("", String::as_str)
    }

    /// The token ids of texts with the default prompt before each; an empty text has the special tokens.
    ///
    /// # Errors
    /// The tokenizer refuses a text.
    pub fn tokenize(&self, texts: &[&str]) -> Result<Vec<Tokens>, Error> {
        self.tokenize_with(self.default_prompt(), texts)
    }

    /// The token ids of texts with `prompt` before each.
    ///
    /// # Errors
    /// Those of [`Self::tokenize`].
    pub fn tokenize_with(&self, prompt: &str, texts: &[&str]) -> Result<Vec<Tokens>, Error> {
        tokenize::tokens(&self.tokenizer, prompt, texts)
    }

    /// The embeddings of texts with the default prompt before each, without a graph.
    ///
    /// # Errors
    /// The tokenizer refuses a text or gives no token for it.
    pub fn embed(&self, texts: &[&str]) -> Result<Embedded, Error> {
        self.embed_with(self.default_prompt(), texts)
    }

    /// The embeddings of texts with `prompt` before each.
    ///
    /// # Errors
    /// Those of [`Self::embed`].
    pub fn embed_with(&self, prompt: &str, texts: &[&str]) -> Result<Embedded, Error> {
        let tokens = self.tokenize_with(prompt, texts)?;
        Ok(Embedded {
            numbers: self.embed_tokens(&tokens)?,
            dim: self.dim(),
            truncated: tokens.iter().filter(|tokens| tokens.truncated).count(),
        })
    }

    /// The embeddings `(n, d)` of token ids, without a graph.
    ///
    /// # Errors
    /// Those of [`SentenceEncoder::batch`].
    pub fn embed_tokens(&self, sentences: &[Tokens]) -> Result<Vec<f32>, Error> {
        self.encoder.embed_all(sentences)
    }
}

/// What the file puts before every name.
fn prefix(tensors: &Tensors, config: &Config) -> &'static str {
    let embeddings = |prefix: &str| {
        let start = format!("{prefix}embeddings.");
        tensors.names().any(|name| name.starts_with(&start))
    };
    let known = config.prefixes().iter().copied();
    known
        .into_iter()
        .find(|prefix| embeddings(prefix))
        .unwrap_or("")
}

/// The pooler's tensors, which the file's readers in Python want though embeddings do not.
fn pooler(tensors: &Tensors, prefix: &str) -> Result<Vec<Weight>, Error> {
    let start = format!("{prefix}pooler.");
    let names = tensors.names().filter(|name| name.starts_with(&start));
    names
        .map(|name| {
            let size = tensors.size(&name).unwrap_or_default().to_vec();
            let numbers = tensors.numbers(&name, &size)?;
            let name = name[prefix.len()..].to_owned();
            Ok(Weight {
                name,
                size,
                numbers,
            })
        })
        .collect()
}

/// Tokens of the longest text: what the folder says, whatever the positions.
fn longest(root: &Path, cut: &Cut) -> Result<usize, Error> {
    if let Some(longest) = cut.max_seq_length {
        return Ok(longest);
    }
    let config: TokenizerConfig = json::read_if_there(&root.join("tokenizer_config.json"))?;
    Ok(config
        .model_max_length
        .map_or(usize::MAX, |length| length as usize))
}

fn files(root: &Path) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let there = PASSED_ON.iter().filter(|name| root.join(name).is_file());
    there
        .map(|&name| Ok((name.to_owned(), fs_err::read(root.join(name))?)))
        .collect()
}
