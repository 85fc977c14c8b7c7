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
        LadderSampling::AllPairs => {
            let mut items = std::mem::take(&mut tally.slopes.buffer.scratch.items);
            chain(ladder, row, &mut items, |rung, uppers, lowers| {
                tally.all(&ladder.rungs[rung], uppers, lowers);
            });
            tally.slopes.buffer.scratch.items = items;
        }
    }
    Terms::one(tally.count())
}

/// Costs an anchor pair by pair.
pub(super) fn row_plain<T: Real>(
    ladder: &Ladder,
    row: &Row<'_, T>,
    slopes: &mut Slopes<'_, T>,
) -> Terms {
    let mut tally = Tally::new(row, slopes);
    chain(ladder, row, &mut Vec::new(), |rung, uppers, lowers| {
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

/// The upper and lower items of every rung: parts of `items`, in which the negatives lie by place after the
/// positives.
fn chain<T: Real>(
    ladder: &Ladder,
    row: &Row<'_, T>,
    items: &mut Vec<usize>,
    mut cost: impl FnMut(usize, &[usize], &[usize]),
) {
    let grades = row.grades();
    let mut starts = vec![0; ladder.rungs.len() + 1];
    for item in row.negatives() {
        starts[ladder.place(grades[item]) + 1] += 1;
    }
    starts[0] = row.positive_count();
    for place in 1..starts.len() {
        starts[place] += starts[place - 1];
    }
    items.clear();
    items.extend(row.positives());
    items.resize(starts[ladder.rungs.len()], 0);
    let mut ends = starts.clone();
    for item in row.negatives() {
        let end = &mut ends[ladder.place(grades[item])];
        items[*end] = item;
        *end += 1;
    }
    let mut upper = 0;
    for (rung, &start) in starts[..ladder.rungs.len()].iter().enumerate() {
        cost(rung, &items[upper..start], &items[start..]);
        upper = start;
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
