//! The oracle: every distance, every triplet and every pair's gradient by plain loops.

use crate::labels::Related;
use crate::outcome::{Gradients, Partial};
use crate::slopes::Buffer;
use crate::{Batch, Objective, Parts, Real, RowLoss, Rows, Terms};

/// What [`tiles::partial`](crate::tiles::partial) gives, without a matrix product.
pub(crate) fn partial<L: RowLoss, T: Real>(
    objective: &Objective<L>,
    batch: &Batch<'_, T>,
    summaries: &[[f64; 2]],
) -> Partial<T> {
    let (anchors, candidates) = (batch.anchors(), batch.candidates());
    let count = match objective.loss().parts() {
        Parts::One => 1,
        Parts::Two => 2,
    };
    let zero = Gradients::zero(anchors.data().len(), candidates.data().len());
    let mut parts = vec![zero; count];
    let mut terms = Terms::default();
    let (mut slopes, mut related) = (Buffer::default(), Related::default());
    for index in 0..anchors.len() {
        let distances = distances(objective, batch, index);
        batch.relate(index, objective.loss().needs().grades, &mut related);
        let given = (objective.distance(), &distances[..]);
        let row = batch.row(index, given, &related, summaries);
        slopes.reset(candidates.len());
        terms += objective.loss().row_plain(&row, &mut slopes.slopes());
        pull(objective, batch, (index, &related), &slopes, &mut parts);
    }
    Partial::new(terms, parts, batch)
}

/// What [`tiles::summaries`](crate::tiles::summaries) gives.
pub(crate) fn summaries<L: RowLoss, T: Real>(
    objective: &Objective<L>,
    batch: &Batch<'_, T>,
) -> Vec<[f64; 2]> {
    let mut related = Related::default();
    let each = (0..batch.anchors().len()).map(|index| {
        let distances = distances(objective, batch, index);
        batch.relate(index, objective.loss().needs().grades, &mut related);
        let given = (objective.distance(), &distances[..]);
        objective
            .loss()
            .summary(&batch.row(index, given, &related, &[]))
    });
    each.collect()
}

fn distances<L: RowLoss, T: Real>(
    objective: &Objective<L>,
    batch: &Batch<'_, T>,
    index: usize,
) -> Vec<T> {
    let anchor = batch.anchors().row(index);
    let each = (0..batch.candidates().len()).map(|other| {
        let candidate = batch.candidates().row(other);
        objective.distance().between(anchor, candidate)
    });
    each.collect()
}

/// The gradient of every pair that has a slope.
fn pull<L: RowLoss, T: Real>(
    objective: &Objective<L>,
    batch: &Batch<'_, T>,
    (index, related): (usize, &Related),
    slopes: &Buffer<T>,
    parts: &mut [Gradients<T>],
) {
    let dim = batch.anchors().dim();
    let anchor = batch.anchors().row(index);
    let distance = objective.distance();
    for (other, &slope) in slopes.numbers.iter().enumerate() {
        if slope == T::ZERO {
            continue;
        }
        // Slopes on positives go to the first part, all others to the last.
        let kind = usize::from(related.positives.binary_search(&other).is_err());
        let last = parts.len() - 1;
        let part = &mut parts[kind.min(last)];
        let candidate = batch.candidates().row(other);
        let place = &mut part.anchors[index * dim..(index + 1) * dim];
        distance.pull(slope, anchor, candidate, place);
        let place = &mut part.candidates[other * dim..(other + 1) * dim];
        distance.pull(slope, candidate, anchor, place);
    }
    for &(one, two, slope) in &slopes.pairs {
        let rows: Rows<'_, T> = batch.candidates();
        for (to, from) in [(one, two), (two, one)] {
            let place = &mut parts[0].candidates[to * dim..(to + 1) * dim];
            distance.pull(slope, rows.row(to), rows.row(from), place);
        }
    }
}
