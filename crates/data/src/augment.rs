use image::RgbImage;
use serde::{Deserialize, Serialize};

use crate::draws::Draws;
use crate::{Degrees, Fraction, Span};

mod colour;
mod erase;
mod warp;

use colour::Colour;
use erase::Erase;
use warp::Warp;

/// Random variation of a picture: one affine resampling, one affine change of colours, one erased
/// rectangle.
///
/// All strengths default to none; [`Augment::gentle`] is a start. Strengths do not influence each
/// other's draws: turning one up leaves the others' values for a key as they were. Colours are
/// clamped to `0..=255` once, at the end.
///
/// ```
/// use image::{Rgb, RgbImage};
/// use tercet_data::Augment;
/// let image = RgbImage::from_fn(2, 1, |x, _| Rgb([200 * x as u8, 0, 9]));
/// let augment = Augment { flip: true, ..Augment::default() };
/// let left = |key| augment.apply(&image, 2, key).get_pixel(0, 0)[0];
/// assert!((0..99).all(|key| left(key) == 0 || left(key) == 200)); // as it is, or mirrored
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Augment {
    /// The side of the window that is looked at, as a part of the picture's side; below 1 enlarges,
    /// above 1 shows more than the picture, whose edge pixels are repeated. Uniform in the span,
    /// the window anywhere in the picture. Default `[1, 1]`.
    pub crop: Span,
    /// How far the window moves beyond that, left or right and up or down, as a part of the
    /// picture's side.
    pub shift: Fraction,
    /// The largest angle, to either side, in degrees.
    pub rotate: Degrees,
    /// Whether to mirror left and right with probability 1/2.
    pub flip: bool,
    /// Colours are multiplied by a factor in `[1 - brightness, 1 + brightness]`.
    pub brightness: Fraction,
    /// Colours move away from the picture's mean grey, or towards it, by a factor in `[1 -
    /// contrast, 1 + contrast]`.
    pub contrast: Fraction,
    /// Colours move away from their own grey, or towards it, by a factor in `[1 - saturation, 1 +
    /// saturation]`.
    pub saturation: Fraction,
    /// Hues turn by up to this part of half a turn, to either side, at constant grey (a rotation in
    /// the YIQ plane).
    pub hue: Fraction,
    /// The probability of losing all colour.
    pub grey: Fraction,
    /// The probability that a rectangle is painted over in one random colour (Zhong et al. 2017,
    /// arXiv:1708.04896).
    pub erase: Fraction,
    /// The rectangle's part of the picture; its aspect ratio is log-uniform in `[0.3, 1 / 0.3]`.
    /// Default `[0.02, 0.2]`.
    pub erase_area: Span,
}

impl Default for Augment {
    fn default() -> Self {
        Self {
            crop: Span::ONE,
            shift: Fraction::ZERO,
            rotate: Degrees::ZERO,
            flip: false,
            brightness: Fraction::ZERO,
            contrast: Fraction::ZERO,
            saturation: Fraction::ZERO,
            hue: Fraction::ZERO,
            grey: Fraction::ZERO,
            erase: Fraction::ZERO,
            erase_area: Span::ERASE,
        }
    }
}

impl Augment {
    /// A start for most pictures: crop 0.8 to 1, shift 5 %, rotate 10 degrees, brightness, contrast
    /// and saturation 20 %.
    pub fn gentle() -> Self {
        Self {
            crop: Span::GENTLE,
            shift: Fraction::TWENTIETH,
            rotate: Degrees::TEN,
            brightness: Fraction::FIFTH,
            contrast: Fraction::FIFTH,
            saturation: Fraction::FIFTH,
            ..Self::default()
        }
    }

    /// One view, `size` x `size`, a pure function of the arguments; [`view_key`](crate::view_key)
    /// makes the key.
    ///
    /// The picture is stretched to a square as [`Preprocess`](crate::Preprocess) does it, then
    /// turned. Resampling is bilinear without smoothing: a picture much larger than `size` is to be
    /// shrunk first.
    pub fn apply(&self, image: &RgbImage, size: u32, key: u64) -> RgbImage {
        let mut draws = Draws::new(key);
        let warp = Warp::draw(self, &mut draws);
        let colour = Colour::draw(self, &mut draws);
        let erase = Erase::draw(self, &mut draws);
        let mut view = warp.apply(image, size);
        colour.apply(&mut view);
        if let Some(erase) = erase {
            erase.apply(&mut view);
        }
        view
    }
}
