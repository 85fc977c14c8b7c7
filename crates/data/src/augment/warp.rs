use image::RgbImage;

use super::Augment;
use crate::draws::Draws;

/// Fixed-point numbers have this many bits behind the point: exact enough to walk along a row by
/// adding, and the same on every machine.
const BITS: u32 = 32;

/// From places in the view to places in the picture, both in parts of their sides and from their
/// centres: `(u, v) = x across + y down + centre`.
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

    /// Samples the picture at each place of a `size` x `size` view.
    pub(super) fn apply(&self, image: &RgbImage, size: u32) -> RgbImage {
        let mut view = RgbImage::new(size, size);
        let Some(source) = Source::new(image) else {
            return view;
        };
        let step = [0, 1]
            .map(|axis| fixed(f64::from(self.across[axis]) * source.side(axis) / f64::from(size)));
        for (row, y) in view.chunks_exact_mut((3 * size as usize).max(1)).zip(0..) {
            let mut at =
                [0, 1].map(|axis| fixed(self.start(axis, y, size) * source.side(axis) - 0.5));
            for pixel in row.chunks_exact_mut(3) {
                pixel.copy_from_slice(&source.at(at));
                at = [at[0] + step[0], at[1] + step[1]];
            }
        }
        view
    }

    /// Where the first pixel of row `y` looks, as a part of the picture's side from its edge.
    fn start(&self, axis: usize, y: u32, size: u32) -> f64 {
        let part = |place: u32| (f64::from(place) + 0.5) / f64::from(size) - 0.5;
        let [across, down, centre] =
            [self.across, self.down, self.centre].map(|pair| f64::from(pair[axis]));
        part(0) * across + part(y) * down + centre + 0.5
    }
}

fn fixed(value: f64) -> i64 {
    (value * (1_u64 << BITS) as f64).round() as i64
}

/// A picture to take samples from.
struct Source<'a> {
    pixels: &'a [u8],
    width: usize,
    /// The last column and the last row, in fixed point.
    last: [i64; 2],
}

impl<'a> Source<'a> {
    /// None for a picture without pixels.
    fn new(image: &'a RgbImage) -> Option<Self> {
        let (width, height) = image.dimensions();
        let last = [width, height].map(|side| (i64::from(side) - 1) << BITS);
        let source = Self {
            pixels: image.as_raw(),
            width: width as usize,
            last,
        };
        (width > 0 && height > 0).then_some(source)
    }

    /// Pixels along a side.
    fn side(&self, axis: usize) -> f64 {
        ((self.last[axis] >> BITS) + 1) as f64
    }

    /// The bilinear sample at a place in fixed point, weights in 256ths; beyond the edge its
    /// pixels go on.
    fn at(&self, place: [i64; 2]) -> [u8; 3] {
        let half = 1 << (BITS - 9);
        let [x, y] = [0, 1].map(|axis| place[axis].clamp(0, self.last[axis]) + half);
        let [rightward, downward] = [x, y].map(|place| (place >> (BITS - 8)) as u32 & 0xFF);
        let start = 3 * ((y >> BITS) as usize * self.width + (x >> BITS) as usize);
        // Where the next pixel would be beyond the edge its weight is zero.
        let right = if rightward > 0 { 3 } else { 0 };
        let below = if downward > 0 { 3 * self.width } else { 0 };
        let [a, b, c, d] =
            [0, right, below, below + right].map(|offset| self.pixel(start + offset));
        std::array::from_fn(|channel| {
            let upper = a[channel] * (256 - rightward) + b[channel] * rightward;
            let lower = c[channel] * (256 - rightward) + d[channel] * rightward;
            ((upper * (256 - downward) + lower * downward + (1 << 15)) >> 16) as u8
        })
    }

    fn pixel(&self, start: usize) -> [u32; 3] {
        let pixel = &self.pixels[start..start + 3];
        [
            u32::from(pixel[0]),
            u32::from(pixel[1]),
            u32::from(pixel[2]),
        ]
    }
}
