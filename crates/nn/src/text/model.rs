//! A model with its tokenizer and its files.

use std::path::PathBuf;

use burn::tensor::Device;
use tokenizers::Tokenizer;

use super::batch::Tokens;
use super::encoder::SentenceEncoder;
use super::settings::{Cut, General};
use super::tokenize;
use crate::embedder::Embedder;
use crate::error::Error;
use crate::ops::Pooling;
use crate::weights::Weight;

/// An encoder with the tokenizer, prompts and files it goes with.
///
/// ```
/// use burn::tensor::Device;
/// use tercet_nn::{Pooling, SentenceModel};
///
/// let model = SentenceModel::open("tests/models/bert", &Device::flex())?;
/// let embedded = model.embed(&["A tercet is a stanza of three lines.", "anchor"])?;
/// assert_eq!((embedded.numbers.len(), embedded.dim, embedded.truncated), (2 * 32, 32, 0));
/// // The folder asks for norm 1, which can be taken back; and so can its mean over tokens.
/// let norm = |row: &[f32]| row.iter().map(|x| x * x).sum::<f32>().sqrt();
/// assert!((norm(&embedded.numbers[..32]) - 1.0).abs() < 1e-5);
/// let other = model.normalizing(false).pooled_by(Pooling::Cls);
/// assert!((norm(&other.embed(&["anchor"])?.numbers) - 1.0).abs() > 0.1);
/// # Ok::<(), tercet_nn::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct SentenceModel {
    /// The network.
    pub encoder: SentenceEncoder,
    pub(super) tokenizer: Tokenizer,
    pub(super) general: General,
    pub(super) cut: Cut,
    pub(super) max_length: usize,
    /// Passed on: files by name, and what the transformer's file has besides its parameters.
    pub(super) files: Vec<(String, Vec<u8>)>,
    pub(super) pooler: Vec<Weight>,
    pub(super) tokenizer_path: PathBuf,
}

/// Embeddings of texts.
#[derive(Debug, Clone, PartialEq)]
pub struct TextEmbeddings {
    /// `(n, d)`, row-major, in the order of the texts.
    pub numbers: Vec<f32>,
    /// Numbers per embedding, `d`.
    pub dim: usize,
    /// Texts that were longer than the model reads, and were cut.
    pub truncated: usize,
}

impl SentenceModel {
    /// This model, which reads at most `max_length` tokens of a text, special ones included.
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

    /// This model, pooling in this way.
    #[must_use]
    pub fn pooled_by(mut self, pooling: Pooling) -> Self {
        self.encoder.pooling = vec![pooling];
        self
    }

    /// This model, bringing embeddings to Euclidean norm 1 or leaving them as they are.
    #[must_use]
    pub fn normalizing(mut self, normalize: bool) -> Self {
        self.encoder.normalize = normalize;
        self
    }

    /// This model with one more layer, a linear map to `features` numbers, before embeddings are brought
    /// to norm 1. Its initial weights, of variance 1 over inputs, are a pure function of (seed, name).
    #[must_use]
    pub fn with_dense(mut self, features: usize, seed: u64, device: &Device) -> Self {
        self.encoder = self.encoder.with_dense(features, seed, device);
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
    pub fn embed(&self, texts: &[&str]) -> Result<TextEmbeddings, Error> {
        self.embed_with(self.default_prompt(), texts)
    }

    /// The embeddings of texts with `prompt` before each.
    ///
    /// # Errors
    /// Those of [`Self::embed`].
    pub fn embed_with(&self, prompt: &str, texts: &[&str]) -> Result<TextEmbeddings, Error> {
        let tokens = self.tokenize_with(prompt, texts)?;
        Ok(TextEmbeddings {
            numbers: self.encoder.embed_all(&tokens)?,
            dim: self.dim(),
            truncated: tokens.iter().filter(|tokens| tokens.truncated).count(),
        })
    }
}
