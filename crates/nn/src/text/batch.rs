//! Token ids, of one sentence and of a batch.

use std::sync::Arc;

use crate::error::Error;
use crate::ops::Sequences;

/// The token ids of a sentence, special tokens included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tokens {
    /// The ids.
    pub ids: Vec<u32>,
    /// Whether the sentence was longer than the model reads, and its end was cut off.
    pub truncated: bool,
}

/// A batch of sentences, one below the other, each with its slot in the batch of the training step.
///
/// Made by [`SentenceEncoder::batch`](super::SentenceEncoder::batch), which checks it.
#[derive(Debug, Clone)]
pub struct TokenBatch {
    pub(crate) ids: Arc<[u32]>,
    pub(crate) sequences: Sequences,
    pub(crate) slots: Arc<[u64]>,
}

/// What a network can read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reads {
    /// Ids are below this.
    pub(super) vocabulary: usize,
    /// Sentences are at most so long.
    pub(super) positions: usize,
}

impl TokenBatch {
    pub(super) fn new(sentences: &[&[u32]], slots: &[u64], reads: Reads) -> Result<Self, Error> {
        assert_eq!(slots.len(), sentences.len(), "a slot for every sentence");
        for (sentence, ids) in sentences.iter().enumerate() {
            let wrong = |wanted, given| Error::Sentence {
                sentence,
                wanted,
                given,
            };
            if ids.is_empty() || ids.len() > reads.positions {
                let wanted = format!("1 to {} tokens", reads.positions);
                return Err(wrong(wanted, ids.len().to_string()));
            }
            if let Some(id) = ids.iter().find(|&&id| id as usize >= reads.vocabulary) {
                let wanted = format!("token ids below {}", reads.vocabulary);
                return Err(wrong(wanted, id.to_string()));
            }
        }
        let lengths: Vec<usize> = sentences.iter().map(|ids| ids.len()).collect();
        Ok(Self {
            ids: sentences.concat().into(),
            sequences: Sequences::new(&lengths),
            slots: slots.into(),
        })
    }

    /// Number of sentences, `n`.
    pub fn len(&self) -> usize {
        self.sequences.len()
    }

    /// Whether there is no sentence.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
