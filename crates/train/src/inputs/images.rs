//! From images of a set to what a network takes.

use std::sync::Arc;

use tercet_data::{Augment, Dataset, ImageViews, Preprocess, load};

use super::cache::Cache;
use super::{Input, Prepare, Prepared};
use crate::Error;
use crate::networks::FrozenImages;

/// Images read and embedded at a time.
const CHUNK: usize = 1024;

/// Turns images into numbers or, where the encoder is frozen, into what it gives of them. Cells are places in the set.
#[derive(Clone)]
pub(crate) struct ImageInputs {
    dataset: Arc<dyn Dataset>,
    preprocess: Preprocess,
    /// How images are varied in training, and the key of it.
    augment: Option<(Augment, u64)>,
    frozen: Option<(Arc<FrozenImages>, Cache)>,
}

impl ImageInputs {
    pub(crate) fn new(
        dataset: Arc<dyn Dataset>,
        preprocess: Preprocess,
        frozen: Option<FrozenImages>,
    ) -> Self {
        Self {
            dataset,
            preprocess,
            augment: None,
            frozen: frozen.map(|encoder| (Arc::new(encoder), Cache::default())),
        }
    }

    /// Varied in training.
    pub(crate) fn varied(self, augment: Option<Augment>, seed: u64) -> Self {
        let augment = augment.map(|augment| (augment, seed));
        Self { augment, ..self }
    }

    fn pixels(&self, items: &[usize]) -> Result<Vec<f32>, Error> {
        Ok(load(self.dataset.as_ref(), items, &self.preprocess)?)
    }

    fn split(&self, pixels: &[f32]) -> Vec<Input> {
        let each = pixels.chunks(self.preprocess.numbers());
        each.map(|image| Input::Image(image.to_vec())).collect()
    }

    fn of(&self, items: &[usize]) -> Result<Vec<Input>, Error> {
        let Some((encoder, cache)) = &self.frozen else {
            return Ok(self.split(&self.pixels(items)?));
        };
        let identities: Vec<u64> = items.iter().map(|&item| item as u64).collect();
        cache.features(&identities, |places| {
            let mut rows = Vec::new();
            for chunk in places.chunks(CHUNK) {
                let chunk: Vec<usize> = chunk.iter().map(|&place| items[place]).collect();
                let pixels = self.pixels(&chunk)?;
                rows.extend(encoder.features(&pixels, self.preprocess.numbers())?);
            }
            Ok(rows)
        })
    }
}

impl Prepare<usize> for ImageInputs {
    fn prepare(&self, cells: &[&usize]) -> Result<Prepared, Error> {
        let items: Vec<usize> = cells.iter().map(|&&item| item).collect();
        Ok(Prepared {
            inputs: self.of(&items)?,
            truncated: 0,
        })
    }

    fn vary(&self, cells: &[&usize], (step, first): (u64, usize)) -> Result<Prepared, Error> {
        let (Some((augment, seed)), None) = (&self.augment, &self.frozen) else {
            return self.prepare(cells);
        };
        let views = ImageViews {
            dataset: self.dataset.as_ref(),
            preprocess: &self.preprocess,
            augment: Some(augment),
            seed: *seed,
        };
        let items: Vec<usize> = cells.iter().map(|&&item| item).collect();
        let pixels = views.pixels(step, first, &items)?;
        Ok(Prepared {
            inputs: self.split(&pixels),
            truncated: 0,
        })
    }

    fn identity(&self, cell: &usize) -> u64 {
        *cell as u64
    }

    fn keeps(&self) -> bool {
        self.frozen.is_some()
    }
}
