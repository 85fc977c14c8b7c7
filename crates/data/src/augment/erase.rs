use image::{Rgb, RgbImage};

use super::Augment;
use crate::draws::Draws;

/// A rectangle, in parts of the view's sides, and its colour.
#[derive(Debug, Clone, Copy)]
pub(super) struct Erase {
    corner: [f32; 2],
    sides: [f32; 2],
    colour: [u8; 3],
}

impl Erase {
    pub(super) fn draw(augment: &Augment, draws: &mut Draws) -> Option<Self> {
        let drawn = draws.chance(augment.erase.value());
        let area = draws.between(augment.erase_area.low(), augment.erase_area.high());
        let aspect = (0.3_f32.ln() * draws.between(-1.0, 1.0)).exp();
        let sides = [
            (area * aspect).sqrt().min(1.0),
            (area / aspect).sqrt().min(1.0),
        ];
        let corner = sides.map(|side| (1.0 - side) * draws.unit());
        let colour = [(); 3].map(|()| draws.below(256) as u8);
        drawn.then_some(Self {
            corner,
            sides,
            colour,
        })
    }

    pub(super) fn apply(&self, view: &mut RgbImage) {
        let size = [view.width(), view.height()];
        let edge = |part: f32, axis: usize| (part * size[axis] as f32).round() as u32;
        let [columns, rows] = [0, 1].map(|axis| {
            let end = self.corner[axis] + self.sides[axis];
            edge(self.corner[axis], axis)..edge(end, axis).min(size[axis])
        });
        for row in rows {
            for column in columns.clone() {
                view.put_pixel(column, row, Rgb(self.colour));
            }
        }
    }
}
