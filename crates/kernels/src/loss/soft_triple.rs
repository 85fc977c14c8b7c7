//! The SoftTriple loss.

use std::num::NonZeroUsize;

use serde::{Deserialize, Serialize};

use crate::labels::gaps;
use crate::margin::soft;
use crate::number::{NonNegative, Positive};
use crate::row::{Row, RowLoss};
use crate::simd::vectorized;
use crate::{Count, Distance, Margin, Needs, Real, Reduce, Slopes, Terms};

/// The largest factor of a distance: finite in `f32` too.
const MOST: f64 = 1e30;

/// SoftTriple: a softmax over classes with several learned centres each, of which a row sees mostly the
/// nearest.
///
/// The rows are the anchors and the centres the candidates, `Batch::between(rows, labels, centres, classes)`,
/// `K = centres` neighbours of one class in a group; other batches are refused. With `s_k = 1 - d_k` (the
/// cosine to centre `k`), the similarity to a class and the cost of a row are
///
/// ```text
/// S_c = sum_k q_k s_k     q = softmax(s / gamma) over the centres of class c
/// ln(1 + sum_n e^(scale (S_n - (S_p - margin))))
/// ```
///
/// Slopes: on the distance to centre `k`, `q_k (1 + (s_k - S_c) / gamma)` times `scale w` for the row's class
/// and `-scale w softmax_n` for another, with `w` the share of all classes but the row's.
///
/// Defaults: `centres` 10, `scale` 20 (the paper's lambda), `gamma` 0.1 (the authors' code multiplies by its
/// inverse, 10), `margin` 0.01 (delta, in units of cosine), [`Distance::Cosine`] and no other,
/// `Reduce::Mean`: the mean over rows. The paper adds 0.2 times
/// [`Regularizer::Centres`](crate::Regularizer::Centres) of the centres.
///
/// Degenerate: a row whose class has no centre costs nothing and is not counted; without other classes the
/// cost is `ln 1 = 0`. A group counts as one: it is the row's class if any of its centres is a positive, and
/// another if all are negatives. Several groups of a class are a term each.
///
/// Source: Qian et al., *SoftTriple Loss: Deep Metric Learning Without Triplet Sampling*, ICCV 2019,
/// arXiv:1909.05235, equations 6 to 8. Equal to pytorch-metric-learning's `SoftTripleLoss`.
///
/// ```
/// use std::num::NonZeroUsize;
/// use tercet_kernels::{Batch, Distance, NonNegative, Objective, Positive, Reduce, Rows, SoftTriple};
/// let centres = Rows::new(&[1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, -1.0], 2)?;
/// let rows = Rows::new(&[5.0, 0.0], 2)?;
/// let loss = SoftTriple {
///     centres: NonZeroUsize::new(2).unwrap(),
///     scale: Positive::new("scale", 1.0)?,
///     margin: NonNegative::new("margin", 1.0)?,
///     ..SoftTriple::default()
/// };
/// let objective = Objective::new(Distance::Cosine, loss, Reduce::Mean)?;
/// let outcome = objective.evaluate(&Batch::between(rows, &[7], centres, &[7, 7, 8, 8])?)?;
/// // Similarities 1 and 0; less the margin both are 0: ln 2.
/// assert!((outcome.value - std::f64::consts::LN_2).abs() < 1e-12);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SoftTriple {
    /// Centres of a class, the paper's K.
    pub centres: NonZeroUsize,
    /// What similarities to classes are multiplied with, the paper's lambda.
    pub scale: Positive,
    /// The temperature of the choice among the centres of a class.
    pub gamma: Positive,
    /// By how much the right similarity has to be larger, the paper's delta.
    pub margin: NonNegative,
}

impl Default for SoftTriple {
    /// 10 centres, scale 20, gamma 0.1, margin 0.01.
    fn default() -> Self {
        Self {
            centres: NonZeroUsize::new(10).expect("10 is not 0"),
            scale: Positive::of(20.0),
            gamma: Positive::of(0.1),
            margin: NonNegative::of(0.01),
        }
    }
}

impl SoftTriple {
    /// `1 - S_c` of every group of centres; leaves its slope on each distance in `slopes`.
    fn soften<T: Real>(&self, row: &Row<'_, T>, slopes: &mut [T]) -> Vec<f64> {
        let sharp = T::from_f64((1.0 / self.gamma.get()).min(MOST));
        let centres = self.centres.get();
        let groups = row.distances.chunks_exact(centres);
        vectorized(
            #[inline(always)]
            || {
                // Groups are short: the exponentials go over all of them at once.
                for (group, place) in groups.clone().zip(slopes.chunks_exact_mut(centres)) {
                    exponents(group, sharp, place);
                }
                slopes.iter_mut().for_each(|place| *place = place.exp());
                let each = groups.zip(slopes.chunks_exact_mut(centres));
                each.map(|(group, place)| soften(group, sharp, place).to_f64())
                    .collect()
            },
        )
    }

    /// The cost of the anchor's classes against all others; `far` becomes the slopes on it.
    fn cost(&self, far: &mut [f64], (own, rest): (&[usize], &[usize])) -> Count {
        let scale = self.scale.get();
        let near = gaps(rest, far.len()).flatten();
        let near = near.fold(f64::INFINITY, |near, group| near.min(far[group]));
        let mut count = Count::default();
        let (mut sum, mut weight) = (0.0, 0.0);
        let targets: Vec<f64> = own.iter().map(|&group| far[group]).collect();
        rest.iter().for_each(|&group| far[group] = 0.0);
        for group in gaps(rest, far.len()).flatten() {
            far[group] = (scale * (near - far[group])).exp();
            sum += far[group];
        }
        let log = sum.ln() - scale * near;
        for (&group, target) in own.iter().zip(targets) {
            let (cost, pull) = soft(log + scale * (target + self.margin.get()));
            far[group] = scale * pull;
            weight += pull;
            count.sum += cost;
            count.terms += 1;
            count.active += u64::from(cost > 0.0);
        }
        for group in gaps(rest, far.len()).flatten() {
            far[group] *= -scale * weight / sum;
        }
        count.anchors = 1;
        count
    }
}

/// The nearest of some distances.
#[inline(always)]
fn nearest<T: Real>(distances: &[T]) -> T {
    let smaller = |near: T, &other: &T| if other < near { other } else { near };
    distances.iter().fold(T::INFINITY, smaller)
}

/// The logits of the centres of one group, the largest 0.
#[inline(always)]
fn exponents<T: Real>(distances: &[T], sharp: T, out: &mut [T]) {
    let near = nearest(distances);
    for (place, &distance) in out.iter_mut().zip(distances) {
        *place = (near - distance) * sharp;
    }
}

/// `sum_k q_k d_k` of one group, whose `e^logit` are in `out`; leaves there its slope on each distance,
/// `q_k (1 + (D - d_k) / gamma)`.
#[inline(always)]
fn soften<T: Real>(distances: &[T], sharp: T, out: &mut [T]) -> T {
    let near = nearest(distances);
    let (mut sum, mut beyond) = (T::ZERO, T::ZERO);
    for (&term, &distance) in out.iter().zip(distances) {
        sum += term;
        beyond += term * (distance - near);
    }
    let (mean, share) = (beyond / sum, T::ONE / sum);
    for (place, &distance) in out.iter_mut().zip(distances) {
        *place *= share * (T::ONE + (mean - (distance - near)) * sharp);
    }
    near + mean
}

impl RowLoss for SoftTriple {
    const DISTANCE: Distance = Distance::Cosine;
    const REDUCE: Reduce = Reduce::Mean;

    fn row<T: Real>(&self, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) -> Terms {
        if row.positive_count() == 0 {
            return Terms::default();
        }
        let centres = self.centres.get();
        let group = |index: usize| index / centres;
        let mut own: Vec<usize> = row.positives().map(group).collect();
        let mut rest: Vec<usize> = row.rest().iter().copied().map(group).collect();
        own.dedup();
        rest.dedup();
        let slopes = slopes.all();
        let mut factors = self.soften(row, slopes);
        let mut count = self.cost(&mut factors, (&own, &rest));
        for (group, factor) in slopes.chunks_exact_mut(centres).zip(factors) {
            let factor = T::from_f64(factor);
            group.iter_mut().for_each(|place| *place *= factor);
        }
        count.pairs = row.pairs();
        Terms::one(count)
    }

    fn needs(&self) -> Needs {
        Needs::none()
            .only(&[Distance::Cosine])
            .groups(self.centres.get())
    }

    fn margin(&self) -> Option<Margin> {
        Some(Margin::Hard(self.margin))
    }
}
