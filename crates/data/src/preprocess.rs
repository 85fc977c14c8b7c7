use std::borrow::Cow;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::RgbImage;
use serde::{Deserialize, Serialize};

use crate::Error;

mod config;

use config::Config;

/// From a picture to `size x size x 3` numbers: stretch to a square, divide by 255, subtract the
/// mean, divide by the standard deviation.
///
/// The picture is stretched, not cropped, as Hugging Face's image processors do for `size: {height,
/// width}`; or, [`cropped`](Self::cropped), brought to a shorter side, its proportions kept, of which the middle
/// square stays, as they do for `size: {shortest_edge}` with `do_center_crop`. It serialises as their
/// `preprocessor_config.json`; a file that asks for other steps (another rescaling) is refused, keys that
/// change nothing here are passed over.
///
/// ```
/// use image::{Rgb, RgbImage};
/// use tercet_data::Preprocess;
/// let preprocess = Preprocess::square(2)?; // mean 0.5, standard deviation 0.5
/// let image = RgbImage::from_pixel(2, 2, Rgb([255, 0, 51]));
/// let mut numbers = [0.0; 12];
/// preprocess.apply(&image, &mut numbers);
/// assert_eq!(numbers[..3], [1.0, -1.0, -0.6]);
/// # Ok::<(), tercet_data::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Config", into = "Config")]
pub struct Preprocess {
    size: u32,
    image_mean: [f32; 3],
    image_std: [f32; 3],
    resample: Resample,
    /// Pixels of the shorter side before the crop.
    shortest_edge: Option<u32>,
}

/// How a picture is brought to another size; smoothed when it shrinks, as in Pillow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Resample {
    /// Lanczos with three lobes; Pillow's 1.
    Lanczos,
    /// A triangle; Pillow's 2. The default.
    #[default]
    Bilinear,
    /// The cubic of Catmull and Rom; Pillow's 3.
    Bicubic,
}

impl Preprocess {
    /// Mean and standard deviation are per channel, of values in `[0, 1]`.
    ///
    /// # Errors
    ///
    /// [`Error::Number`] unless `size` is in `1..=4096`, the means are finite and the deviations
    /// positive and finite.
    pub fn new(
        size: u32,
        image_mean: [f32; 3],
        image_std: [f32; 3],
        resample: Resample,
    ) -> Result<Self, Error> {
        let wrong = |name, wanted, given: String| {
            Err(Error::Number {
                name,
                wanted,
                given,
            })
        };
        if !(1..=4096).contains(&size) {
            return wrong("size", "1 to 4096 pixels", size.to_string());
        }
        if !image_mean.iter().all(|mean| mean.is_finite()) {
            return wrong("image_mean", "finite numbers", format!("{image_mean:?}"));
        }
        if !image_std
            .iter()
            .all(|&deviation| deviation > 0.0 && deviation.is_finite())
        {
            return wrong(
                "image_std",
                "positive finite numbers",
                format!("{image_std:?}"),
            );
        }
        Ok(Self {
            size,
            image_mean,
            image_std,
            resample,
            shortest_edge: None,
        })
    }

    /// This for the middle square of a picture whose shorter side is brought to `shortest_edge` pixels.
    ///
    /// # Errors
    ///
    /// [`Error::Number`] unless `shortest_edge` is in `size..=4096`.
    pub fn cropped(self, shortest_edge: u32) -> Result<Self, Error> {
        if !(self.size..=4096).contains(&shortest_edge) {
            return Err(Error::Number {
                name: "shortest_edge",
                wanted: "at least size, at most 4096 pixels",
                given: format!("{shortest_edge} for a size of {}", self.size),
            });
        }
        Ok(Self {
            shortest_edge: Some(shortest_edge),
            ..self
        })
    }

    /// Pixels of the shorter side before the crop; none where the picture is stretched.
    pub fn shortest_edge(&self) -> Option<u32> {
        self.shortest_edge
    }

    /// Means and standard deviations of 0.5, so that numbers are in `[-1, 1]`; bilinear.
    ///
    /// # Errors
    ///
    /// [`Error::Number`] unless `size` is in `1..=4096`.
    pub fn square(size: u32) -> Result<Self, Error> {
        Self::new(size, [0.5; 3], [0.5; 3], Resample::default())
    }

    /// Pixels along a side.
    pub fn size(&self) -> u32 {
        self.size
    }

    /// Per channel, of values in `[0, 1]`.
    pub fn image_mean(&self) -> [f32; 3] {
        self.image_mean
    }

    /// Per channel, of values in `[0, 1]`.
    pub fn image_std(&self) -> [f32; 3] {
        self.image_std
    }

    /// How pictures are brought to size.
    pub fn resample(&self) -> Resample {
        self.resample
    }

    /// `size * size * 3`: how many numbers a picture becomes.
    pub fn numbers(&self) -> usize {
        3 * (self.size as usize).pow(2)
    }

    /// Writes the numbers of a picture: `(size, size, 3)`, row-major, channels last.
    ///
    /// # Panics
    ///
    /// If `numbers` has another length than [`Preprocess::numbers`].
    pub fn apply(&self, image: &RgbImage, numbers: &mut [f32]) {
        assert_eq!(
            numbers.len(),
            self.numbers(),
            "the place for a picture's numbers"
        );
        let resized;
        let whole = image.dimensions() == (self.size, self.size);
        let pixels = match self.shortest_edge {
            Some(edge) if !whole || edge > self.size => {
                resized = self.middle(image, edge);
                resized.as_raw()
            }
            _ if whole => image.as_raw(),
            _ => {
                resized = self.resize(image, self.size, self.size);
                resized.as_raw()
            }
        };
        let scale = |value: f32, channel: usize| {
            (value / 255.0 - self.image_mean[channel]) / self.image_std[channel]
        };
        for (places, pixel) in numbers.chunks_exact_mut(3).zip(pixels.chunks_exact(3)) {
            for channel in 0..3 {
                places[channel] = scale(f32::from(pixel[channel]), channel);
            }
        }
    }

    /// This without a crop.
    pub(crate) fn stretching(self) -> Self {
        Self {
            shortest_edge: None,
            ..self
        }
    }

    /// The middle square, where there is a crop; else the whole picture.
    pub(crate) fn square_of(&self, image: RgbImage) -> RgbImage {
        let (width, height) = image.dimensions();
        let side = width.min(height);
        if self.shortest_edge.is_none() || width == height {
            return image;
        }
        let (left, top) = ((width - side) / 2, (height - side) / 2);
        image::imageops::crop_imm(&image, left, top, side, side).to_image()
    }

    /// At most `side` pixels wide and high.
    pub(crate) fn shrink(&self, image: RgbImage, side: u32) -> RgbImage {
        let (width, height) = image.dimensions();
        if width <= side && height <= side {
            return image;
        }
        self.resize(&image, width.min(side), height.min(side))
    }

    /// The middle square of the picture with a shorter side of `edge` pixels; the longer one is rounded down.
    fn middle(&self, image: &RgbImage, edge: u32) -> RgbImage {
        let image = &elongated(image);
        let (width, height) = image.dimensions();
        let shorter = u64::from(width.min(height).max(1));
        let side = |length: u32| {
            let side = u64::from(edge) * u64::from(length) / shorter;
            (side as u32).max(self.size)
        };
        let resized = self.resize(image, side(width), side(height));
        let begin = |side: u32| (side - self.size) / 2;
        let (left, top) = (begin(resized.width()), begin(resized.height()));
        image::imageops::crop_imm(&resized, left, top, self.size, self.size).to_image()
    }

    /// A picture without pixels becomes black.
    fn resize(&self, image: &RgbImage, width: u32, height: u32) -> RgbImage {
        let mut resized = Image::new(width, height, PixelType::U8x3);
        if image.width() > 0 && image.height() > 0 {
            let source = ImageRef::new(
                image.width(),
                image.height(),
                image.as_raw(),
                PixelType::U8x3,
            )
            .expect("an RGB picture has three bytes per pixel");
            let options =
                ResizeOptions::new().resize_alg(ResizeAlg::Convolution(self.resample.filter()));
            Resizer::new()
                .resize(&source, &mut resized, &options)
                .expect("both have three bytes per pixel, and nothing is cropped");
        }
        RgbImage::from_raw(width, height, resized.into_vec())
            .expect("the buffer was made for this size")
    }
}

/// Sides of a picture, one over the other, beyond which its ends are cut off before it is brought to size: a thread of
/// pixels would become a picture of any size.
const LONGEST: u32 = 8;

/// The middle of a picture that is much longer than broad; the crop and what is smoothed into it are inside.
fn elongated(image: &RgbImage) -> Cow<'_, RgbImage> {
    let (width, height) = image.dimensions();
    let limit = LONGEST.saturating_mul(width.min(height));
    if width.max(height) <= limit {
        return Cow::Borrowed(image);
    }
    let (short, tall) = (width.min(limit), height.min(limit));
    let (left, top) = ((width - short) / 2, (height - tall) / 2);
    Cow::Owned(image::imageops::crop_imm(image, left, top, short, tall).to_image())
}

impl Resample {
    fn filter(self) -> FilterType {
        match self {
            Self::Lanczos => FilterType::Lanczos3,
            Self::Bilinear => FilterType::Bilinear,
            Self::Bicubic => FilterType::CatmullRom,
        }
    }
}
