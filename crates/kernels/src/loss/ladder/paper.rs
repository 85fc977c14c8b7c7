//! The paper's rungs.

use super::cost::Tally;
use super::items::{Band, farther, farthest, nearer, nearest};
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

/// The farthest upper and the nearest lower item of every rung.
fn hardest<T: Real>(ladder: &Ladder, row: &Row<'_, T>, tally: &mut Tally<'_, '_, T>) {
    let positives = row.positives().map(|item| (row.distances[item], item));
    let positive = positives.fold(None, farther);
    let mut above = f32::INFINITY;
    for rung in &ladder.rungs {
        let below = rung.threshold.unwrap_or(f32::INFINITY);
        let upper = match rung.threshold {
            None => positive,
            Some(from) => farthest(row, Band { from, below: above }),
        };
        let lower = upper.and_then(|_| nearest(row, Band { below, ..Band::ALL }));
        if let (Some(upper), Some(lower)) = (upper, lower) {
            tally.pair(rung, upper, lower);
        }
        above = below;
    }
}
