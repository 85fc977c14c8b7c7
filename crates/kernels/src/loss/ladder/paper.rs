//! The paper's rungs.

use super::cost::Tally;
use super::items::{Item, farther, nearer};
use super::{Ladder, LadderSampling};
use crate::row::Row;
use crate::{Real, Slopes, Terms};

pub(super) fn row<T: Real>(ladder: &Ladder, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) -> Terms {
    let mut tally = Tally::new(row, slopes);
    match ladder.sampling {
        LadderSampling::HardContrastive => hardest(ladder, row, &mut tally),
        LadderSampling::AllPairs => chain(ladder, row, |rung, uppers, lowers| {
            tally.all(&ladder.rungs[rung], uppers, lowers);
        }),
    }
    Terms::one(tally.count())
}

/// The same, pair by pair.
pub(super) fn row_plain<T: Real>(
    ladder: &Ladder,
    row: &Row<'_, T>,
    slopes: &mut Slopes<'_, T>,
) -> Terms {
    let mut tally = Tally::new(row, slopes);
    chain(ladder, row, |rung, uppers, lowers| {
        let rung = &ladder.rungs[rung];
        if ladder.sampling == LadderSampling::AllPairs {
            return tally.each(rung, uppers, lowers);
        }
        let item = |&at: &usize| (row.distances[at], at);
        let upper = uppers.iter().map(item).fold(None, farther);
        let lower = lowers.iter().map(item).fold(None, nearer);
        if let (Some(upper), Some(lower)) = (upper, lower) {
            tally.pair(rung, upper, lower);
        }
    });
    Terms::one(tally.count())
}

/// The upper and lower items of every rung.
fn chain<T: Real>(
    ladder: &Ladder,
    row: &Row<'_, T>,
    mut cost: impl FnMut(usize, &[usize], &[usize]),
) {
    let mut places = vec![Vec::new(); ladder.rungs.len()];
    for item in row.negatives() {
        places[ladder.place(row.grades()[item])].push(item);
    }
    let mut upper: Vec<usize> = row.positives().collect();
    for (rung, place) in places.iter().enumerate() {
        cost(rung, &upper, &places[rung..].concat());
        upper.clone_from(place);
    }
}

/// The farthest upper and the nearest lower item of every rung, in one pass.
fn hardest<T: Real>(ladder: &Ladder, row: &Row<'_, T>, tally: &mut Tally<'_, '_, T>) {
    let mut far: Vec<Option<Item<T>>> = vec![None; ladder.rungs.len()];
    let mut near = far.clone();
    for item in row.negatives() {
        let place = ladder.place(row.grades()[item]);
        let item = (row.distances[item], item);
        far[place] = farther(far[place], item);
        near[place] = nearer(near[place], item);
    }
    let positives = row.positives().map(|item| (row.distances[item], item));
    let mut upper = positives.fold(None, farther);
    for (place, rung) in ladder.rungs.iter().enumerate() {
        let lower = near[place..].iter().flatten().copied();
        // Equally near items of two places: the first of the row, as plain loops find it.
        let lower = lower.min_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        if let (Some(upper), Some(lower)) = (upper, lower) {
            tally.pair(rung, upper, lower);
        }
        upper = far[place];
    }
}
