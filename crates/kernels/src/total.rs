//! Value and gradient of a batch where it does not matter which side a gradient came from.

use crate::outcome::{Gradients, Outcome};
use crate::weights::Part;
use crate::{Batch, Real, Reduce, Terms};

/// Value and gradient of a batch where it does not matter which side a gradient came from.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Total<T> {
    /// The reduced loss.
    pub value: f64,
    /// Its gradient with respect to every embedding given, as [`Outcome::gradient`].
    pub gradient: Vec<T>,
    /// What was counted.
    pub terms: Terms,
    /// As [`Outcome::parameters`].
    pub parameters: [f64; 2],
}

/// How the two sides of a batch belong together.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Sides {
    /// The first anchor's number is that of a candidate at this place.
    One(usize),
    /// No row is on both sides.
    Two,
    /// The candidates' gradients are those of the anchors, and were left out.
    Even,
}

impl Sides {
    pub(crate) fn of<T: Real>(batch: &Batch<'_, T>) -> Self {
        match batch.own() {
            Some(own) => Self::One(own * batch.anchors().dim()),
            None => Self::Two,
        }
    }
}

impl<T: Real> Total<T> {
    /// Divides every part by its own count and sums the parts; `memory` becomes the gradient.
    pub(crate) fn of(
        (terms, parts): (Terms, &[Part<T>]),
        reduce: Reduce,
        sides: Sides,
        memory: &mut Vec<T>,
    ) -> Self {
        let counts = [terms.positive, terms.negative];
        let scales = counts.map(|count| reduce.scale(&count));
        let (mut value, mut parameters) = (0.0, [0.0; 2]);
        for ((count, scale), _) in counts.iter().zip(scales).zip(parts) {
            value += count.sum * scale;
            count.add_parameters(&mut parameters, scale);
        }
        let mut gradient = std::mem::take(memory);
        gradient.clear();
        let parts = (parts, scales.map(T::from_f64));
        let (anchors, candidates): (Side<T>, Side<T>) = (|all| &all.anchors, |all| &all.candidates);
        match sides {
            Sides::Even => append(&mut gradient, parts, anchors),
            Sides::One(_) => append(&mut gradient, parts, candidates),
            Sides::Two => {
                append(&mut gradient, parts, anchors);
                append(&mut gradient, parts, candidates);
            }
        }
        match sides {
            Sides::Even => gradient.iter_mut().for_each(|number| *number += *number),
            Sides::One(own) => add(&mut gradient[own..], parts, anchors),
            Sides::Two => {}
        }
        Self {
            value,
            gradient,
            terms,
            parameters,
        }
    }
}

/// One side's gradient.
type Side<T> = fn(&Gradients<T>) -> &Vec<T>;

/// Appends the sum of one side's gradients, each times its factor.
fn append<T: Real>(out: &mut Vec<T>, (parts, factors): (&[Part<T>], [T; 2]), side: Side<T>) {
    let start = out.len();
    let first = side(&parts[0].gradients);
    out.extend(first.iter().map(|&number| number * factors[0]));
    if let [_, second] = parts {
        let each = out[start..].iter_mut().zip(side(&second.gradients));
        each.for_each(|(sum, &number)| *sum += number * factors[1]);
    }
}

/// Adds the sum of one side's gradients, each times its factor.
fn add<T: Real>(out: &mut [T], (parts, factors): (&[Part<T>], [T; 2]), side: Side<T>) {
    let first = out.iter_mut().zip(side(&parts[0].gradients));
    match parts {
        [_, second] => {
            let each = first.zip(side(&second.gradients));
            each.for_each(|((sum, &one), &two)| *sum += one * factors[0] + two * factors[1]);
        }
        _ => first.for_each(|(sum, &one)| *sum += one * factors[0]),
    }
}

impl<T: Real> From<Outcome<T>> for Total<T> {
    fn from(outcome: Outcome<T>) -> Self {
        Self {
            value: outcome.value,
            gradient: outcome.gradient(),
            terms: outcome.terms,
            parameters: outcome.parameters,
        }
    }
}
