//! Cosines that should be given numbers.

use serde::{Deserialize, Serialize};

use super::cosines::{CosineCost, Cosines, check};
use super::outcome::ScoredOutcome;
use crate::number::Finite;
use crate::{Count, Error, Real, Reduce, Rows, Terms};

/// Regression: the cosine of every pair should be its score, `sum_i (c_i - s_i)^2`.
///
/// Slopes: `2 (c_i - s_i)` on the cosine `c_i`.
///
/// Shapes: first and second rows `(n, d)`, scores `(n,)`. Scores are in units of cosine; those outside `[-1, 1]` are out
/// of reach, and allowed. A term is a pair.
///
/// Degenerate: no pair costs 0; a row of zeros has cosine 0 and gradient 0.
///
/// Default: the mean over pairs, which is sentence-transformers' `CosineSimilarityLoss`. Source: Reimers, Gurevych,
/// *Sentence-BERT*, EMNLP 2019, arXiv:1908.10084, section 3 (regression objective).
///
/// Many machines: under `Reduce::Sum` values, gradients and counts of machines are parts of the whole; divide by the
/// count of all.
///
/// ```
/// use tercet_kernels::{CosineRegression, Rows};
/// let first = Rows::new(&[1.0, 0.0, 1.0, 0.0], 2)?;
/// let second = Rows::new(&[2.0, 0.0, 0.0, 1.0], 2)?;
/// // Cosines 1 and 0: (1 - 1)^2 and (0 - 0.5)^2.
/// let outcome = CosineRegression::default().evaluate(first, second, &[1.0, 0.5])?;
/// assert!((outcome.value - 0.125f64).abs() < 1e-15);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CosineRegression {
    /// From the sum to one number.
    pub reduce: Reduce,
}

impl CosineRegression {
    /// Value and gradients, on the current rayon pool; the same bits on any number of threads.
    ///
    /// # Errors
    /// As [`Cosines::of`] and [`cost`](Self::cost).
    pub fn evaluate<T: Real>(
        &self,
        first: Rows<'_, T>,
        second: Rows<'_, T>,
        scores: &[f64],
    ) -> Result<ScoredOutcome<T>, Error> {
        let cosines = Cosines::of(first, second)?;
        let cost = self.cost(cosines.numbers(), scores)?;
        cosines.outcome(cost)
    }

    /// What cosines cost.
    ///
    /// # Errors
    /// As [`Cosent::cost`](crate::Cosent::cost), and [`Error::Number`] for scores above 1e30, whose squares could
    /// overflow.
    pub fn cost(&self, cosines: &[f64], scores: &[f64]) -> Result<CosineCost, Error> {
        check(cosines, scores)?;
        for &score in scores {
            Finite::new("score", score)?;
        }
        let count = count(cosines, scores);
        let scale = self.reduce.scale(&count);
        let each = cosines.iter().zip(scores);
        Ok(CosineCost {
            value: count.sum * scale,
            slopes: each.map(|(c, s)| 2.0 * (c - s) * scale).collect(),
            terms: Terms::one(count),
            parameter: 0.0,
        })
    }
}

fn count(cosines: &[f64], scores: &[f64]) -> Count {
    let costs = cosines.iter().zip(scores).map(|(c, s)| (c - s) * (c - s));
    let pairs = scores.len() as u64;
    Count {
        sum: costs.clone().sum(),
        terms: pairs,
        active: costs.filter(|&cost| cost > 0.0).count() as u64,
        anchors: pairs,
        pairs,
        parameters: [0.0; 2],
    }
}
