//! From text to token ids.

use std::path::Path;

use rayon::prelude::*;
use tokenizers::normalizers::{Lowercase, Sequence};
use tokenizers::{NormalizerWrapper, Tokenizer, TruncationParams};

use super::batch::Tokens;
use crate::error::Error;

/// The tokenizer of a file, made to cut at `max_length` tokens, special ones included, and to pad nothing.
///
/// # Errors
/// There is no such file, it is broken, it has tokens beyond the `vocabulary` of the network, or its
/// special tokens alone are longer than `max_length`.
pub(super) fn read(path: &Path, lower: bool, vocabulary: usize) -> Result<Tokenizer, Error> {
    let bytes = fs_err::read(path)?;
    let broken = |source| Error::Tokenizer {
        path: path.to_owned(),
        source,
    };
    let mut tokenizer = Tokenizer::from_bytes(&bytes).map_err(broken)?;
    tokenizer.with_padding(None);
    if lower {
        let after = tokenizer.get_normalizer().cloned();
        let all: Vec<NormalizerWrapper> = [Some(Lowercase.into()), after]
            .into_iter()
            .flatten()
            .collect();
        let all: NormalizerWrapper = Sequence::new(all).into();
        tokenizer.with_normalizer(Some(all)).map_err(broken)?;
    }
    let last = tokenizer
        .get_vocab(true)
        .into_iter()
        .max_by_key(|(_, id)| *id);
    match last {
        Some((token, id)) if id as usize >= vocabulary => Err(Error::Model {
            path: path.to_owned(),
            key: format!("token {token:?}"),
            wanted: format!("an id below {vocabulary}, the rows of the network's table"),
            given: id.to_string(),
        }),
        _ => Ok(tokenizer),
    }
}

/// Makes the tokenizer cut at `max_length` tokens, special ones included.
///
/// # Errors
/// The special tokens alone are as many.
pub(super) fn cut_at(
    tokenizer: &mut Tokenizer,
    path: &Path,
    max_length: usize,
) -> Result<(), Error> {
    let special = tokenizer.get_post_processor().map_or(0, |processor| {
        tokenizers::PostProcessor::added_tokens(processor, false)
    });
    if max_length <= special {
        return Err(Error::Model {
            path: path.to_owned(),
            key: "longest sentence".into(),
            wanted: format!("more than the {special} special tokens"),
            given: max_length.to_string(),
        });
    }
    let cut = TruncationParams {
        max_length,
        ..TruncationParams::default()
    };
    let broken = |source| Error::Tokenizer {
        path: path.to_owned(),
        source,
    };
    tokenizer.with_truncation(Some(cut)).map_err(broken)?;
    Ok(())
}

/// The tokens of each text, `prompt` put before it; on all threads.
///
/// # Errors
/// The tokenizer refuses a text.
pub(super) fn tokens(
    tokenizer: &Tokenizer,
    prompt: &str,
    texts: &[&str],
) -> Result<Vec<Tokens>, Error> {
    let all = texts.par_iter().enumerate().map(|(text, words)| {
        let words = format!("{prompt}{words}");
        let encoding = tokenizer.encode_fast(words, true);
        let encoding = encoding.map_err(|source| Error::Tokenize { text, source })?;
        Ok(Tokens {
            ids: encoding.get_ids().to_vec(),
            truncated: !encoding.get_overflowing().is_empty(),
        })
    });
    all.collect()
}
