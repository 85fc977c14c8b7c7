//! What a step gives.

use crate::Terms;

/// Value and gradient of a step, and what was counted.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Cost<T> {
    /// The weighted sum.
    pub value: f64,
    /// Its gradient with respect to the rows, `(n, d)`.
    pub gradient: Vec<T>,
    /// What the first term counted.
    pub terms: Terms,
    /// One per term.
    pub shares: Vec<Share>,
    /// The sum's gradient with respect to what the criterion learns, in the order of
    /// [`Criterion::parameters`](crate::Criterion::parameters).
    pub parameters: Vec<Vec<T>>,
    /// Of the first term that is a ladder: how many anchors have something above and below each rung.
    pub filled: Vec<u64>,
}

/// One term's share.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub struct Share {
    /// The term's value before it is weighted: both directions, all its leading dimensions, its part of a memory.
    pub value: f64,
    /// What it counted, on the first of its leading dimensions.
    pub terms: Terms,
    /// The weighted sum's gradient with respect to each number that the term's loss could learn, as the loss has it; 0
    /// where there is none.
    pub parameters: [f64; 2],
}

/// What one term gives, before it is weighted.
#[derive(Debug)]
pub(super) struct TermCost<T> {
    pub(super) value: f64,
    /// `(n, d)`.
    pub(super) gradient: Vec<T>,
    pub(super) terms: Terms,
    /// With respect to the numbers that the loss could learn.
    pub(super) parameters: [f64; 2],
    /// With respect to the proxies; empty without any.
    pub(super) proxies: Vec<T>,
    pub(super) filled: Vec<u64>,
}

impl<T> TermCost<T> {
    /// Without proxies, and of no ladder.
    pub(super) fn new(value: f64, gradient: Vec<T>, terms: Terms) -> Self {
        Self {
            value,
            gradient,
            terms,
            parameters: [0.0; 2],
            proxies: Vec::new(),
            filled: Vec::new(),
        }
    }
}

impl<T> From<crate::Total<T>> for TermCost<T> {
    fn from(total: crate::Total<T>) -> Self {
        Self {
            parameters: total.parameters,
            ..Self::new(total.value, total.gradient, total.terms)
        }
    }
}

/// Adds slopes in numbers that a loss could learn.
pub(super) fn add_slopes(sums: &mut [f64; 2], factor: f64, slopes: [f64; 2]) {
    for (sum, slope) in sums.iter_mut().zip(slopes) {
        *sum += factor * slope;
    }
}
