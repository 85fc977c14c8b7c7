//! For every positive one negative drawn from its window, without a count for each.
//!
//! How many negatives lie in the window of a positive comes from the histogram that counts all triplets
//! ([`counting`](super::counting)); the drawn one is then looked up in index order.

use super::counting::{self, Window};
use crate::row::Row;
use crate::simd::wide;
use crate::slopes::Room;
use crate::{Margin, Real};

/// Gives every positive a negative of its window, drawn uniformly, if there is one.
pub(super) fn each<T: Real>(
    window: Window,
    margin: Margin,
    row: &Row<'_, T>,
    room: &mut Room<T>,
    mut give: impl FnMut(usize, usize),
) {
    counting::count(window, margin, row, room);
    for &index in row.rest() {
        room.counts[index] = 0;
    }
    let few = room.positives.len();
    let mut below = 0;
    for (rank, &(_, positive)) in room.positives.iter().enumerate() {
        below += room.ranks[rank];
        if below == 0 {
            continue;
        }
        let left = row.draw(positive as usize, below as usize);
        // The negative lies below this threshold, and above that many positives.
        let least = (few - rank) as u16;
        let most = match window {
            Window::Below => u16::MAX,
            Window::Between => least - 1,
        };
        if let Some(negative) = find(room, (least, most), left) {
            give(positive as usize, negative);
        }
    }
}

/// The candidate with this many before it that have at least `least` thresholds above them and at most
/// `most` positives at or above them.
fn find<T: Real>(room: &Room<T>, (least, most): (u16, u16), left: usize) -> Option<usize> {
    let others = match most {
        u16::MAX => &room.counts,
        _ => &room.others,
    };
    place::<T>((&room.counts, others), (least, most), left, T::ZERO)
}

wide! {
    fn place<'w, T>(
        lists: (&'w [u16], &'w [u16]),
        bounds: (u16, u16),
        before: usize,
        _kind: T,
    ) -> Option<usize> {
        /// Candidates that are counted together.
        const PIECE: usize = 128;
        let ((counts, others), (least, most), mut left) = (lists, bounds, before);
        // Where there is no upper bound, nothing is above it.
        let keep = |count: u16, other: u16| (count >= least) & (other <= most);
        let pieces = counts.chunks(PIECE).zip(others.chunks(PIECE));
        for (piece, (counts, others)) in pieces.enumerate() {
            let mut here = 0u16;
            for (&count, &other) in counts.iter().zip(others) {
                here += u16::from(keep(count, other));
            }
            if left < usize::from(here) {
                let mut places = (0..counts.len()).filter(|&k| keep(counts[k], others[k]));
                return places.nth(left).map(|place| piece * PIECE + place);
            }
            left -= usize::from(here);
        }
        None
    }
}
