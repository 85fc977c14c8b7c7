//! For every positive the nearest negative strictly farther, without a loop over all of both.

use crate::Real;
use crate::row::Row;
use crate::slopes::LossScratch;
use crate::threshold_search::{FEW, Side, place};

/// Gives every positive its nearest strictly farther negative, if there is one; the lowest index of
/// several.
pub(super) fn each<T: Real>(
    row: &Row<'_, T>,
    scratch: &mut LossScratch<T>,
    give: impl FnMut(usize, Option<usize>),
) {
    scratch.sort_positives(row);
    scratch.thresholds.clear();
    scratch
        .thresholds
        .extend(scratch.positives.iter().map(|&(near, _)| near));
    scratch.negatives.clear();
    scratch.negatives.extend_from_slice(row.distances);
    for &index in row.rest() {
        scratch.negatives[index] = T::INFINITY;
    }
    if scratch.positives.len() <= FEW {
        by_passes(scratch, give);
    } else if scratch.positives.len() <= usize::from(u16::MAX) {
        by_bins(row, scratch, give);
    } else {
        by_loops(row, give);
    }
}

/// One pass over the row for each positive.
fn by_passes<T: Real>(scratch: &mut LossScratch<T>, mut give: impl FnMut(usize, Option<usize>)) {
    scratch.found.clear();
    scratch.found.resize(scratch.positives.len(), T::INFINITY);
    T::nearest(&scratch.thresholds, &scratch.negatives, &mut scratch.found);
    let mut last = (T::INFINITY, None);
    for (&found, &(_, positive)) in scratch.found.iter().zip(&scratch.positives) {
        if found != last.0 {
            let above = found < T::INFINITY;
            let place = above.then(|| place(&scratch.negatives, found));
            last = (found, place.flatten());
        }
        give(positive as usize, last.1);
    }
}

/// The positives' distances, sorted, cut the line into bins; one pass keeps each bin's nearest negative,
/// and the answer for a positive is the first that is not empty from its own bin on.
fn by_bins<T: Real>(
    row: &Row<'_, T>,
    scratch: &mut LossScratch<T>,
    mut give: impl FnMut(usize, Option<usize>),
) {
    scratch.counts.resize(row.distances.len(), 0);
    T::above(
        &scratch.thresholds,
        Side::From,
        row.distances,
        &mut scratch.counts,
    );
    scratch.bins.clear();
    scratch
        .bins
        .resize(scratch.positives.len() + 1, (T::INFINITY, 0));
    T::least(&scratch.negatives, &scratch.counts, &mut scratch.bins);
    let mut next = None;
    for (bin, &(_, positive)) in scratch.positives.iter().rev().enumerate() {
        // Bin `b` holds the negatives that have `b` positives at or above them.
        next = Some(scratch.bins[bin])
            .filter(|&(distance, _)| distance < T::INFINITY)
            .or(next);
        give(positive as usize, next.map(|(_, index)| index));
    }
}

/// The nearest negative above each positive, for more positives than a count can tell apart.
fn by_loops<T: Real>(row: &Row<'_, T>, mut give: impl FnMut(usize, Option<usize>)) {
    for positive in row.positives() {
        let above = row
            .negatives()
            .filter(|&index| row.distances[index] > row.distances[positive]);
        let nearest = above.reduce(|best, index| {
            let nearer = row.distances[index] < row.distances[best];
            if nearer { index } else { best }
        });
        give(positive, nearest);
    }
}
