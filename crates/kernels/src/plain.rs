//! The oracle: every distance, every triplet and every pair's gradient by plain loops.

use crate::outcome::{Gradients, Partial};
use crate::row::{Parts, Row, RowLoss, Terms};
use crate::{Batch, Objective, Real};

/// What [`tiles::partial`](crate::tiles::partial) gives, without a matrix product.
pub(crate) fn partial<L: RowLoss, T: Real>(
    objective: &Objective<L>,
    batch: &Batch<'_, T>,
) -> Partial<T> {
    let (anchors, candidates) = (batch.anchors(), batch.candidates());
    let count = match objective.loss().parts() {
        Parts::One => 1,
        Parts::Two => 2,
    };
    let zero = Gradients::zero(anchors.data().len(), candidates.data().len());
    let mut parts = vec![zero; count];
    let mut terms = Terms::default();
    for index in 0..anchors.len() {
        let distances: Vec<T> = (0..candidates.len())
            .map(|other| {
                let (a, b) = (anchors.row(index), candidates.row(other));
                objective.distance().between(a, b)
            })
            .collect();
        let row = batch.row(index, &distances);
        let mut slopes = vec![T::ZERO; candidates.len()];
        terms += objective.loss().row_plain(&row, &mut slopes);
        pull(objective, batch, (index, &row), &slopes, &mut parts);
    }
    Partial::new(terms, parts, batch.own(), anchors.dim())
}

/// The gradient of every pair that has a slope.
fn pull<L: RowLoss, T: Real>(
    objective: &Objective<L>,
    batch: &Batch<'_, T>,
    (index, row): (usize, &Row<'_, T>),
    slopes: &[T],
    parts: &mut [Gradients<T>],
) {
    let dim = batch.anchors().dim();
    let anchor = batch.anchors().row(index);
    for (other, &slope) in slopes.iter().enumerate() {
        if slope == T::ZERO {
            continue;
        }
        // Slopes on positives go to the first part, all others to the last.
        let kind = usize::from(row.same.binary_search(&other).is_err());
        let last = parts.len() - 1;
        let part = &mut parts[kind.min(last)];
        let candidate = batch.candidates().row(other);
        let distance = objective.distance();
        let place = &mut part.anchors[index * dim..(index + 1) * dim];
        distance.pull(slope, anchor, candidate, place);
        let place = &mut part.candidates[other * dim..(other + 1) * dim];
        distance.pull(slope, candidate, anchor, place);
    }
}
