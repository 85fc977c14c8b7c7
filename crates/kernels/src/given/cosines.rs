//! One cosine per pair, and the way back to the rows.

use rayon::prelude::*;

use super::outcome::ScoredOutcome;
use super::triplets::gradient;
use crate::labels::same_length;
use crate::number::Finite;
use crate::{Distance, Error, Real, Rows, Terms};

/// Pairs (first `i`, second `i`) as their cosines `(n,)`: all that [`Cosent`](crate::Cosent) and
/// [`CosineRegression`](crate::CosineRegression) see of the rows.
///
/// Many machines gather their cosines and scores (two numbers a pair), cost them all, and [`pull`](Self::pull) back the
/// slopes of their own pairs.
///
/// ```
/// use tercet_kernels::{Cosines, Rows};
/// let cosines = Cosines::of(Rows::new(&[2.0, 0.0], 2)?, Rows::new(&[0.0, 3.0], 2)?)?;
/// assert!(cosines.numbers()[0].abs() < 1e-15);
/// // The gradient of the cosine is v / |a| where it is 0.
/// assert_eq!(cosines.pull(&[1.0])?.0, [0.0, 0.5]);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Cosines<'a, T> {
    first: Rows<'a, T>,
    second: Rows<'a, T>,
    numbers: Vec<f64>,
}

/// What the cosines of all pairs cost.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CosineCost {
    /// The reduced loss.
    pub value: f64,
    /// Its slope on every cosine, `(n,)`.
    pub slopes: Vec<f64>,
    /// What was counted.
    pub terms: Terms,
    /// The value's gradient with respect to the number that the loss can learn; 0 if there is none.
    pub parameter: f64,
}

impl<'a, T: Real> Cosines<'a, T> {
    /// The cosines of the pairs, on the current rayon pool. A row of zeros has cosine 0 with every row.
    ///
    /// # Errors
    /// [`Error::Length`] if there are not as many second rows as first ones or their dimensions differ,
    /// [`Error::NotFinite`] and [`Error::TooLong`] for rows that cannot be compared.
    pub fn of(first: Rows<'a, T>, second: Rows<'a, T>) -> Result<Self, Error> {
        same_length("second rows", first.len(), second.len())?;
        same_length("second dimension", first.dim(), second.dim())?;
        first.check("first rows")?;
        second.check("second rows")?;
        let each = (0..first.len()).into_par_iter().with_min_len(64);
        let each = each.map(|index| {
            let distance = Distance::Cosine.between(first.row(index), second.row(index));
            1.0 - distance.to_f64()
        });
        Ok(Self {
            first,
            second,
            numbers: each.collect(),
        })
    }

    /// The cosines, `(n,)`.
    pub fn numbers(&self) -> &[f64] {
        &self.numbers
    }

    /// Slopes on the cosines `(n,)` into gradients of the first rows and of the second rows, `(n, d)` each.
    ///
    /// # Errors
    /// [`Error::Length`] if there is not one slope per pair.
    pub fn pull(&self, slopes: &[f64]) -> Result<(Vec<T>, Vec<T>), Error> {
        same_length("slopes", self.numbers.len(), slopes.len())?;
        let side = |to: Rows<'a, T>, from: Rows<'a, T>| {
            gradient(to, |index, out| {
                // A distance falls where its cosine rises.
                let slope = T::from_f64(-slopes[index]);
                Distance::Cosine.pull(slope, to.row(index), from.row(index), out);
            })
        };
        Ok((side(self.first, self.second), side(self.second, self.first)))
    }

    pub(super) fn outcome(&self, cost: CosineCost) -> Result<ScoredOutcome<T>, Error> {
        let (first, second) = self.pull(&cost.slopes)?;
        Ok(ScoredOutcome {
            value: cost.value,
            first,
            second,
            terms: cost.terms,
            parameter: cost.parameter,
        })
    }
}

/// Refuses lists that are not one number per pair each, cosines above 1e30 and scores that are not finite.
pub(super) fn check(cosines: &[f64], scores: &[f64]) -> Result<(), Error> {
    same_length("scores", cosines.len(), scores.len())?;
    for &cosine in cosines {
        Finite::new("cosine", cosine)?;
    }
    match scores.iter().position(|x| !x.is_finite()) {
        None => Ok(()),
        Some(row) => Err(Error::NotFinite {
            what: "scores",
            row,
            column: 0,
            given: scores[row],
        }),
    }
}
