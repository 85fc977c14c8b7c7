//! Cosine sentence.

use serde::{Deserialize, Serialize};

use super::cosines::{CosineCost, Cosines, check};
use super::outcome::ScoredOutcome;
use crate::number::Positive;
use crate::{Count, Error, Real, Rows, Terms};

/// CoSENT: pairs with a higher score should have a higher cosine; how much higher does not matter.
///
/// `ln(1 + sum_{i, j: s_i > s_j} e^{t (c_j - c_i)})` with cosine `c_i` and score `s_i` of pair `i` and scale `t`, over
/// all ordered two pairs. Equal scores are not compared. Only the order of the scores matters.
///
/// Slopes, with `w_ij` the share of the exponential in `1 + sum`: `t (sum_{j above i} w_ji - sum_{j below i} w_ij)` on
/// `c_i`. The scale can be learned: `parameter` is the value's gradient with respect to it.
///
/// Shapes: first and second rows `(n, d)`, scores `(n,)`. The scale is per unit of cosine. Time grows with
/// `n (d + ln n)`: pairs are sorted by score and every one meets running log-sum-exps of those below and above. No
/// exponential overflows whatever the scale.
///
/// The value is one sum over all that are compared and divides by nothing. Counts: `terms` and `active` are the (i, j)
/// compared, `pairs` and `anchors` the `n` pairs. Without two different scores the value is 0 with gradient 0. Equal
/// cosines cost `ln(1 + terms)`.
///
/// It is no sum over pairs, so machines cannot add up parts: see [`cost`](Self::cost).
///
/// Default: scale 20. Source: Su, *CoSENT*, 2022, kexue.fm/archives/8847; agrees with sentence-transformers'
/// `CoSENTLoss`, which makes the `n x n` differences and masks with -1e12 instead of leaving out.
///
/// ```
/// use tercet_kernels::{Cosent, Rows};
/// // Cosines 1 and 0 with the scores the wrong way round: ln(1 + e^{20 (1 - 0)}).
/// let first = Rows::new(&[1.0, 0.0, 1.0, 0.0], 2)?;
/// let second = Rows::new(&[1.0, 0.0, 0.0, 1.0], 2)?;
/// let outcome = Cosent::default().evaluate(first, second, &[0.2, 0.8])?;
/// assert!((outcome.value - 20.0).abs() < 1e-8);
/// assert_eq!(outcome.terms.terms(), 1);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cosent {
    /// What differences of cosines are multiplied with.
    pub scale: Positive,
}

impl Default for Cosent {
    fn default() -> Self {
        Self {
            scale: Positive::of(20.0),
        }
    }
}

impl Cosent {
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

    /// What cosines cost, given with the scores of all machines' pairs; every machine gets the same.
    ///
    /// # Errors
    /// [`Error::Length`] if there is not one score per cosine, [`Error::NotFinite`] for scores, [`Error::Number`] for
    /// cosines that are no finite numbers.
    pub fn cost(&self, cosines: &[f64], scores: &[f64]) -> Result<CosineCost, Error> {
        check(cosines, scores)?;
        let mut order: Vec<usize> = (0..scores.len()).collect();
        order.sort_unstable_by(|&i, &j| scores[i].total_cmp(&scores[j]).then(i.cmp(&j)));
        // -0 and 0 are neighbours in the total order, and equal.
        let groups: Vec<&[usize]> = order.chunk_by(|&i, &j| scores[i] == scores[j]).collect();
        Ok(self.cost_groups(cosines, &groups))
    }

    /// With the pairs in groups of equal scores, lowest first.
    fn cost_groups(&self, cosines: &[f64], groups: &[&[usize]]) -> CosineCost {
        let (n, scale) = (cosines.len(), self.scale.get());
        let logit = |index: usize| scale * cosines[index];
        let below = running(n, groups.iter(), logit);
        let above = running(n, groups.iter().rev(), |index| -logit(index));
        let mut total = LogSum::default();
        total.add(0.0);
        for index in groups.iter().copied().flatten() {
            total.add(below[*index] - logit(*index));
        }
        let value = total.value();
        let slope = |index| {
            let pushed = (above[index] + logit(index) - value).exp();
            let pulled = (below[index] - logit(index) - value).exp();
            scale * (pushed - pulled)
        };
        let slopes: Vec<f64> = (0..n).map(slope).collect();
        let along: f64 = slopes.iter().zip(cosines).map(|(g, c)| g * c).sum();
        let mut count = count(n, groups);
        (count.sum, count.parameters) = (value, [along / scale, 0.0]);
        CosineCost {
            value,
            slopes,
            terms: Terms::one(count),
            parameter: along / scale,
        }
    }
}

/// For every pair the log-sum-exp over all groups before its own; minus infinity in the first.
fn running<'g>(
    n: usize,
    groups: impl Iterator<Item = &'g &'g [usize]>,
    logit: impl Fn(usize) -> f64,
) -> Vec<f64> {
    let mut out = vec![f64::NEG_INFINITY; n];
    let mut sum = LogSum::default();
    for group in groups {
        let before = sum.value();
        group.iter().for_each(|&index| out[index] = before);
        group.iter().for_each(|&index| sum.add(logit(index)));
    }
    out
}

/// How many (i, j) are compared, and of how many pairs.
fn count(n: usize, groups: &[&[usize]]) -> Count {
    let (mut before, mut terms) = (0, 0);
    for group in groups {
        terms += before * group.len() as u64;
        before += group.len() as u64;
    }
    let pairs = if terms > 0 { n as u64 } else { 0 };
    Count {
        terms,
        active: terms,
        anchors: pairs,
        pairs,
        ..Count::default()
    }
}

/// `ln sum e^x` of numbers that come one by one, without overflow.
struct LogSum {
    most: f64,
    /// The sum of `e^{x - most}`.
    sum: f64,
}

impl Default for LogSum {
    fn default() -> Self {
        Self {
            most: f64::NEG_INFINITY,
            sum: 0.0,
        }
    }
}

impl LogSum {
    fn add(&mut self, number: f64) {
        if number == f64::NEG_INFINITY {
            return;
        }
        if number > self.most {
            self.sum *= (self.most - number).exp();
            self.most = number;
        }
        self.sum += (number - self.most).exp();
    }

    fn value(&self) -> f64 {
        self.most + self.sum.ln()
    }
}
