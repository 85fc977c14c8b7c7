//! For every positive the nearest negative strictly farther, in one pass over the negatives.

use crate::Real;
use crate::ranks::Side;
use crate::row::Row;
use crate::slopes::Room;

/// Gives every positive (in order of distance) its nearest strictly farther negative, if there is one;
/// the lowest index of several.
///
/// The positives' distances, sorted, cut the line into bins; the pass keeps each bin's nearest
/// negative, and the answer for a positive is the first that is not empty from its own bin on.
pub(super) fn each<T: Real>(
    row: &Row<'_, T>,
    room: &mut Room<T>,
    mut give: impl FnMut(usize, Option<usize>),
) {
    if row.positive_count() > usize::from(u16::MAX) {
        return many(row, give);
    }
    room.sort_positives(row);
    room.thresholds.clear();
    room.thresholds
        .extend(room.positives.iter().map(|&(near, _)| near));
    room.counts.resize(row.distances.len(), 0);
    T::above(
        &room.thresholds,
        Side::From,
        row.distances,
        &mut room.counts,
    );
    nearest(row, room);
    let mut next = None;
    for (bin, &(_, positive)) in room.positives.iter().rev().enumerate() {
        // Bin `b` holds the negatives that have `b` positives at or above them.
        next = Some(room.bins[bin])
            .filter(|&(distance, _)| distance < T::INFINITY)
            .or(next);
        give(positive as usize, next.map(|(_, index)| index));
    }
}

/// The nearest negative of each bin, the first of several.
fn nearest<T: Real>(row: &Row<'_, T>, room: &mut Room<T>) {
    room.bins.clear();
    room.bins.resize(room.positives.len() + 1, (T::INFINITY, 0));
    for run in row.negative_runs() {
        let start = run.start;
        let each = row.distances[run.clone()].iter().zip(&room.counts[run]);
        for (offset, (&distance, &count)) in each.enumerate() {
            let bin = &mut room.bins[usize::from(count)];
            if distance < bin.0 {
                *bin = (distance, start + offset);
            }
        }
    }
}

/// The same for more positives than a count can tell apart.
fn many<T: Real>(row: &Row<'_, T>, mut give: impl FnMut(usize, Option<usize>)) {
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
