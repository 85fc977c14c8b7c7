//! Which (positive, negative) pairs a selection picks, by plain loops: the definitions.

use std::ops::Range;

use crate::row::Row;
use crate::{Margin, Negative, Pick, Real, Select, SemiHard};

/// Pushes every selected (positive, negative) of a row that has both kinds.
pub(super) fn each<T: Real>(
    select: Select,
    margin: Margin,
    row: &Row<'_, T>,
    mut push: impl FnMut(usize, usize),
) {
    match select {
        Select::Hardest => one(
            farthest(row, row.positives()),
            nearest(row, row.negatives()),
            push,
        ),
        Select::EasyPositive(negative) => {
            let positive = nearest(row, row.positives());
            let negative = positive.and_then(|positive| match negative {
                Negative::Hardest => nearest(row, row.negatives()),
                Negative::SemiHard => nearest(row, above(row, positive)),
            });
            one(positive, negative, push);
        }
        Select::All => row.positives().for_each(|positive| {
            row.negatives()
                .for_each(|negative| push(positive, negative));
        }),
        Select::Random => row.positives().for_each(|positive| {
            one(Some(positive), drawn(row, positive, |_| true), &mut push);
        }),
        Select::SemiHard(kind) => row.positives().for_each(|positive| {
            let limit = margin.threshold(row.distances[positive]);
            semi_hard(kind, row, (positive, limit), |negative| {
                push(positive, negative)
            });
        }),
    }
}

/// Pushes the negatives of one positive; `limit` is its distance plus the margin.
fn semi_hard<T: Real>(
    kind: SemiHard,
    row: &Row<'_, T>,
    (positive, limit): (usize, T),
    push: impl FnMut(usize),
) {
    let from = row.distances[positive];
    let below = move |&negative: &usize| row.distances[negative] < limit;
    let window = || above(row, positive).filter(below);
    let chosen = match kind {
        SemiHard::Facenet(Pick::All) => return window().for_each(push),
        SemiHard::Facenet(Pick::Hardest) => nearest(row, window()),
        SemiHard::Facenet(Pick::Random) => drawn(row, positive, |distance| {
            (distance > from) & (distance < limit)
        }),
        SemiHard::NearestAbove => {
            let near = nearest(row, above(row, positive));
            near.or_else(|| farthest(row, row.negatives()))
        }
        SemiHard::Sandberg => drawn(row, positive, |distance| distance < limit),
    };
    chosen.into_iter().for_each(push);
}

/// The negatives strictly farther than a positive.
fn above<'r, T: Real>(
    row: &'r Row<'_, T>,
    positive: usize,
) -> impl Iterator<Item = usize> + use<'r, T> {
    let distances = row.distances;
    let from = distances[positive];
    row.negatives()
        .filter(move |&index| distances[index] > from)
}

/// The nearest of some candidates; the first of several.
fn nearest<T: Real>(row: &Row<'_, T>, among: impl Iterator<Item = usize>) -> Option<usize> {
    among.reduce(|best, index| {
        let nearer = row.distances[index] < row.distances[best];
        if nearer { index } else { best }
    })
}

/// The farthest of some candidates; the first of several.
pub(super) fn farthest<T: Real>(
    row: &Row<'_, T>,
    among: impl Iterator<Item = usize>,
) -> Option<usize> {
    among.reduce(|best, index| {
        let farther = row.distances[index] > row.distances[best];
        if farther { index } else { best }
    })
}

/// One of the negatives whose distance is to be kept, uniformly: they are counted first, then the drawn
/// one is looked up in index order.
fn drawn<T: Real>(row: &Row<'_, T>, positive: usize, keep: impl Fn(T) -> bool) -> Option<usize> {
    let count = |piece: &Range<usize>| -> usize {
        let kept = row.distances[piece.clone()].iter();
        kept.map(|&distance| usize::from(keep(distance))).sum()
    };
    let total: usize = row.negative_runs().map(|run| count(&run)).sum();
    if total == 0 {
        return None;
    }
    let mut left = row.draw(positive, total);
    for piece in row.negative_runs().flat_map(pieces) {
        let here = count(&piece);
        if left < here {
            return { piece }
                .filter(|&index| keep(row.distances[index]))
                .nth(left);
        }
        left -= here;
    }
    None
}

/// A range in pieces, so that looking one up passes over most of them by counting.
fn pieces(range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let end = range.end;
    range
        .step_by(64)
        .map(move |start| start..end.min(start + 64))
}

fn one(positive: Option<usize>, negative: Option<usize>, mut push: impl FnMut(usize, usize)) {
    if let (Some(positive), Some(negative)) = (positive, negative) {
        push(positive, negative);
    }
}
