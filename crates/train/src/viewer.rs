//! From pictures of a set to what the network takes.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use tercet_data::{Dataset, Feed, Loader, Preprocess, load};

use crate::Error;
use crate::bridge::{Features, Network};
use crate::lesson::{Inputs, Side};

/// Pictures read and embedded at a time.
const CHUNK: usize = 1024;

/// A row of features for every picture, by its place in the set.
type Known = HashMap<usize, Arc<[f32]>>;

/// Turns pictures into numbers or, where the encoder is frozen, into what it gives of them.
#[derive(Clone)]
pub(crate) struct Viewer {
    dataset: Arc<dyn Dataset>,
    preprocess: Preprocess,
    frozen: Option<Frozen>,
}

/// An encoder that every picture goes through once, as it is.
#[derive(Clone)]
struct Frozen {
    encoder: Arc<Features>,
    known: Arc<Mutex<Known>>,
}

/// The pictures of a step.
pub(crate) struct View {
    pub(crate) step: u64,
    pub(crate) inputs: Inputs,
    /// The class of each.
    pub(crate) labels: Vec<i64>,
    /// Their places in the set.
    pub(crate) items: Vec<usize>,
}

/// The pictures of each step, in order.
pub(crate) type Views = Box<dyn Iterator<Item = Result<View, Error>>>;

impl Viewer {
    pub(crate) fn new(
        dataset: Arc<dyn Dataset>,
        preprocess: Preprocess,
        frozen: Option<Features>,
    ) -> Self {
        let frozen = frozen.map(|encoder| Frozen {
            encoder: Arc::new(encoder),
            known: Arc::default(),
        });
        Self {
            dataset,
            preprocess,
            frozen,
        }
    }

    /// From a picture to numbers.
    pub(crate) fn preprocess(&self) -> &Preprocess {
        &self.preprocess
    }

    fn size(&self) -> usize {
        self.preprocess.size() as usize
    }

    /// The pictures of steps, made ahead of time but where the encoder is frozen.
    ///
    /// # Errors
    /// The feed's parts do not belong together.
    pub(crate) fn views(
        &self,
        feed: Feed,
        steps: Range<u64>,
        ahead: usize,
    ) -> Result<Views, Error> {
        let viewer = self.clone();
        if self.frozen.is_some() {
            feed.check()?;
            return Ok(Box::new(steps.map(move |step| viewer.view(&feed, step))));
        }
        let loader = Loader::start(feed, steps, ahead)?;
        Ok(Box::new(loader.map(move |minibatch| {
            let minibatch = minibatch?;
            Ok(View {
                step: minibatch.step,
                inputs: viewer.pictures(minibatch.pixels),
                labels: minibatch.labels,
                items: minibatch.indices,
            })
        })))
    }

    fn view(&self, feed: &Feed, step: u64) -> Result<View, Error> {
        let places = feed.plan.batch(step).into_iter();
        let items: Vec<usize> = places.map(|place| feed.items[place]).collect();
        let all = self.dataset.items();
        Ok(View {
            step,
            inputs: self.inputs(&items)?,
            labels: items
                .iter()
                .map(|&item| i64::from(all[item].class))
                .collect(),
            items,
        })
    }

    fn pictures(&self, pixels: Vec<f32>) -> Inputs {
        let size = self.size();
        Inputs::Pictures { pixels, size }
    }

    fn inputs(&self, items: &[usize]) -> Result<Inputs, Error> {
        let Some(Frozen { encoder, known }) = &self.frozen else {
            let pixels = load(self.dataset.as_ref(), items, &self.preprocess)?;
            return Ok(self.pictures(pixels));
        };
        // Whoever panicked with it in hand had put whole pictures in.
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut new: Vec<usize> = items.to_vec();
        new.sort_unstable();
        new.dedup();
        new.retain(|item| !known.contains_key(item));
        if !new.is_empty() {
            let pixels = load(self.dataset.as_ref(), &new, &self.preprocess)?;
            let features = encoder.of(&pixels, self.size())?;
            let rows = features.chunks(encoder.width()).map(Arc::from);
            known.extend(new.into_iter().zip(rows));
        }
        let rows = items.iter().filter_map(|item| known.get(item));
        Ok(Inputs::Features {
            of: Side::Pictures,
            features: rows.flat_map(|row| row.iter().copied()).collect(),
            width: encoder.width(),
        })
    }

    /// Embeds pictures as they are: `(n, d)`.
    ///
    /// # Errors
    /// A picture cannot be read.
    pub(crate) fn embed(&self, network: &Network, items: &[usize]) -> Result<Vec<f32>, Error> {
        let mut rows = Vec::new();
        for chunk in items.chunks(CHUNK) {
            rows.extend(match self.inputs(chunk)? {
                Inputs::Pictures { pixels, size } => network.embed(&pixels, size)?,
                Inputs::Features {
                    of,
                    features,
                    width,
                } => network.head(of, &features, width)?,
                Inputs::Texts(_) | Inputs::Both { .. } => {
                    return Err(Error::Inputs { wanted: "texts" });
                }
            });
        }
        Ok(rows)
    }
}
