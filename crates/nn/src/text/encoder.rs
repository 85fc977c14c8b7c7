//! The network from token ids to embeddings.

use std::ops::Range;

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use rayon::prelude::*;

use super::batch::{Reads, TokenBatch, Tokens};
use super::dense::{Dense, DenseConfig};
use super::depth::depth;
use super::families::{Config, Transformer};
use super::family::Sizes;
use super::pass::Pass;
use crate::embedder::Embedder;
use crate::error::Error;
use crate::layers::Names;
use crate::normalize::normalized;
use crate::ops::{self, Dropout, Pooling};
use crate::parameter_place::{self, ParameterPlace};

/// Tokens embedded at a time by one thread.
const CHUNK: usize = 2048;

/// A transformer, pooling, dense layers, and Euclidean norm 1 if asked for.
///
/// A sentence's embedding does not depend on the batch it is in: sentences are packed without padding.
///
/// ```
/// use burn::tensor::Device;
/// use tercet_nn::{Dropout, SentenceModel};
///
/// let encoder = SentenceModel::open("tests/models/bert", &Device::flex())?.encoder;
/// assert_eq!((encoder.layers(), encoder.positions(), encoder.vocabulary()), (2, 40, 170));
/// let batch = encoder.batch(&[&[0, 5, 6, 2], &[0, 2]], &[0, 1])?;
/// assert_eq!((batch.len(), batch.is_empty()), (2, false));
/// let dropout = Dropout { seed: 1, step: 0, rate: Some(0.1) };
/// assert_eq!(encoder.forward(&batch, Some(&dropout)).dims(), [2, 32]);
/// // Of the two layers the first stays as it is, and so do the embeddings.
/// let trained = encoder.freeze(1, true).places().into_iter().filter(|place| place.depth > 1);
/// assert!(trained.map(|place| place.name).all(|name| name.contains(".layer.1.")));
/// # Ok::<(), tercet_nn::Error>(())
/// ```
#[derive(Module, Debug)]
pub struct SentenceEncoder {
    pub(super) transformer: Transformer,
    pub(super) dense: Vec<Dense>,
    #[module(skip)]
    pub(super) pooling: Vec<Pooling>,
    #[module(skip)]
    pub(super) normalize: bool,
    #[module(skip)]
    sizes: Sizes,
}

/// What an encoder is made of.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) transformer: Config,
    pub(super) pooling: Vec<Pooling>,
    pub(super) dense: Vec<DenseConfig>,
    pub(super) normalize: bool,
}

impl SentenceEncoder {
    /// All parameters 0, to be replaced by those of files, or with a seed initial weights.
    pub(super) fn new(plan: &Plan, seed: Option<u64>, device: &Device) -> Self {
        let names = Names::new("transformer", device);
        let names = match seed {
            Some(seed) => names.seeded(seed),
            None => names,
        };
        let dense = plan.dense.iter().enumerate();
        let dense = dense.map(|(index, config)| {
            Dense::new(config, &Names::new(&format!("dense.{index}"), device))
        });
        Self {
            transformer: Transformer::new(&plan.transformer, &names),
            dense: dense.collect(),
            pooling: plan.pooling.clone(),
            normalize: plan.normalize,
            sizes: plan.transformer.sizes(),
        }
    }

    /// This encoder with a linear layer to `features` numbers after all others but the norm, with
    /// initial weights: a pure function of (seed, name).
    pub(super) fn with_dense(mut self, features: usize, seed: u64, device: &Device) -> Self {
        let path = format!("dense.{}", self.dense.len());
        let config = DenseConfig::linear(self.dim(), features);
        let names = Names::new(&path, device).seeded(seed);
        self.dense.push(Dense::new(&config, &names));
        self
    }

    /// A batch of sentences by their token ids; `slots` names each by its place in the whole batch of a
    /// training step, of which this may be a chunk in any order: dropout is a function of it.
    ///
    /// # Errors
    /// A sentence has no token, more than there are positions, or one that the network does not know.
    ///
    /// # Panics
    /// There are not as many slots as sentences.
    pub fn batch(&self, sentences: &[&[u32]], slots: &[u64]) -> Result<TokenBatch, Error> {
        let reads = Reads {
            vocabulary: self.sizes.vocabulary,
            positions: self.sizes.positions,
        };
        TokenBatch::new(sentences, slots, reads)
    }

    /// The embeddings of a batch: `(n, d)`, with dropout if given.
    pub fn forward(&self, batch: &TokenBatch, dropout: Option<&Dropout>) -> Tensor<2> {
        self.head(self.features(batch, dropout))
    }

    /// The pooled hidden states, before dense layers: `(n, features)`.
    pub fn features(&self, batch: &TokenBatch, dropout: Option<&Dropout>) -> Tensor<2> {
        let pass = Pass::new(&batch.ids, &batch.sequences, dropout, &batch.slots);
        let x = self.transformer.forward(&pass);
        let pooled = self.pooling.iter();
        let pooled = pooled.map(|&pooling| ops::pool(x.clone(), &batch.sequences, pooling));
        Tensor::cat(pooled.collect(), 1)
    }

    /// From what [`Self::features`] gives to embeddings: `(n, features)` to `(n, d)`.
    pub fn head(&self, features: Tensor<2>) -> Tensor<2> {
        let dense = self.dense.iter();
        let rows = dense.fold(features, |x, dense| dense.forward(x));
        if self.normalize {
            normalized(rows)
        } else {
            rows
        }
    }

    /// The embeddings `(n, d)` of token ids, without a graph and without dropout: chunk by chunk, on all
    /// threads. As nothing is padded, sentences need no order by length.
    ///
    /// # Errors
    /// Those of [`Self::batch`].
    pub fn embed_all(&self, sentences: &[Tokens]) -> Result<Vec<f32>, Error> {
        self.by_chunks(sentences, |encoder, batch| encoder.forward(batch, None))
    }

    /// What [`Self::features`] gives of token ids `(n, features)`, as [`Self::embed_all`] does.
    ///
    /// # Errors
    /// Those of [`Self::batch`].
    pub fn features_all(&self, sentences: &[Tokens]) -> Result<Vec<f32>, Error> {
        self.by_chunks(sentences, |encoder, batch| encoder.features(batch, None))
    }

    fn by_chunks(
        &self,
        sentences: &[Tokens],
        rows: impl Fn(&Self, &TokenBatch) -> Tensor<2> + Sync,
    ) -> Result<Vec<f32>, Error> {
        let encoder = self.valid();
        let ids: Vec<&[u32]> = sentences.iter().map(|s| s.ids.as_slice()).collect();
        let chunks = chunks(&ids);
        let parts = chunks.par_iter().map(|chunk| {
            let slots = vec![0; chunk.len()];
            let batch = encoder.batch(&ids[chunk.clone()], &slots);
            let batch = batch.map_err(|error| error.after(chunk.start))?;
            let data = rows(&encoder, &batch).into_data();
            Ok(data
                .try_into_vec::<f32>()
                .expect("embeddings are 32-bit floats"))
        });
        Ok(parts.collect::<Result<Vec<_>, Error>>()?.concat())
    }

    /// Numbers per row of [`Self::features`].
    pub fn width(&self) -> usize {
        self.sizes.hidden * self.pooling.len()
    }

    /// Layers of the transformer.
    pub fn layers(&self) -> usize {
        self.sizes.layers
    }

    /// Tokens of the longest sentence there are positions for.
    pub fn positions(&self) -> usize {
        self.sizes.positions
    }

    /// Rows of the table of tokens.
    pub fn vocabulary(&self) -> usize {
        self.sizes.vocabulary
    }

    /// This encoder, in which the first `layers` layers and, if `embeddings`, what all layers share get
    /// no gradient; all others do.
    #[must_use]
    pub fn freeze(self, layers: usize, embeddings: bool) -> Self {
        let all = self.sizes.layers;
        parameter_place::freeze(self, &|name| match depth(name, all) {
            0 => embeddings,
            depth => depth <= layers.min(all),
        })
    }

    /// Every parameter's place, in the order of [`weights`](fn@crate::weights).
    pub fn places(&self) -> Vec<ParameterPlace> {
        parameter_place::places(self, &|name| depth(name, self.sizes.layers))
    }
}

/// Ranges of sentences with about [`CHUNK`] tokens each.
fn chunks(sentences: &[&[u32]]) -> Vec<Range<usize>> {
    let mut chunks = Vec::new();
    let (mut start, mut tokens) = (0, 0);
    for (index, ids) in sentences.iter().enumerate() {
        if index > start && tokens + ids.len() > CHUNK {
            chunks.push(start..index);
            (start, tokens) = (index, 0);
        }
        tokens += ids.len();
    }
    if start < sentences.len() {
        chunks.push(start..sentences.len());
    }
    chunks
}

impl Embedder for SentenceEncoder {
    type Input = TokenBatch;

    fn embed(&self, batch: TokenBatch) -> Tensor<2> {
        self.forward(&batch, None)
    }

    fn dim(&self) -> usize {
        let last = self.dense.last();
        last.map_or(self.width(), |dense| dense.config().out_features)
    }
}
