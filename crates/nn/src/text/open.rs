//! From the files of a folder to a model.

use std::path::Path;

use burn::tensor::Device;

use super::encoder::SentenceEncoder;
use super::families::Config;
use super::folder::Folder;
use super::model::SentenceModel;
use super::settings::{Cut, TokenizerConfig};
use super::{hub, tokenize};
use crate::error::Error;
use crate::json;
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
        let mut encoder = SentenceEncoder::new(&plan, None, device);
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

pub(super) fn files(root: &Path) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let there = PASSED_ON.iter().filter(|name| root.join(name).is_file());
    there
        .map(|&name| Ok((name.to_owned(), fs_err::read(root.join(name))?)))
        .collect()
}
