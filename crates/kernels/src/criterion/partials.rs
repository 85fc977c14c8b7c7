//! The leaves' results as one.

use std::ops::Range;

use super::leaf::Leaf;
use crate::outcome::fit;
use crate::simd::add_scaled;
use crate::{Batch, Error, Gradients, Outcome, Partial, Real, Terms};

/// What a criterion gives: the sum, and each leaf's share of it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Combined<T> {
    /// Value and gradients of the weighted sum. Its `terms` are those of the first leaf; its `parameter` is the sum over
    /// all leaves, for leaves that learn one number together, as all do that were made of one objective.
    pub outcome: Outcome<T>,
    /// One per leaf.
    pub leaves: Vec<Share>,
}

/// One leaf's share.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Share {
    /// The leaf's reduced loss, before it is weighted.
    pub value: f64,
    /// What it counted.
    pub terms: Terms,
    /// The weighted sum's gradient with respect to the number that this leaf can learn; 0 if there is none.
    pub parameter: f64,
}

/// Sums over some anchors, leaf by leaf: what machines exchange.
///
/// To be summed over machines: every leaf's `terms` and *its* candidates' gradients, which for an exchanged leaf of two
/// towers are those of the batch's anchors `(n of all machines, d)`. Once that is done, finishing gives a machine the
/// gradients of its own anchors and of the candidates that are its own (see [`Criterion::partial`](crate::Criterion::partial)).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Partials<T> {
    /// One per leaf. Numbers may be replaced, counts stay as they are.
    pub leaves: Vec<Partial<T>>,
    /// The batch's own anchors.
    range: Range<usize>,
    /// The first candidate that is its own.
    first: usize,
    /// The batch's candidates.
    candidates: usize,
    own: Option<usize>,
    dim: usize,
}

impl<T: Real> Partials<T> {
    pub(super) fn new(leaves: Vec<Partial<T>>, batch: &Batch<'_, T>) -> Self {
        Self {
            leaves,
            range: batch.range(),
            first: batch.exchanged_range().start,
            candidates: batch.candidates().len(),
            own: batch.own(),
            dim: batch.candidates().dim(),
        }
    }

    /// Adds the partials of the anchors that follow these, as [`Partial::add`].
    ///
    /// # Errors
    /// [`Error::Partial`] if the others do not follow or are those of another number of leaves.
    ///
    /// # Panics
    /// If a caller has emptied `parts` of a leaf.
    pub fn add(&mut self, other: &Self) -> Result<(), Error> {
        fit("leaves", self.leaves.len(), other.leaves.len())?;
        fit("anchors from", self.range.end, other.range.start)?;
        for (leaf, more) in self.leaves.iter().zip(&other.leaves) {
            leaf.precedes(more)?;
        }
        for (leaf, more) in self.leaves.iter_mut().zip(&other.leaves) {
            leaf.add(more)?;
        }
        self.range.end = other.range.end;
        Ok(())
    }

    pub(super) fn finish(mut self, leaves: &[Leaf]) -> Result<Combined<T>, Error> {
        fit("leaves", leaves.len(), self.leaves.len())?;
        let partials = std::mem::take(&mut self.leaves);
        let zero = Gradients::zero(self.range.len() * self.dim, self.candidates * self.dim);
        let mut total = Outcome::new(zero, self.own, self.dim);
        let mut shares = Vec::with_capacity(leaves.len());
        for (leaf, partial) in leaves.iter().zip(partials) {
            let outcome = partial.finish(leaf.reduce());
            self.add_gradients(&mut total, leaf, &outcome);
            let parameter = leaf.weight() * outcome.parameter;
            total.value += leaf.weight() * outcome.value;
            total.parameter += parameter;
            shares.push(Share {
                value: outcome.value,
                terms: outcome.terms,
                parameter,
            });
        }
        total.terms = shares[0].terms;
        Ok(Combined {
            outcome: total,
            leaves: shares,
        })
    }

    /// Adds a leaf's gradients where they belong. Within one set, sides do not matter to the sum, and an exchanged
    /// leaf's own anchors are the batch's.
    fn add_gradients(&self, total: &mut Outcome<T>, leaf: &Leaf, outcome: &Outcome<T>) {
        let weight = T::from_f64(leaf.weight());
        if !leaf.is_exchanged() || self.own.is_some() {
            add_scaled(&mut total.anchors, weight, &outcome.anchors);
            add_scaled(&mut total.candidates, weight, &outcome.candidates);
            return;
        }
        let anchors = &outcome.candidates[self.range.start * self.dim..];
        let candidates = &mut total.candidates[self.first * self.dim..];
        add_scaled(&mut total.anchors, weight, anchors);
        add_scaled(candidates, weight, &outcome.anchors);
    }
}
