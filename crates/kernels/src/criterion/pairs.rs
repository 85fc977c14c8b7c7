//! A loss of pairs on pairs that are given.

use rayon::prelude::*;

use super::cost::TermCost;
use crate::distance::{Padding, Side, View};
use crate::labels::Related;
use crate::relation::POSITIVE;
use crate::row::{Key, Row};
use crate::slopes::Buffer;
use crate::{Batch, Distance, Error, Loss, Objective, Parts, Real, RowLoss, Rows, Terms};

/// Pairs whose distances are taken at once: the diagonal of a tile.
const BLOCK: usize = 24;

/// What pairs `first[i]`, `second[i]` cost, each by itself: a positive pair where the score is at least one half, else
/// a negative one.
///
/// The numbers are those of a [`Batch`] of one anchor and one candidate per pair, costed one by one.
pub(super) fn cost<T: Real>(
    objective: &Objective<Loss>,
    (first, second): (Rows<'_, T>, Rows<'_, T>),
    scores: &[f64],
) -> Result<TermCost<T>, Error> {
    Batch::matched(first, second)?;
    let distance = objective.distance();
    let pairs = Pairs {
        objective,
        sides: [Side::new(distance, first), Side::new(distance, second)],
        second,
        scores,
    };
    let costs = pairs.costs();
    let mut terms = Terms::default();
    costs.iter().for_each(|cost| terms += cost.terms);
    let scales = [&terms.positive, &terms.negative].map(|count| objective.reduce().scale(count));
    let gradient = pairs.gradient(&costs, scales.map(T::from_f64));
    let value = terms.positive.sum * scales[0] + terms.negative.sum * scales[1];
    Ok(TermCost::new(value, gradient, terms))
}

struct Pairs<'a, T: Real> {
    objective: &'a Objective<Loss>,
    /// The first rows and the second, made ready.
    sides: [Side<'a, T>; 2],
    second: Rows<'a, T>,
    scores: &'a [f64],
}

/// What one pair costs.
struct PairCost<T> {
    terms: Terms,
    /// Of its slope on the distance.
    weight: T,
    /// Which denominator its cost has.
    part: usize,
}

/// Memory for one pair after the other.
struct PairScratch<T> {
    distances: Vec<T>,
    padding: Padding<T>,
    buffer: Buffer<T>,
}

impl<T: Real> Pairs<'_, T> {
    /// What every pair costs, `(n,)`.
    fn costs(&self) -> Vec<PairCost<T>> {
        let starts: Vec<usize> = (0..self.scores.len()).step_by(BLOCK).collect();
        let blocks = starts.into_par_iter().map(|start| {
            let end = self.scores.len().min(start + BLOCK);
            let mut scratch = PairScratch {
                distances: vec![T::ZERO; (end - start) * (end - start)],
                padding: Padding::default(),
                buffer: Buffer::default(),
            };
            let [one, two] = self.views(start..end);
            let distance = self.objective.distance();
            distance.tile_in(&mut scratch.distances, one, two, &mut scratch.padding);
            let each = (start..end).map(|pair| {
                let place = (pair - start) * (end - start + 1);
                let distance = scratch.distances[place];
                self.pair(pair, distance, &mut scratch.buffer)
            });
            each.collect::<Vec<_>>()
        });
        blocks.flatten_iter().collect()
    }

    fn views(&self, range: std::ops::Range<usize>) -> [View<'_, T>; 2] {
        [0, 1].map(|side| self.sides[side].all().slice(range.clone()))
    }

    /// One pair at a distance, as a row with one candidate.
    fn pair(&self, pair: usize, distance: T, buffer: &mut Buffer<T>) -> PairCost<T> {
        let is_positive = self.scores[pair] >= POSITIVE;
        let own: Vec<usize> = is_positive.then_some(0).into_iter().collect();
        let related = Related {
            positives: own.clone(),
            rest: own,
            grades: Vec::new(),
        };
        buffer.reset(1);
        let row = Row {
            distances: &[distance],
            related: &related,
            own: None,
            anchor: 0,
            key: Key::default(),
            summaries: &[],
            candidates: self.second.slice(pair..pair + 1),
            distance: self.objective.distance(),
        };
        let terms = self.objective.loss().row(&row, &mut buffer.slopes());
        let is_second = self.objective.loss().parts() == Parts::Two && !is_positive;
        PairCost {
            terms,
            weight: row.distance.weight(buffer.numbers[0], distance),
            part: usize::from(is_second),
        }
    }

    /// Of the first rows, then of the second, `(2 n, d)`.
    fn gradient(&self, costs: &[PairCost<T>], scales: [T; 2]) -> Vec<T> {
        let (n, dim) = (costs.len(), self.second.dim());
        let mut out = vec![T::ZERO; 2 * n * dim];
        let rows = out.par_chunks_exact_mut(dim).enumerate().with_min_len(64);
        rows.for_each(|(place, out)| {
            let (side, pair) = (place / n, place % n);
            let cost = &costs[pair];
            let views = self.views(pair..pair + 1);
            let (to, from) = (views[side], views[1 - side]);
            pull(self.objective.distance(), cost.weight, (to, from), out);
            out.iter_mut().for_each(|x| *x *= scales[cost.part]);
        });
        out
    }
}

/// The gradient in one row of a pair: the other row times the weight, and less its own where distances do not see the
/// origin.
fn pull<T: Real>(
    distance: Distance,
    weight: T,
    (to, from): (View<'_, T>, View<'_, T>),
    out: &mut [T],
) {
    let each = out.iter_mut().zip(to.row(0)).zip(from.row(0));
    if distance.is_laplacian() {
        each.for_each(|((out, x), y)| *out = weight * T::from_f64(y.to_f64() - x.to_f64()));
    } else {
        each.for_each(|((out, _), &y)| *out = weight * y);
    }
    distance.unprepare(out, to);
}
