use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use image::RgbImage;

use crate::{Augment, Dataset, Error, Plan, Preprocess, view_key};

/// All that a minibatch is made from, apart from its step.
#[derive(Clone)]
pub struct Feed {
    /// Where the pictures come from.
    pub dataset: Arc<dyn Dataset>,
    /// Which of `items` make up a step.
    pub plan: Arc<Plan>,
    /// The items to train on, as indices into [`Dataset::items`], in the order of the labels that
    /// `plan` was made of.
    pub items: Arc<[usize]>,
    /// From a picture to numbers.
    pub preprocess: Preprocess,
    /// Variation; none where each picture is to be seen as it is.
    pub augment: Option<Augment>,
    /// The seed of the variation.
    pub seed: u64,
}

/// The pictures of one step, as numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Minibatch {
    /// The step.
    pub step: u64,
    /// `(n, size, size, 3)`, row-major, channels last.
    pub pixels: Vec<f32>,
    /// `(n,)`: the class of each picture.
    pub labels: Vec<i64>,
    /// `(n,)`: indices into [`Dataset::items`].
    pub indices: Vec<usize>,
}

impl Feed {
    /// The minibatch of a step, a pure function of this feed and the step.
    ///
    /// # Errors
    ///
    /// The error of the first picture that cannot be read, and those of [`Feed::check`].
    pub fn minibatch(&self, step: u64) -> Result<Minibatch, Error> {
        self.check()?;
        let whole = self.unless(step, &AtomicBool::new(false))?;
        Ok(whole.expect("nobody else holds the flag that would stop it"))
    }

    /// Whether the parts belong together.
    ///
    /// # Errors
    ///
    /// [`Error::Labels`] unless `plan` was made from as many labels as there are `items`,
    /// [`Error::Index`] for an item that the data set does not have.
    pub fn check(&self) -> Result<(), Error> {
        let (wanted, given) = (self.items.len(), self.plan.items());
        if wanted != given {
            return Err(Error::Labels { wanted, given });
        }
        let wanted = self.dataset.items().len();
        self.items
            .iter()
            .find(|&&item| item >= wanted)
            .map_or(Ok(()), |&given| Err(Error::Index { wanted, given }))
    }

    /// The minibatch, or `None` once `stopped` is set.
    pub(crate) fn unless(
        &self,
        step: u64,
        stopped: &AtomicBool,
    ) -> Result<Option<Minibatch>, Error> {
        let indices: Vec<usize> = self
            .plan
            .batch(step)
            .into_iter()
            .map(|place| self.items[place])
            .collect();
        let numbers = self.preprocess.numbers();
        let mut pixels = vec![0.0; indices.len() * numbers];
        for (slot, (place, &index)) in pixels.chunks_exact_mut(numbers).zip(&indices).enumerate() {
            if stopped.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let image = self.dataset.image(index)?;
            match &self.augment {
                Some(augment) => {
                    let view = self.view(augment, image, view_key(self.seed, step, slot));
                    // A view has the size of what the network sees: a crop came before.
                    self.preprocess.stretching().apply(&view, place);
                }
                None => self.preprocess.apply(&image, place),
            }
        }
        let labels = indices
            .iter()
            .map(|&index| i64::from(self.dataset.items()[index].class))
            .collect();
        Ok(Some(Minibatch {
            step,
            pixels,
            labels,
            indices,
        }))
    }

    /// Large pictures are first brought near the size of the view, so that variation costs the same
    /// for all.
    fn view(&self, augment: &Augment, image: RgbImage, key: u64) -> RgbImage {
        let image = self.preprocess.square_of(image);
        let size = self.preprocess.size();
        let side = (size as f32 / augment.crop.low().min(1.0)).ceil() as u32;
        augment.apply(&self.preprocess.shrink(image, side), size, key)
    }
}

impl std::fmt::Debug for Feed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = formatter.debug_struct("Feed");
        shown
            .field("items", &self.items.len())
            .field("preprocess", &self.preprocess);
        shown
            .field("augment", &self.augment)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}
