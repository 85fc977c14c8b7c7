//! Rows of distances looked at one after the other, tile by tile, where nothing is pulled.

use rayon::prelude::*;

use crate::distance::Side;
use crate::labels::Related;
use crate::{Batch, Distance, Real, Row};

/// Anchors per tile of distances.
const TILE: usize = 64;

/// What rows are made with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scan<'s> {
    pub(crate) distance: Distance,
    /// Whether rows want the relevance of every candidate.
    pub(crate) grades: bool,
    /// One per candidate, or none.
    pub(crate) summaries: &'s [[f64; 2]],
}

impl Scan<'_> {
    /// Folds the rows of every tile into something of its own; gives them in the order of the anchors.
    ///
    /// Tiles are cut by the shapes alone, so the bits do not depend on the number of threads. Memory grows with `m` per
    /// thread.
    pub(crate) fn fold<T: Real, R: Send>(
        self,
        batch: &Batch<'_, T>,
        start: impl Fn() -> R + Sync,
        step: impl Fn(&mut R, &Row<'_, T>) + Sync,
    ) -> Vec<R> {
        let candidates = Side::new(self.distance, batch.candidates());
        let anchors = Side::new(self.distance, batch.anchors());
        let (n, m) = (batch.anchors().len(), batch.candidates().len());
        let starts: Vec<usize> = (0..n).step_by(TILE).collect();
        let tiles = starts.into_par_iter().map(|first| {
            let range = first..n.min(first + TILE);
            let mut distances = vec![T::ZERO; range.len() * m];
            let tile = anchors.all().slice(range.clone());
            self.distance.tile(&mut distances, tile, candidates.all());
            let (mut found, mut related) = (start(), Related::default());
            for (index, anchor) in range.enumerate() {
                batch.relate(anchor, self.grades, &mut related);
                let distances = (self.distance, &distances[index * m..][..m]);
                step(
                    &mut found,
                    &batch.row(anchor, distances, &related, self.summaries),
                );
            }
            found
        });
        tiles.collect()
    }
}
