//! For every positive the nearest negative strictly farther, in one pass over the negatives.

use crate::Real;
use crate::row::Row;

/// Gives every positive (in order of distance) its nearest strictly farther negative, if there is one;
/// the lowest index of several.
///
/// The positives' distances, sorted, cut the line into bins; the pass keeps each bin's nearest
/// negative, and the answer for a positive is the first that is not empty from its own bin on.
pub(super) fn each<T: Real>(row: &Row<'_, T>, mut give: impl FnMut(usize, Option<usize>)) {
    let mut positives: Vec<usize> = row.positives().collect();
    positives.sort_unstable_by(|&one, &other| {
        row.distances[one]
            .total_cmp(&row.distances[other])
            .then(one.cmp(&other))
    });
    let bounds: Vec<T> = positives
        .iter()
        .map(|&index| row.distances[index])
        .collect();
    let bins = Bins::new(row, &bounds);
    let mut next = None;
    for (rank, &positive) in positives.iter().enumerate().rev() {
        // Bin `rank + 1` holds the negatives above bound `rank` and not above the next one.
        next = bins.nearest(rank + 1).or(next);
        give(positive, next);
    }
}

/// Bin `b` keeps the nearest negative among those strictly above exactly `b` bounds.
struct Bins<T> {
    distances: Vec<T>,
    indices: Vec<usize>,
}

impl<T: Real> Bins<T> {
    fn new(row: &Row<'_, T>, bounds: &[T]) -> Self {
        let mut bins = Self {
            distances: vec![T::INFINITY; bounds.len() + 1],
            indices: vec![0; bounds.len() + 1],
        };
        for run in row.negative_runs() {
            let start = run.start;
            for (offset, &distance) in row.distances[run].iter().enumerate() {
                let bin = bounds.partition_point(|&bound| bound < distance);
                if distance < bins.distances[bin] {
                    bins.distances[bin] = distance;
                    bins.indices[bin] = start + offset;
                }
            }
        }
        bins
    }

    fn nearest(&self, bin: usize) -> Option<usize> {
        let filled = self.distances[bin] < T::INFINITY;
        filled.then_some(self.indices[bin])
    }
}
