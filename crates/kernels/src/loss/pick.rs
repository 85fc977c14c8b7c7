//! Which (positive, negative) pairs a selection picks, by plain loops: the definitions.

use std::cmp::Reverse;

use crate::row::Row;
use crate::threshold_search::Window;
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
            one(Some(positive), any(row, positive), &mut push);
        }),
        Select::SemiHard(SemiHard::Facenet(Pick::Random)) => {
            drawn(Window::Between, margin, row, push);
        }
        Select::SemiHard(SemiHard::Sandberg) => drawn(Window::Below, margin, row, push),
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
    let below = move |&negative: &usize| row.distances[negative] < limit;
    let window = || above(row, positive).filter(below);
    let chosen = match kind {
        SemiHard::Facenet(Pick::All) => return window().for_each(push),
        SemiHard::Facenet(Pick::Hardest) => nearest(row, window()),
        SemiHard::NearestAbove => {
            let near = nearest(row, above(row, positive));
            near.or_else(|| farthest(row, row.negatives()))
        }
        SemiHard::Facenet(Pick::Random) | SemiHard::Sandberg => None,
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

/// One of all negatives, uniformly.
fn any<T: Real>(row: &Row<'_, T>, positive: usize) -> Option<usize> {
    if row.negative_count() == 0 {
        return None;
    }
    let mut left = row.draw(positive, row.negative_count());
    for run in row.negative_runs() {
        if left < run.len() {
            return Some(run.start + left);
        }
        left -= run.len();
    }
    None
}

/// For every positive one of the negatives in its window, uniformly. They stand in the order of how many
/// ends of the windows of all positives lie above them, most first, then of their indices.
fn drawn<T: Real>(
    window: Window,
    margin: Margin,
    row: &Row<'_, T>,
    mut push: impl FnMut(usize, usize),
) {
    let level = |negative: usize| {
        let distance = row.distances[negative];
        let ends = row.positives().map(|positive| {
            let near = row.distances[positive];
            let upper = distance < margin.threshold(near);
            let lower = upper && distance <= near && window == Window::Between;
            usize::from(upper) + usize::from(lower)
        });
        ends.sum::<usize>()
    };
    let mut order: Vec<(Reverse<usize>, usize)> = row
        .negatives()
        .map(|negative| (Reverse(level(negative)), negative))
        .collect();
    order.sort_unstable();
    for positive in row.positives() {
        let near = row.distances[positive];
        let inside = |&negative: &usize| {
            let distance = row.distances[negative];
            distance < margin.threshold(near) && (window == Window::Below || distance > near)
        };
        let inside = order.iter().map(|&(_, negative)| negative).filter(inside);
        let count = inside.clone().count();
        if count > 0 {
            let mut inside = inside;
            let chosen = inside.nth(row.draw(positive, count));
            chosen
                .into_iter()
                .for_each(|negative| push(positive, negative));
        }
    }
}

fn one(positive: Option<usize>, negative: Option<usize>, mut push: impl FnMut(usize, usize)) {
    if let (Some(positive), Some(negative)) = (positive, negative) {
        push(positive, negative);
    }
}
