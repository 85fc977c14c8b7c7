//! What each anchor costs by itself.

use std::ops::Range;

use rayon::prelude::*;

use crate::distance::Side;
use crate::labels::Related;
use crate::slopes::Buffer;
use crate::{Batch, Objective, Real, RowLoss};

/// Anchors per tile of distances.
const TILE: usize = 64;

/// The sum of every anchor's terms, `(n,)`.
pub(crate) fn costs<L: RowLoss, T: Real>(
    objective: &Objective<L>,
    batch: &Batch<'_, T>,
    summaries: &[[f64; 2]],
) -> Vec<f64> {
    let distance = objective.distance();
    let candidates = Side::new(distance, batch.candidates());
    let anchors = Side::new(distance, batch.anchors());
    let (n, m) = (batch.anchors().len(), batch.candidates().len());
    let starts: Vec<usize> = (0..n).step_by(TILE).collect();
    let tiles = starts.into_par_iter().map(|start| {
        let range = start..n.min(start + TILE);
        let mut distances = vec![T::ZERO; range.len() * m];
        let tile = anchors.all().slice(range.clone());
        distance.tile(&mut distances, tile, candidates.all());
        tile_costs(objective, batch, (range, &distances), summaries)
    });
    tiles.collect::<Vec<Vec<f64>>>().concat()
}

/// The costs of some anchors, whose distances are known.
fn tile_costs<L: RowLoss, T: Real>(
    objective: &Objective<L>,
    batch: &Batch<'_, T>,
    (anchors, distances): (Range<usize>, &[T]),
    summaries: &[[f64; 2]],
) -> Vec<f64> {
    let (loss, m) = (objective.loss(), batch.candidates().len());
    let (mut slopes, mut related) = (Buffer::default(), Related::default());
    let each = anchors.enumerate().map(|(index, anchor)| {
        slopes.reset(m);
        batch.relate(anchor, loss.needs().grades, &mut related);
        let distances = (objective.distance(), &distances[index * m..][..m]);
        let row = batch.row(anchor, distances, &related, summaries);
        loss.row(&row, &mut slopes.slopes()).sum()
    });
    each.collect()
}
