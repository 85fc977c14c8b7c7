//! From an image to numbers.

use serde::{Deserialize, Serialize};
use tercet_data::Resample;

/// `[preprocess]`: from a picture to `(size, size, 3)` numbers, `(pixel / 255 - mean) / std`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PreprocessRecipe {
    /// Height and width in pixels. Without it: 32, or what the files of a network that others have trained say, a crop
    /// of the middle included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u32>,
    /// With `size` alone: pixels of a picture's shorter side, of which the middle square of `size` is taken; without it
    /// the picture is stretched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shortest_edge: Option<u32>,
    /// What is taken from red, green and blue in `[0, 1]`. Without it: 0.5 each, or what those files say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_mean: Option<[f32; 3]>,
    /// What they are divided by. Without it: as `image_mean`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_std: Option<[f32; 3]>,
    /// How pictures are brought to that size: `bilinear`, `bicubic` or `lanczos`. Without it: bilinear, or what those
    /// files say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resample: Option<Resample>,
}
