//! For every positive the nearest negative strictly farther, without a loop over all of both.

use crate::Real;
use crate::ranks::{FEW, Side, place};
use crate::row::Row;
use crate::slopes::Room;

/// Gives every positive its nearest strictly farther negative, if there is one; the lowest index of
/// several.
pub(super) fn each<T: Real>(
    row: &Row<'_, T>,
    room: &mut Room<T>,
    give: impl FnMut(usize, Option<usize>),
) {
    room.sort_positives(row);
    room.thresholds.clear();
    room.thresholds
        .extend(room.positives.iter().map(|&(near, _)| near));
    room.negatives.clear();
    room.negatives.extend_from_slice(row.distances);
    for &index in row.rest() {
        room.negatives[index] = T::INFINITY;
    }
    if room.positives.len() <= FEW {
        by_passes(room, give);
    } else if room.positives.len() <= usize::from(u16::MAX) {
        by_bins(row, room, give);
    } else {
        by_loops(row, give);
    }
}

/// One pass over the row for each positive.
fn by_passes<T: Real>(room: &mut Room<T>, mut give: impl FnMut(usize, Option<usize>)) {
    room.found.clear();
    room.found.resize(room.positives.len(), T::INFINITY);
    T::nearest(&room.thresholds, &room.negatives, &mut room.found);
    let mut last = (T::INFINITY, None);
    for (&found, &(_, positive)) in room.found.iter().zip(&room.positives) {
        if found != last.0 {
            let above = found < T::INFINITY;
            let place = above.then(|| place(&room.negatives, found));
            last = (found, place.flatten());
        }
        give(positive as usize, last.1);
    }
}

/// The positives' distances, sorted, cut the line into bins; one pass keeps each bin's nearest negative,
/// and the answer for a positive is the first that is not empty from its own bin on.
fn by_bins<T: Real>(
    row: &Row<'_, T>,
    room: &mut Room<T>,
    mut give: impl FnMut(usize, Option<usize>),
) {
    room.counts.resize(row.distances.len(), 0);
    T::above(
        &room.thresholds,
        Side::From,
        row.distances,
        &mut room.counts,
    );
    room.bins.clear();
    room.bins.resize(room.positives.len() + 1, (T::INFINITY, 0));
    T::least(&room.negatives, &room.counts, &mut room.bins);
    let mut next = None;
    for (bin, &(_, positive)) in room.positives.iter().rev().enumerate() {
        // Bin `b` holds the negatives that have `b` positives at or above them.
        next = Some(room.bins[bin])
            .filter(|&(distance, _)| distance < T::INFINITY)
            .or(next);
        give(positive as usize, next.map(|(_, index)| index));
    }
}

/// The same for more positives than a count can tell apart.
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
