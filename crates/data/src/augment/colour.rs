use image::RgbImage;

use super::Augment;
use crate::draws::Draws;

/// Rec. 601 weights of grey.
const GREY: [f32; 3] = [0.299, 0.587, 0.114];
/// The two chroma axes of YIQ, as rows over (red, green, blue).
const CHROMA: [[f32; 3]; 2] = [
    [0.595_716, -0.274_453, -0.321_263],
    [0.211_456, -0.522_591, 0.311_135],
];
/// Back from chroma: what I and Q add to red, green and blue.
const BACK: [[f32; 2]; 3] = [
    [0.956_3, 0.621_0],
    [-0.272_1, -0.647_4],
    [-1.107_0, 1.704_6],
];

/// A change of colours: brightness, contrast, saturation and hue in one matrix and one offset.
#[derive(Debug, Clone, Copy)]
pub(super) struct Colour {
    brightness: f32,
    contrast: f32,
    saturation: f32,
    /// Radians.
    hue: f32,
}

impl Colour {
    pub(super) fn draw(augment: &Augment, draws: &mut Draws) -> Self {
        let mut factor = |strength: f32| 1.0 + strength * draws.between(-1.0, 1.0);
        let brightness = factor(augment.brightness.value());
        let contrast = factor(augment.contrast.value());
        let saturation = factor(augment.saturation.value());
        let hue = (factor(augment.hue.value()) - 1.0) * std::f32::consts::PI;
        let grey = draws.chance(augment.grey.value());
        Self {
            brightness,
            contrast,
            saturation: if grey { 0.0 } else { saturation },
            hue,
        }
    }

    pub(super) fn apply(&self, view: &mut RgbImage) {
        if [self.brightness, self.contrast, self.saturation, self.hue] == [1.0, 1.0, 1.0, 0.0] {
            return;
        }
        let offset = self.offset(view);
        let matrix = self.matrix();
        for pixel in view.pixels_mut() {
            let given = pixel.0.map(f32::from);
            pixel.0 = matrix.map(|row| (dot(row, given) + offset + 0.5).clamp(0.0, 255.0) as u8);
        }
    }

    /// `brightness contrast (grey + saturation turn(chroma))`, applied to each of red, green and
    /// blue.
    fn matrix(&self) -> [[f32; 3]; 3] {
        let (sin, cos) = self.hue.sin_cos();
        let gain = self.brightness * self.contrast;
        let turned = [[cos, -sin], [sin, cos]].map(|[from_i, from_q]| {
            std::array::from_fn::<f32, 3, _>(|channel| {
                from_i * CHROMA[0][channel] + from_q * CHROMA[1][channel]
            })
        });
        BACK.map(|[i, q]| {
            std::array::from_fn(|channel| {
                gain * (GREY[channel]
                    + self.saturation * (i * turned[0][channel] + q * turned[1][channel]))
            })
        })
    }

    /// `(1 - contrast)` of the view's mean grey after the change of brightness; greys are fixed
    /// under the rest.
    fn offset(&self, view: &RgbImage) -> f32 {
        let sum = view.pixels().fold([0_u64; 3], |sum, pixel| {
            std::array::from_fn(|channel| sum[channel] + u64::from(pixel.0[channel]))
        });
        let mean =
            dot(GREY, sum.map(|total| total as f32)) / (view.width() * view.height()).max(1) as f32;
        (1.0 - self.contrast) * self.brightness * mean
    }
}

fn dot(one: [f32; 3], other: [f32; 3]) -> f32 {
    one[0] * other[0] + one[1] * other[1] + one[2] * other[2]
}
