//! All triplets of an anchor by counting: no loop over (positive, negative).
//!
//! Under a hard margin a triplet costs `t_p - d_n` if `d_n < t_p`, with `t_p = d_p + m`. With `c_p`
//! negatives active for each positive and `c_n` positives for each negative, the sum is
//! `sum_p c_p t_p - sum_n c_n d_n`, and `c_p`, `-c_n` are the slopes. One search among the sorted ends of
//! windows gives the level of every negative, which says `c_n`, and a histogram of the levels gives `c_p`:
//! `O(P log P + N log P)` for `P` positives and `N` negatives. The searches run over all candidates at once;
//! what is no negative is moved to the level that no window has.

use crate::row::Row;
use crate::simd::{LANES, wide};
use crate::slopes::{Buffer, LossScratch};
use crate::threshold_search::{Side, Window, reach};
use crate::{Count, Margin, Real};

/// Costs every triplet of a row and writes its slopes. Of a window that is open below, the triplets outside count too.
pub(super) fn cost<T: Real>(
    window: Window,
    margin: Margin,
    row: &Row<'_, T>,
    buffer: &mut Buffer<T>,
) -> Count {
    let (slopes, scratch) = (&mut buffer.numbers, &mut buffer.scratch);
    buffer.whole = true;
    levels(window, margin, row, scratch);
    if window == Window::Between {
        scratch.cover.resize(scratch.windows.ends.len() + 1, 0);
        scratch.windows.cover(&mut scratch.cover);
        let each = scratch.counts.iter_mut();
        each.for_each(|count| *count = scratch.cover[usize::from(*count)]);
    }
    let mut sum = write(row.distances, &scratch.counts, slopes);
    let mut active = 0;
    for (rank, &(near, positive)) in scratch.positives.iter().enumerate() {
        let (from, below) = scratch.windows.levels(rank);
        let inside = scratch.reach[from] - scratch.reach[below];
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
    scratch: &mut LossScratch<T>,
) {
    let distances = row.distances;
    scratch.sort_positives(row);
    scratch.windows.set(window, margin, &scratch.positives);
    let ends = &scratch.windows.ends;
    scratch.counts.resize(distances.len(), 0);
    T::above(ends, Side::Above, distances, &mut scratch.counts);
    row.rest()
        .iter()
        .for_each(|&index| scratch.counts[index] = 0);
    reach(&scratch.counts, ends.len(), &mut scratch.reach);
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

impl<T: Real> LossScratch<T> {
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
