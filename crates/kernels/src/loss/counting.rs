//! All triplets of an anchor by counting: no loop over (positive, negative).
//!
//! Under a hard margin a triplet costs `t_p - d_n` if `d_n < t_p`, with `t_p = d_p + m`. With `c_p`
//! negatives active for each positive and `c_n` positives for each negative, the sum is
//! `sum_p c_p t_p - sum_n c_n d_n`, and `c_p`, `-c_n` are the slopes. One search among the sorted `t_p` per
//! negative gives `c_n`, and a histogram of the `c_n` gives `c_p`: `O(P log P + N log P)` for `P` positives
//! and `N` negatives. The searches run over all candidates at once; what is no negative is taken out
//! again.

use crate::ranks::Side;
use crate::row::Row;
use crate::simd::{LANES, wide};
use crate::slopes::{Buffer, Room};
use crate::{Count, Margin, Real};

/// Which triplets are selected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Window {
    /// All; those with `d_n < t_p` cost something.
    Below,
    /// Those with `d_p < d_n < t_p`; all cost something.
    Between,
}

/// Costs every triplet of a row and writes its slopes.
pub(super) fn cost<T: Real>(
    window: Window,
    margin: Margin,
    row: &Row<'_, T>,
    buffer: &mut Buffer<T>,
) -> Count {
    let (slopes, room) = (&mut buffer.numbers, &mut buffer.room);
    buffer.whole = true;
    count(window, margin, row, room);
    if window == Window::Between {
        let each = room.counts.iter_mut().zip(&room.others);
        each.for_each(|(count, other)| *count = count.saturating_sub(*other));
    }
    let mut sum = write(row.distances, &room.counts, slopes);
    for &index in row.rest() {
        sum += f64::from(room.counts[index]) * row.distances[index].to_f64();
        slopes[index] = T::ZERO;
    }
    let (mut below, mut active) = (0, 0);
    for (rank, &(near, positive)) in room.positives.iter().enumerate() {
        below += room.ranks[rank];
        slopes[positive as usize] = T::from_f64(below as f64);
        sum += below as f64 * margin.threshold(near).to_f64();
        active += below as u64;
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

/// Sorts the positives, counts `c_n` for every candidate, and per rank of positives by how many negatives
/// its `c_p` exceeds that of the rank before.
pub(super) fn count<T: Real>(window: Window, margin: Margin, row: &Row<'_, T>, room: &mut Room<T>) {
    let distances = row.distances;
    room.sort_positives(row);
    let few = room.positives.len();
    // Adding the margin rounds, but never exchanges two thresholds.
    let upper = room
        .positives
        .iter()
        .map(|&(near, _)| margin.threshold(near));
    room.thresholds.clear();
    room.thresholds.extend(upper);
    room.counts.resize(distances.len(), 0);
    T::above(&room.thresholds, Side::Above, distances, &mut room.counts);
    room.ranks.clear();
    room.ranks.resize(few + 1, 0);
    tally(&room.counts, row.rest(), |count, times| {
        room.ranks[few - count] += times
    });
    if window == Window::Between {
        let lower = room.positives.iter().map(|&(near, _)| near);
        room.thresholds.clear();
        room.thresholds.extend(lower);
        room.others.resize(distances.len(), 0);
        T::above(&room.thresholds, Side::From, distances, &mut room.others);
        tally(&room.others, row.rest(), |count, times| {
            room.ranks[few - count] -= times
        });
    }
}

/// How often each count stands in a list, but for some places.
fn tally(counts: &[u16], without: &[usize], mut give: impl FnMut(usize, i64)) {
    /// Tables that take turns, so that equal neighbours do not wait for one another.
    const TABLES: usize = 4;
    /// Small enough for the stack, large enough for most classes.
    const SMALL: usize = 256;
    let most = usize::from(counts.iter().copied().max().unwrap_or(0));
    if most < SMALL {
        let mut tables = [[0u32; SMALL]; TABLES];
        let (chunks, rest) = counts.as_chunks::<TABLES>();
        for chunk in chunks {
            for (table, &count) in tables.iter_mut().zip(chunk) {
                table[usize::from(count) % SMALL] += 1;
            }
        }
        rest.iter()
            .for_each(|&count| tables[0][usize::from(count)] += 1);
        for count in 0..=most {
            let times: u32 = tables.iter().map(|table| table[count]).sum();
            give(count, times.into());
        }
    } else {
        counts.iter().for_each(|&count| give(count.into(), 1));
    }
    without
        .iter()
        .for_each(|&index| give(counts[index].into(), -1));
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
