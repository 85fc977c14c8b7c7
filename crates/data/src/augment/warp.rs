use image::RgbImage;

use super::Augment;
use crate::draws::Draws;

/// From places in the view to places in the picture, both in parts of their sides and from their centres:
/// `(u, v) = (across x + down_u y, across_v x + down y) + centre`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Warp {
    across: [f32; 2],
    down: [f32; 2],
    centre: [f32; 2],
}

impl Warp {
    pub(super) fn draw(augment: &Augment, draws: &mut Draws) -> Self {
        let side = draws.between(augment.crop.low(), augment.crop.high());
        let (room, shift) = ((1.0 - side).abs() / 2.0, augment.shift.value());
        let mut place = || room * draws.between(-1.0, 1.0) + shift * draws.between(-1.0, 1.0);
        let centre = [place(), place()];
        let angle = augment.rotate.value().to_radians() * draws.between(-1.0, 1.0);
        let mirrored = draws.chance(0.5) && augment.flip;
        let (sin, cos) = angle.sin_cos();
        let hand = if mirrored { -side } else { side };
        Self {
            across: [hand * cos, hand * sin],
            down: [-side * sin, side * cos],
            centre,
        }
    }

    pub(super) fn apply(&self, image: &RgbImage, size: u32) -> RgbImage {
        let step = 1.0 / size as f32;
        let mut view = RgbImage::new(size, size);
        let Some(source) = Source::new(image) else {
            return view;
        };
        let rows = view.chunks_exact_mut((3 * size as usize).max(1));
        for (row, y) in rows.zip(0_u32..) {
            let y = (y as f32 + 0.5) * step - 0.5;
            let from = [0, 1].map(|axis| self.centre[axis] + self.down[axis] * y + 0.5);
            for (pixel, x) in row.chunks_exact_mut(3).zip(0_u32..) {
                let x = (x as f32 + 0.5) * step - 0.5;
                pixel.copy_from_slice(
                    &source.at(from[0] + self.across[0] * x, from[1] + self.across[1] * x),
                );
            }
        }
        view
    }
}

/// A picture to take samples from.
struct Source<'a> {
    pixels: &'a [u8],
    width: usize,
    sides: [f32; 2],
}

impl<'a> Source<'a> {
    /// None for a picture without pixels.
    fn new(image: &'a RgbImage) -> Option<Self> {
        let (width, height) = image.dimensions();
        let sides = [width as f32, height as f32];
        (width > 0 && height > 0).then_some(Self {
            pixels: image.as_raw(),
            width: width as usize,
            sides,
        })
    }

    /// The bilinear sample at parts `u` and `v` of the sides; beyond the edge its pixels go on.
    fn at(&self, u: f32, v: f32) -> [u8; 3] {
        let [x, y] = [(u, self.sides[0]), (v, self.sides[1])]
            .map(|(part, side)| (part * side - 0.5).clamp(0.0, side - 1.0));
        let (left, top) = (x as usize, y as usize);
        let (rightward, downward) = (x - left as f32, y - top as f32);
        // Where the next pixel would be beyond the edge its weight is zero.
        let right = if rightward > 0.0 { 3 } else { 0 };
        let below = if downward > 0.0 { 3 * self.width } else { 0 };
        let start = 3 * (top * self.width + left);
        let [a, b, c, d] = [0, right, below, below + right].map(|offset| self.pixel(start + offset));
        std::array::from_fn(|channel| {
            let upper = a[channel] + (b[channel] - a[channel]) * rightward;
            let lower = c[channel] + (d[channel] - c[channel]) * rightward;
            (upper + (lower - upper) * downward + 0.5) as u8
        })
    }

    fn pixel(&self, start: usize) -> [f32; 3] {
        let pixel = &self.pixels[start..start + 3];
        [f32::from(pixel[0]), f32::from(pixel[1]), f32::from(pixel[2])]
    }
}
