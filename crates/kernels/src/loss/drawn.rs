//! For every positive one negative drawn from its window, without a pass over the row for each.
//!
//! The histogram that counts all triplets ([`counting`](super::counting)) also sorts the negatives by level, and a
//! window is then a range of them.

use super::counting;
use crate::ranks::{FEW, Window, nth, order};
use crate::row::Row;
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
    counting::levels(window, margin, row, room);
    let few = room.windows.ends.len() <= FEW;
    if !few {
        order(&room.counts, &room.reach, &mut room.next, &mut room.order);
    }
    for (rank, &(_, positive)) in room.positives.iter().enumerate() {
        let (from, below) = room.windows.levels(rank);
        let (first, end) = (room.reach[below] as usize, room.reach[from] as usize);
        if first < end {
            let place = first + row.draw(positive as usize, end - first);
            let negative = match few {
                true => find(room, place, from),
                false => room.order[place] as usize,
            };
            give(positive as usize, negative);
        }
    }
}

/// The negative at a place of the list by level, if its level is at least `from`.
fn find<T>(room: &Room<T>, place: usize, from: usize) -> usize {
    let mut level = from;
    while room.reach[level + 1] as usize > place {
        level += 1;
    }
    let before = room.reach[level + 1] as usize;
    nth(&room.counts, level as u16, place - before)
}
