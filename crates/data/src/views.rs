use image::RgbImage;

use crate::draws::{Purpose, key};
use crate::{Augment, Dataset, Error, Preprocess};

/// How the images of a training step become numbers: varied by a key of (seed, step, slot).
#[derive(Clone, Copy)]
pub struct ImageViews<'a> {
    /// Where the images come from.
    pub dataset: &'a dyn Dataset,
    /// From an image to numbers.
    pub preprocess: &'a Preprocess,
    /// Variation; none where each image is to be seen as it is.
    pub augment: Option<&'a Augment>,
    /// The seed of the variation.
    pub seed: u64,
}

/// The key of the variation of the image in `slot` of the batch of `step`: an item drawn twice gets two views.
pub fn view_key(seed: u64, step: u64, slot: usize) -> u64 {
    key(Purpose::View, [seed, step, slot as u64])
}

impl ImageViews<'_> {
    /// The images of a step, `(n, size, size, 3)`, row-major, in the order of `items`, which stand in the slots of the batch
    /// from `first` on: a pure function of these, the seed and the step.
    ///
    /// # Errors
    ///
    /// The error of the first image that cannot be read; [`Error::Index`] for an item that the data set does not have.
    pub fn pixels(&self, step: u64, first: usize, items: &[usize]) -> Result<Vec<f32>, Error> {
        let numbers = self.preprocess.numbers();
        let mut pixels = vec![0.0; items.len() * numbers];
        for (slot, (place, &item)) in (first..).zip(pixels.chunks_exact_mut(numbers).zip(items)) {
            let image = self.dataset.image(item)?;
            match self.augment {
                Some(augment) => {
                    let view = self.view(augment, image, view_key(self.seed, step, slot));
                    // A view has the size of what the network sees: a crop came before.
                    self.preprocess.stretching().apply(&view, place);
                }
                None => self.preprocess.apply(&image, place),
            }
        }
        Ok(pixels)
    }

    /// Large images are first brought near the size of the view, so that variation costs the same for all.
    fn view(&self, augment: &Augment, image: RgbImage, key: u64) -> RgbImage {
        let image = self.preprocess.square_of(image);
        let size = self.preprocess.size();
        let side = (size as f32 / augment.crop.low().min(1.0)).ceil() as u32;
        augment.apply(&self.preprocess.shrink(image, side), size, key)
    }
}

impl std::fmt::Debug for ImageViews<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = formatter.debug_struct("ImageViews");
        shown
            .field("items", &self.dataset.items().len())
            .field("preprocess", self.preprocess)
            .field("augment", &self.augment)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}
