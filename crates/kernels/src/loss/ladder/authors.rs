//! The rungs of the authors' released code, in distances `1 - s`.

use super::cost::Tally;
use super::items::{Band, Item, farther, farthest, nearer, nearest};
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
    if let (Some(positive), Some(negative)) = (positive, nearest(row, Band::ALL)) {
        tally.pair(rung, positive, negative);
    }
}

/// A distance, and the candidate at it unless it is a phantom.
type Side<T> = (T, Option<usize>);

/// The farthest upper and the nearest lower item, masked as the authors mask.
fn sides<T: Real>(row: &Row<'_, T>, threshold: f32) -> (Side<T>, Side<T>) {
    let mut upper = farthest(
        row,
        Band {
            from: threshold,
            ..Band::ALL
        },
    );
    let mut lower = nearest(
        row,
        Band {
            below: threshold,
            ..Band::ALL
        },
    );
    for item in row.positives() {
        let at = (row.distances[item], item);
        match row.grades()[item] >= threshold {
            true => upper = farther(upper, at),
            false => lower = nearer(lower, at),
        }
    }
    // Masked upper scores become 1 and masked lower ones 0, unless all is lower and nothing masked.
    let phantom = upper.is_some() || row.rest().len() > row.positive_count();
    let upper = upper.map_or((T::ZERO, None), |(distance, item)| (distance, Some(item)));
    let lower = match lower {
        Some((distance, item)) if !phantom || distance <= T::ONE => (distance, Some(item)),
        _ => (T::ONE, None),
    };
    (upper, lower)
}
