//! Where candidates stand on a ladder.

use super::{Ladder, Rung};
use crate::Real;
use crate::row::Row;
use crate::simd::vectorized;

/// Lanes of a search.
const LANES: usize = 16;

/// An item with the distance to it.
pub(super) type Item<T> = (T, usize);

impl Ladder {
    /// The place of a candidate of this relevance: 0 for `N_1`, 1 for `N_2`, ...
    ///
    /// It is above every rung after its own place, and below all up to it.
    #[inline]
    pub(super) fn place(&self, grade: f32) -> usize {
        // They descend, so that none need say where to stop: no branch to guess.
        let below = |rung: &Rung| rung.threshold.is_some_and(|threshold| grade < threshold);
        self.rungs[1..]
            .iter()
            .map(|rung| usize::from(below(rung)))
            .sum()
    }
}

/// The farther of two items; of equally far ones the first.
pub(super) fn farther<T: PartialOrd>(one: Option<Item<T>>, other: Item<T>) -> Option<Item<T>> {
    match one {
        Some(one) if one.0 >= other.0 => Some(one),
        _ => Some(other),
    }
}

/// The nearer of two items; of equally near ones the first.
pub(super) fn nearer<T: PartialOrd>(one: Option<Item<T>>, other: Item<T>) -> Option<Item<T>> {
    match one {
        Some(one) if one.0 <= other.0 => Some(one),
        _ => Some(other),
    }
}

/// A range of relevance.
#[derive(Debug, Clone, Copy)]
pub(super) struct Band {
    pub(super) from: f32,
    pub(super) below: f32,
}

impl Band {
    pub(super) const ALL: Self = Self {
        from: f32::NEG_INFINITY,
        below: f32::INFINITY,
    };

    #[inline(always)]
    fn holds(self, grade: f32) -> bool {
        grade >= self.from && grade < self.below
    }
}

/// The nearest negative of a band; of equally near ones the first.
pub(super) fn nearest<T: Real>(row: &Row<'_, T>, band: Band) -> Option<Item<T>> {
    extreme(row, band, T::INFINITY, |one, other| {
        if other < one { other } else { one }
    })
}

/// The farthest negative of a band; of equally far ones the first.
pub(super) fn farthest<T: Real>(row: &Row<'_, T>, band: Band) -> Option<Item<T>> {
    extreme(row, band, -T::INFINITY, |one, other| {
        if other > one { other } else { one }
    })
}

/// First which distance, by whole lanes, then where it stands.
fn extreme<T: Real>(
    row: &Row<'_, T>,
    band: Band,
    worst: T,
    better: impl Fn(T, T) -> T + Copy,
) -> Option<Item<T>> {
    let mut found = worst;
    vectorized(
        #[inline(always)]
        || {
            for run in row.negative_runs() {
                let side = (&row.distances[run.clone()], &row.grades()[run]);
                found = better(found, best(side, band, worst, better));
            }
        },
    );
    let mut runs = row.negative_runs();
    let first = runs.find_map(|run| {
        let mut each = row.distances[run.clone()]
            .iter()
            .zip(&row.grades()[run.clone()]);
        let place = each.position(|(&distance, &grade)| distance == found && band.holds(grade));
        place.map(|place| run.start + place)
    });
    first.map(|item| (found, item))
}

#[inline(always)]
fn best<T: Real>(
    (distances, grades): (&[T], &[f32]),
    band: Band,
    worst: T,
    better: impl Fn(T, T) -> T + Copy,
) -> T {
    let mut lanes = [worst; LANES];
    let inside = |distance, grade| if band.holds(grade) { distance } else { worst };
    let (distances, grades) = (distances.chunks_exact(LANES), grades.chunks_exact(LANES));
    let rest = distances.remainder().iter().zip(grades.remainder());
    for (distances, grades) in distances.zip(grades) {
        for ((lane, &distance), &grade) in lanes.iter_mut().zip(distances).zip(grades) {
            *lane = better(*lane, inside(distance, grade));
        }
    }
    for (lane, (&distance, &grade)) in lanes.iter_mut().zip(rest) {
        *lane = better(*lane, inside(distance, grade));
    }
    lanes.into_iter().fold(worst, better)
}
