//! What objectives on given tuples give.

use crate::{Real, Reduce, Terms};

/// Value and gradients of given triplets.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct GivenOutcome<T> {
    /// The reduced loss.
    pub value: f64,
    /// Its gradient with respect to the anchors, `(n, d)`.
    pub anchors: Vec<T>,
    /// Its gradient with respect to the positives, `(n, d)`.
    pub positives: Vec<T>,
    /// Its gradient with respect to the negatives, `(k n, d)`, in their order.
    pub negatives: Vec<T>,
    /// What was counted.
    pub terms: Terms,
}

/// Sums over some of the triplets, not yet divided by anything.
///
/// Machines share no row, so they exchange counts alone: each adds up all machines' `terms` and
/// [`finish`](Self::finish)es with the sum.
///
/// ```
/// use tercet_kernels::{GivenTriplets, Reduce, Rows};
/// let rows = |numbers| Rows::new(numbers, 1);
/// let loss = GivenTriplets::default();
/// let one = loss.partial(rows(&[0.0])?, rows(&[2.0])?, rows(&[1.0])?)?; // [2 - 1 + 1]+ = 2
/// let two = loss.partial(rows(&[0.0])?, rows(&[1.0])?, rows(&[4.0])?)?; // [1 - 4 + 1]+ = 0
/// let mut all = one.terms;
/// all += two.terms;
/// let outcome = one.finish(Reduce::Mean, &all);
/// assert_eq!((outcome.value, outcome.negatives), (1.0, vec![-0.5]));
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct GivenPartial<T> {
    /// What was counted here.
    pub terms: Terms,
    /// Gradient of the sum with respect to the anchors, `(n, d)`.
    pub anchors: Vec<T>,
    /// Gradient of the sum with respect to the positives, `(n, d)`.
    pub positives: Vec<T>,
    /// Gradient of the sum with respect to the negatives, `(k n, d)`.
    pub negatives: Vec<T>,
}

impl<T: Real> GivenPartial<T> {
    /// The value over `all` machines, and the gradients of the rows that are here.
    pub fn finish(self, reduce: Reduce, all: &Terms) -> GivenOutcome<T> {
        let scale = reduce.scale(&all.positive);
        let scaled = |mut gradient: Vec<T>| {
            let factor = T::from_f64(scale);
            gradient.iter_mut().for_each(|place| *place *= factor);
            gradient
        };
        GivenOutcome {
            value: all.sum() * scale,
            anchors: scaled(self.anchors),
            positives: scaled(self.positives),
            negatives: scaled(self.negatives),
            terms: *all,
        }
    }
}

/// Value and gradients of scored pairs.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ScoredOutcome<T> {
    /// The reduced loss.
    pub value: f64,
    /// Its gradient with respect to the first rows, `(n, d)`.
    pub first: Vec<T>,
    /// Its gradient with respect to the second rows, `(n, d)`.
    pub second: Vec<T>,
    /// What was counted.
    pub terms: Terms,
    /// Its gradient with respect to the number that the loss can learn (the scale); 0 if there is none.
    pub parameter: f64,
}
