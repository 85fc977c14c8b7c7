//! Which distances lie in the window of each positive, for all positives of an anchor by one search.
//!
//! The ends of all windows stand in one sorted list. The *level* of a distance is how many ends lie above
//! it; distances of one level lie in the same windows, and a window is a range of levels.

use super::{FEW, Side};
use crate::simd::vectorized;
use crate::{Margin, Real};

/// Which negatives belong to a positive at distance `d_p`, with the threshold `t_p = d_p + m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(
    unreachable_pub,
    reason = "the hidden part of a public trait speaks of it"
)]
pub enum Window {
    /// Those with `d_n < t_p`.
    Below,
    /// Those with `d_p < d_n < t_p`.
    Between,
}

impl Window {
    /// How many ends the window of one positive has.
    pub(crate) fn ends(self) -> usize {
        match self {
            Self::Below => 1,
            Self::Between => 2,
        }
    }
}

/// The windows of one anchor's positives, by their rank.
#[derive(Debug, Default)]
pub(crate) struct Windows<T> {
    /// The ends of all windows, ascending.
    pub(crate) ends: Vec<T>,
    /// The level that each window begins below, then the level that each ends with.
    levels: Vec<u16>,
    /// Lower ends, then upper ends.
    halves: Vec<T>,
}

impl<T: Real> Windows<T> {
    /// Lays out the windows of positives that are sorted by distance; at most 65,534 ends.
    pub(crate) fn set(&mut self, window: Window, margin: Margin, near: &[(T, u32)]) {
        // Adding the margin rounds, but never exchanges two thresholds.
        let upper = near.iter().map(|&(distance, _)| margin.threshold(distance));
        self.ends.clear();
        self.levels.clear();
        match window {
            Window::Below => {
                let few = near.len() as u16;
                self.ends.extend(upper);
                self.levels.extend(near.iter().map(|_| few + 1));
                self.levels.extend((1..=few).rev());
            }
            Window::Between => {
                // What lies strictly above a number is not below the next one. Where the margin is lost in
                // rounding, the window is empty.
                self.halves.clear();
                self.halves.extend(near.iter().map(|&(distance, _)| {
                    let (next, upper) = (distance.next_up(), margin.threshold(distance));
                    if next < upper { next } else { upper }
                }));
                self.halves.extend(upper);
                self.merge(near.len());
            }
        }
    }

    /// Merges the halves: what is before an end is what its own half and a search among the other one say. Of equal
    /// ends the lower ones come first.
    fn merge(&mut self, few: usize) {
        let (lower, upper) = self.halves.split_at(few);
        self.levels.resize(2 * few, 0);
        let (below, from) = self.levels.split_at_mut(few);
        T::above(upper, Side::From, lower, below);
        T::above(lower, Side::Above, upper, from);
        self.ends.resize(2 * few, T::ZERO);
        for (levels, half) in [(below, lower), (from, upper)] {
            for ((level, &end), left) in levels.iter_mut().zip(half).zip((1..=few as u16).rev()) {
                *level += left;
                self.ends[2 * few - usize::from(*level)] = end;
            }
        }
    }

    /// The levels inside the window of a positive: from the first, below the second.
    pub(crate) fn levels(&self, rank: usize) -> (usize, usize) {
        let few = self.levels.len() / 2;
        let (below, from) = (self.levels[rank], self.levels[few + rank]);
        (from.into(), below.into())
    }

    /// Adds up in how many windows each level lies; what is beyond all levels is in none.
    pub(crate) fn cover(&self, counts: &mut [u16]) {
        counts.fill(0);
        let few = self.levels.len() / 2;
        for rank in 0..few {
            let (from, below) = self.levels(rank);
            counts[from] = counts[from].wrapping_add(1);
            if let Some(count) = counts.get_mut(below) {
                *count = count.wrapping_sub(1);
            }
        }
        let mut sum = 0u16;
        for count in counts {
            sum = sum.wrapping_add(*count);
            *count = sum;
        }
    }
}

/// Levels on the stack: enough for most classes.
const SMALL: usize = 512;

/// How many of the levels given are at least each: `(ends + 2,)`, the last 0.
pub(crate) fn reach(levels: &[u16], ends: usize, out: &mut Vec<u32>) {
    out.clear();
    out.resize(ends + 2, 0);
    tally(levels, out);
    sum_up(out);
}

/// How often each level stands in a list into how often at least it does.
pub(crate) fn sum_up(times: &mut [u32]) {
    let mut sum = 0;
    for place in times.iter_mut().rev() {
        sum += *place;
        *place = sum;
    }
}

/// Adds how often each number stands in a list; of few, not how often 0 does.
fn tally(levels: &[u16], out: &mut [u32]) {
    match out.len() {
        len if len <= FEW + 2 => {
            let each = out.iter_mut().zip(times(levels));
            each.for_each(|(sum, more)| *sum += more);
        }
        len if len <= 256 => take_turns::<4, 256>(levels, out),
        len if len <= SMALL => take_turns::<2, SMALL>(levels, out),
        _ => {
            let each = levels.iter();
            each.for_each(|&level| out[usize::from(level)] += 1);
        }
    }
}

/// Counts levels in tables that take turns, so that equal neighbours do not wait for one another.
fn take_turns<const TABLES: usize, const SIZE: usize>(levels: &[u16], out: &mut [u32]) {
    let mut tables = [[0u32; SIZE]; TABLES];
    let (chunks, rest) = levels.as_chunks::<TABLES>();
    for chunk in chunks {
        for (table, &level) in tables.iter_mut().zip(chunk) {
            table[usize::from(level) % SIZE] += 1;
        }
    }
    for &level in rest {
        tables[0][usize::from(level) % SIZE] += 1;
    }
    for table in &tables {
        let each = out.iter_mut().zip(table);
        each.for_each(|(sum, more)| *sum += more);
    }
}

/// Places by level, the highest first, then by place: those of the levels `from..below` stand at
/// `reach[below]..reach[from]`.
pub(crate) fn order(levels: &[u16], reach: &[u32], next: &mut Vec<u32>, out: &mut Vec<u32>) {
    out.resize(levels.len(), 0);
    let reach = &reach[1..];
    let step = |next: &mut u32| {
        *next += 1;
        *next - 1
    };
    if reach.len() < SMALL {
        let mut next = [0; SMALL];
        next[..reach.len()].copy_from_slice(reach);
        return deal(levels, |level| step(&mut next[level % SMALL]), out);
    }
    next.clear();
    next.extend_from_slice(reach);
    deal(levels, |level| step(&mut next[level]), out);
}

/// Puts every place where the next one of its level goes.
#[inline(always)]
fn deal(levels: &[u16], mut next: impl FnMut(usize) -> u32, out: &mut [u32]) {
    for (place, &level) in (0..).zip(levels) {
        out[next(usize::from(level)) as usize] = place;
    }
}

/// How often each level from 1 to [`FEW`] stands in a list, by one pass for each.
pub(crate) fn times(levels: &[u16]) -> [u32; FEW + 1] {
    let most = levels.iter().copied().max().unwrap_or(0);
    vectorized(
        #[inline(always)]
        || {
            std::array::from_fn(|level| match level {
                0 => 0,
                _ if level > usize::from(most) => 0,
                _ => count(levels, level as u16),
            })
        },
    )
}

#[inline(always)]
fn count(levels: &[u16], level: u16) -> u32 {
    /// Fewer than a 16-bit count can hold.
    const BLOCK: usize = 1 << 15;
    let blocks = levels.chunks(BLOCK).map(|block| {
        let each = block.iter().map(|&other| u16::from(other == level));
        u32::from(each.sum::<u16>())
    });
    blocks.sum()
}

/// The place of the `nth` of those of a level that is in the list as often, counted from 0.
pub(crate) fn nth(levels: &[u16], level: u16, nth: usize) -> usize {
    /// Places that are counted together.
    const PIECE: usize = 128;
    let mut left = nth as u32;
    for (piece, levels) in levels.chunks(PIECE).enumerate() {
        let here = vectorized(
            #[inline(always)]
            || count(levels, level),
        );
        if left < here {
            let mut places = (0..levels.len()).filter(|&place| levels[place] == level);
            let place = places.nth(left as usize);
            return piece * PIECE + place.expect("that many were counted");
        }
        left -= here;
    }
    panic!("{nth} of level {level}: there are fewer");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::threshold_search::above_plain;
    use proptest::prelude::*;

    proptest! {
        /// Multiples of 1/4 and a margin of as much, of half, or too small to be seen.
        #[test]
        fn windows_hold_what_lies_in_them(
            positives in prop::collection::vec(-20i8..20, 1..150),
            distances in prop::collection::vec(-25i8..25, 0..100),
            margin in 0usize..5,
        ) {
            let wide = |numbers: &[i8]| -> Vec<f32> {
                numbers.iter().map(|&x| f32::from(x) / 4.0).collect()
            };
            let margin = match margin {
                4 => Margin::Soft,
                _ => Margin::hard([0.0, 1e-30, 0.125, 2.0][margin]).unwrap(),
            };
            let mut near: Vec<(f32, u32)> = wide(&positives).into_iter().zip(0..).collect();
            near.sort_by(|one, other| one.0.total_cmp(&other.0));
            let distances = wide(&distances);
            for window in [Window::Below, Window::Between] {
                let mut windows = Windows::default();
                windows.set(window, margin, &near);
                prop_assert!(windows.ends.is_sorted());
                let mut levels = vec![0; distances.len()];
                above_plain(&windows.ends, Side::Above, &distances, &mut levels);
                let (mut sums, mut next, mut places) = (vec![], vec![], vec![]);
                reach(&levels, windows.ends.len(), &mut sums);
                order(&levels, &sums, &mut next, &mut places);
                let mut cover = vec![7; windows.ends.len() + 1];
                windows.cover(&mut cover);
                let inside = |(near, _): (f32, u32), distance: f32| {
                    distance < margin.threshold(near) && (window == Window::Below || distance > near)
                };
                for (rank, &positive) in near.iter().enumerate() {
                    let (from, below) = windows.levels(rank);
                    let mut given = places[sums[below] as usize..sums[from] as usize].to_vec();
                    given.sort_unstable();
                    let wanted = (0..distances.len()).filter(|&n| inside(positive, distances[n]));
                    prop_assert_eq!(given, wanted.map(|n| n as u32).collect::<Vec<_>>());
                }
                for (&level, &distance) in levels.iter().zip(&distances) {
                    let wanted = near.iter().filter(|&&near| inside(near, distance)).count();
                    prop_assert_eq!(usize::from(cover[usize::from(level)]), wanted);
                }
            }
        }
    }
}
