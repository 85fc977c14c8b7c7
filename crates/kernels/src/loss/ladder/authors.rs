//! The rungs of the authors' code (`vsepp/model.py` and its ladder losses), in distances `1 - s`.

use super::cost::Tally;
use super::items::{Item, farther, nearer};
use super::{Ladder, LadderSampling, LadderVariant, Rung};
use crate::number::NonNegative;
use crate::row::Row;
use crate::{Real, Slopes, Terms};

pub(super) fn row<T: Real>(ladder: &Ladder, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) -> Terms {
    let mut tally = Tally::new(row, slopes);
    let positives = row.positives().map(|item| (row.distances[item], item));
    let positive = positives.fold(None, farther);
    first(ladder, row, positive, &mut tally);
    let mut margin = ladder.rungs[0].margin.get();
    for rung in &ladder.rungs[1..] {
        let Some(threshold) = rung.threshold else {
            continue;
        };
        let (upper, lower) = sides(row, threshold);
        margin += rung.margin.get();
        match (ladder.variant, positive) {
            (LadderVariant::AuthorsCumulative, Some((distance, item))) => {
                // The sum of margins that are each in their range is used as one.
                let margin = NonNegative::of(margin);
                let rung = Rung { margin, ..*rung };
                tally.between(&rung, (distance, Some(item)), lower);
            }
            (LadderVariant::AuthorsCumulative, None) => {}
            _ => tally.between(rung, upper, lower),
        }
    }
    Terms::one(tally.count())
}

/// Rung 1, which is that of the paper.
fn first<T: Real>(
    ladder: &Ladder,
    row: &Row<'_, T>,
    positive: Option<Item<T>>,
    tally: &mut Tally<'_, '_, T>,
) {
    let rung = &ladder.rungs[0];
    if ladder.sampling == LadderSampling::AllPairs {
        let positives: Vec<usize> = row.positives().collect();
        let negatives: Vec<usize> = row.negatives().collect();
        return tally.all(rung, &positives, &negatives);
    }
    let negatives = row.negatives().map(|item| (row.distances[item], item));
    if let (Some(positive), Some(negative)) = (positive, negatives.fold(None, nearer)) {
        tally.pair(rung, positive, negative);
    }
}

/// A distance, and the candidate at it unless it is a phantom.
type Side<T> = (T, Option<usize>);

/// The farthest upper and the nearest lower item, masked as the authors mask.
fn sides<T: Real>(row: &Row<'_, T>, threshold: f32) -> (Side<T>, Side<T>) {
    let (mut upper, mut lower, mut below) = (None, None, 0);
    let mut see = |item: usize| {
        let at = (row.distances[item], item);
        if row.grades()[item] >= threshold {
            upper = farther(upper, at);
        } else {
            lower = nearer(lower, at);
            below += 1;
        }
    };
    row.negatives().for_each(&mut see);
    row.positives().for_each(&mut see);
    // Masked upper scores become 1, masked lower ones 0; something is always upper but where all is lower.
    let upper = upper.map_or((T::ZERO, None), |(distance, item)| (distance, Some(item)));
    let phantom = below < row.distances.len();
    let lower = match lower {
        Some((distance, item)) if !phantom || distance <= T::ONE => (distance, Some(item)),
        _ => (T::ONE, None),
    };
    (upper, lower)
}
