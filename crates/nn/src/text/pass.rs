//! One pass of a batch through a network.

use std::sync::Arc;

use burn::tensor::Tensor;

use crate::ops::{self, Dropout, Heads, Noise, Sequences};

/// A batch on its way: token ids, where sentences begin, what dropout drops.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    pub(super) ids: &'a [u32],
    pub(super) sequences: &'a Sequences,
    noise: Option<(Option<f32>, Arc<[u64]>)>,
}

/// Places of dropout in a layer; the embeddings' is 0.
#[derive(Debug, Clone, Copy)]
pub(super) enum Site {
    /// The weights of attention.
    Weights = 1,
    /// What attention gives.
    Attended = 2,
    /// The inner numbers of the feed-forward part.
    Inner = 3,
    /// What the feed-forward part gives.
    Fed = 4,
}

impl Site {
    /// This place in layer `layer`, counted from 0.
    pub(super) fn of(self, layer: usize) -> u32 {
        4 * layer as u32 + self as u32
    }
}

impl<'a> Pass<'a> {
    /// `slots`: every sentence's slot in the batch.
    pub(super) fn new(
        ids: &'a [u32],
        sequences: &'a Sequences,
        dropout: Option<&Dropout>,
        slots: &[u64],
    ) -> Self {
        let keys = |dropout| Noise::keys(dropout, slots, sequences);
        Self {
            ids,
            sequences,
            noise: dropout.map(|dropout| (dropout.rate, keys(dropout))),
        }
    }

    /// The noise of a place whose rate is `rate` by the configuration; `None` where nothing is dropped.
    fn noise(&self, rate: f32) -> Option<Noise> {
        let (all, keys) = self.noise.as_ref()?;
        let rate = all.unwrap_or(rate);
        let keys = Arc::clone(keys);
        (rate > 0.0).then_some(Noise { rate, keys })
    }

    /// Whether anything is dropped at a place whose rate is `rate` by the configuration.
    pub(super) fn drops(&self, rate: f32) -> bool {
        self.noise(rate).is_some()
    }

    /// Dropout of `x`.
    pub(super) fn drop(&self, x: Tensor<2>, rate: f32, site: u32) -> Tensor<2> {
        match self.noise(rate) {
            Some(noise) => ops::dropout(x, &noise, site),
            None => x,
        }
    }

    /// What attention is told.
    pub(super) fn heads(&self, heads: usize, window: Option<usize>, rate: f32, site: u32) -> Heads {
        Heads {
            sequences: self.sequences.clone(),
            heads,
            window,
            noise: self.noise(rate).map(|noise| (noise, site)),
        }
    }

    /// Positions as RoBERTa and MPNet count them: from `padding + 1` over the tokens that are not the
    /// padding token, whose own position is `padding`.
    pub(super) fn positions_after(&self, padding: u32) -> Vec<u32> {
        let sentences = self.sequences.ranges().map(|range| &self.ids[range]);
        sentences
            .flat_map(|ids| {
                let mut last = padding;
                ids.iter().map(move |&id| {
                    last += u32::from(id != padding);
                    if id == padding { padding } else { last }
                })
            })
            .collect()
    }
}
