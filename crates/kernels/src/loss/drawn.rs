//! For every positive one negative drawn from its window, without a pass over the row for each.
//!
//! The histogram that counts all triplets ([`counting`](super::counting)) also sorts the negatives by level, and a
//! window is then a range of them.

use super::counting;
use crate::row::Row;
use crate::slopes::LossScratch;
use crate::threshold_search::{FEW, Window, nth, order};
use crate::{Margin, Real};

/// Gives every positive a negative of its window, drawn uniformly, if there is one.
pub(super) fn each<T: Real>(
    window: Window,
    margin: Margin,
    row: &Row<'_, T>,
    scratch: &mut LossScratch<T>,
    mut give: impl FnMut(usize, usize),
) {
    counting::levels(window, margin, row, scratch);
    let few = scratch.windows.ends.len() <= FEW;
    if !few {
        order(
            &scratch.counts,
            &scratch.reach,
            &mut scratch.next,
            &mut scratch.order,
        );
    }
    for (rank, &(_, positive)) in scratch.positives.iter().enumerate() {
        let (from, below) = scratch.windows.levels(rank);
        let (first, end) = (scratch.reach[below] as usize, scratch.reach[from] as usize);
        if first < end {
            let place = first + row.draw(positive as usize, end - first);
            let negative = match few {
                true => find(scratch, place, from),
                false => scratch.order[place] as usize,
            };
            give(positive as usize, negative);
        }
    }
}

/// The negative at a place of the list by level, if its level is at least `from`.
fn find<T>(scratch: &LossScratch<T>, place: usize, from: usize) -> usize {
    let mut level = from;
    while scratch.reach[level + 1] as usize > place {
        level += 1;
    }
    let before = scratch.reach[level + 1] as usize;
    nth(&scratch.counts, level as u16, place - before)
}
