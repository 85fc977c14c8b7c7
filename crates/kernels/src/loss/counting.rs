//! All triplets of an anchor by counting: no loop over (positive, negative).
//!
//! Under a hard margin a triplet costs `t_p - d_n` if `d_n < t_p`, with `t_p = d_p + m`. With `c_p`
//! negatives active for each positive and `c_n` positives for each negative, the sum is
//! `sum_p c_p t_p - sum_n c_n d_n`, and `c_p`, `-c_n` are the slopes. One search among the sorted ends of
//! windows gives the level of every negative, which says `c_n`, and a histogram of the levels gives `c_p`:
//! `O(P log P + N log P)` for `P` positives and `N` negatives. The searches run over all candidates at once;
//! what is no negative is moved to the level that no window has.

use crate::ranks::{Side, Window, reach};
use crate::row::Row;
use crate::simd::{LANES, wide};
use crate::slopes::{Buffer, Room};
use crate::{Count, Margin, Real};

/// Costs every triplet of a row and writes its slopes. Of a window that is open below, the triplets outside count too.
pub(super) fn cost<T: Real>(
    window: Window,
    margin: Margin,
    row: &Row<'_, T>,
    buffer: &mut Buffer<T>,
) -> Count {
    let (slopes, room) = (&mut buffer.numbers, &mut buffer.room);
    buffer.whole = true;
    levels(window, margin, row, room);
    if window == Window::Between {
        room.cover.resize(room.windows.ends.len() + 1, 0);
        room.windows.cover(&mut room.cover);
        let each = room.counts.iter_mut();
        each.for_each(|count| *count = room.cover[usize::from(*count)]);
    }
    let mut sum = write(row.distances, &room.counts, slopes);
    let mut active = 0;
    for (rank, &(near, positive)) in room.positives.iter().enumerate() {
        let (from, below) = room.windows.levels(rank);
        let inside = room.reach[from] - room.reach[below];
        slopes[positive as usize] = T::from_f64(inside.into());
        sum += f64::from(inside) * margin.threshold(near).to_f64();
        active += u64::from(inside);
    }
    let all = row.pairs() * row.negative_count() as u64;
    let terms = if window == Window::Below { all } else { active };
    Count {
        sum,
        terms,
        active,
        anchors: u64::from(terms > 0),
        pairs: row.pairs(),
        ..Count::default()
    }
}

/// Sorts the positives, lays out their windows, and finds the level of every candidate, in `counts`, and how
/// many negatives have at least each.
pub(super) fn levels<T: Real>(
    window: Window,
    margin: Margin,
    row: &Row<'_, T>,
    room: &mut Room<T>,
) {
    let distances = row.distances;
    room.sort_positives(row);
    room.windows.set(window, margin, &room.positives);
    let ends = &room.windows.ends;
    room.counts.resize(distances.len(), 0);
    T::above(ends, Side::Above, distances, &mut room.counts);
    row.rest().iter().for_each(|&index| room.counts[index] = 0);
    reach(&room.counts, ends.len(), &mut room.reach);
}

wide! {
    /// Slopes `-c_n` for every candidate; gives `-sum c_n d_n`.
    fn write<'w, T>(distances: &'w [T], counts: &'w [u16], slopes: &'w mut [T]) -> f64 {
        for (slope, &count) in slopes.iter_mut().zip(counts) {
            *slope = -T::from_f32(f32::from(count));
        }
        let mut lanes = [0.0; LANES];
        let (chunks, rest) = distances.as_chunks::<LANES>();
        let (counts, counts_rest) = slopes.as_chunks::<LANES>();
        for (distances, counts) in chunks.iter().zip(counts) {
            for lane in 0..LANES {
                lanes[lane] += counts[lane].to_f64() * distances[lane].to_f64();
            }
        }
        for (lane, (count, distance)) in counts_rest.iter().zip(rest).enumerate() {
            lanes[lane] += count.to_f64() * distance.to_f64();
        }
        lanes.iter().sum()
    }
}

impl<T: Real> Room<T> {
    /// The positives of a row by distance, then by index.
    pub(super) fn sort_positives(&mut self, row: &Row<'_, T>) {
        self.positives.clear();
        let each = row
            .positives()
            .map(|index| (row.distances[index], index as u32));
        self.positives.extend(each);
        T::sort(&mut self.positives);
    }
}
