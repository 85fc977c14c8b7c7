//! Summaries of anchors, where nothing is pulled.

use rayon::prelude::*;

use super::scratch::{SummaryScratch, TilesScratch};
use super::task::{Task, with_task};
use crate::scratch_pool::ScratchPool;
use crate::weights::TILE;
use crate::{Batch, Objective, Real, RowLoss, share};

/// Looks up the summary of every anchor of a batch.
pub(crate) fn summaries<L: RowLoss, T: Real>(
    objective: &Objective<L>,
    batch: &Batch<'_, T>,
    scratch: &mut TilesScratch<T>,
) {
    let (sides, pool) = (&mut scratch.sides, &scratch.pool);
    let out = &mut scratch.summaries;
    with_task(objective, batch, (&[], sides), |task| {
        task.summaries(out, pool);
    });
}

impl<L: RowLoss, T: Real> Task<'_, L, T> {
    /// Every anchor's summary.
    fn summaries(&self, out: &mut Vec<[f64; 2]>, pool: &ScratchPool<SummaryScratch<T>>) {
        let (n, m) = (self.anchors.len(), self.candidates.len());
        out.clear();
        out.resize(n, [0.0; 2]);
        let least = share::least(TILE * m * self.anchors.dim);
        let tiles = out.par_chunks_mut(TILE).enumerate().with_min_len(least);
        tiles.for_each(|(tile, out)| {
            let mut scratch = pool.take();
            let SummaryScratch {
                distances,
                related,
                padding,
            } = &mut scratch;
            distances.resize(out.len() * m, T::ZERO);
            let range = tile * TILE..tile * TILE + out.len();
            let anchors = self.anchors.slice(range.clone());
            self.distance
                .tile_in(distances, anchors, self.candidates, padding);
            for (index, (anchor, out)) in range.zip(out).enumerate() {
                self.batch.relate(anchor, self.loss.needs().grades, related);
                let distances = (self.distance, &distances[index * m..][..m]);
                let row = self.batch.row(anchor, distances, related, &[]);
                *out = self.loss.summary(&row);
            }
            pool.give(scratch);
        });
    }
}
