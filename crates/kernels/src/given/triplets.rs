//! Triplets that are given.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::outcome::{GivenOutcome, GivenPartial};
use crate::labels::same_length;
use crate::number::NonNegative;
use crate::{Count, Distance, Error, Margin, Real, Reduce, Rows, Terms};

/// Rows that one thread takes at least: below, handing them out costs more than they do.
const CHUNK: usize = 64;

/// The triplet objective on given (anchor, positive, negative): the [`Margin`]'s cost of `d_p - d_n`, under a hard
/// margin `[d_p - d_n + m]+` with `d_p = d(a, p)`, `d_n = d(a, n)`.
///
/// With `swap`, `d_n = min(d(a, n), d(p, n))`: the negative is pushed from whichever of the two it is nearer to, from
/// the anchor if it is as near to both.
///
/// Slopes: 1 on `d_p` and -1 on `d_n` where the cost is above 0 (times the logistic function of the gap under the soft
/// margin).
///
/// Shapes: anchors and positives `(n, d)`, negatives `(k n, d)` in `k` blocks of `n`: negative `b n + i` belongs to
/// anchor `i`, as sentence-transformers' columns. `k` may be 0: then nothing costs anything.
///
/// Margin in units of the distance. Counts: a term is a triplet, `pairs` are the `n` positive pairs if `k > 0`, so
/// `Reduce::Mean` divides by `k n` and `Reduce::MeanAnchors` by `n`.
///
/// Defaults: Euclidean distance of rows as they are, margin 1, the mean over all triplets, zeros included, no swap.
/// Distances of 0 have gradient 0, where sentence-transformers gives NaN.
///
/// Source: Reimers, Gurevych, *Sentence-BERT*, EMNLP 2019, arXiv:1908.10084, section 3 (margin 1);
/// sentence-transformers' `TripletLoss`, which has the same mean but margin 5 by default (and whose releases 5.0 to 5.3
/// have the sign of its Euclidean distance wrong). Swap: Balntas et al., BMVC 2016, doi:10.5244/C.30.119.
///
/// ```
/// use tercet_kernels::{GivenTriplets, Rows};
/// let rows = |numbers| Rows::new(numbers, 1);
/// let (anchors, positives) = (rows(&[0.0, 0.0])?, rows(&[2.0, 1.0])?);
/// let outcome = GivenTriplets::default().evaluate(anchors, positives, rows(&[2.5, 4.0])?)?;
/// // [2 - 2.5 + 1]+ = 0.5 and [1 - 4 + 1]+ = 0.
/// assert_eq!((outcome.value, outcome.terms.active()), (0.25, 1));
/// assert_eq!((outcome.positives, outcome.negatives), (vec![0.5, 0.0], vec![-0.5, 0.0]));
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GivenTriplets {
    /// Between the rows of a triplet.
    pub distance: Distance,
    /// What a gap costs.
    pub margin: Margin,
    /// From the sum to one number.
    pub reduce: Reduce,
    /// Whether a negative may be pushed from the positive.
    pub swap: bool,
}

impl Default for GivenTriplets {
    fn default() -> Self {
        Self {
            distance: Distance::Euclidean,
            margin: Margin::Hard(NonNegative::of(1.0)),
            reduce: Reduce::Mean,
            swap: false,
        }
    }
}

impl GivenTriplets {
    /// Value and gradients, on the current rayon pool; the same bits on any number of threads.
    ///
    /// # Errors
    /// [`Error::Length`] if there is not one positive per anchor, the same number of negatives for each, and one
    /// dimension; [`Error::NotFinite`] and [`Error::TooLong`] for rows that cannot be compared.
    pub fn evaluate<T: Real>(
        &self,
        anchors: Rows<'_, T>,
        positives: Rows<'_, T>,
        negatives: Rows<'_, T>,
    ) -> Result<GivenOutcome<T>, Error> {
        let partial = self.partial(anchors, positives, negatives)?;
        let terms = partial.terms;
        Ok(partial.finish(self.reduce, &terms))
    }

    /// Sums that are not yet divided by anything: one machine's part.
    ///
    /// # Errors
    /// As [`evaluate`](Self::evaluate).
    pub fn partial<T: Real>(
        &self,
        anchors: Rows<'_, T>,
        positives: Rows<'_, T>,
        negatives: Rows<'_, T>,
    ) -> Result<GivenPartial<T>, Error> {
        let given = Given::new(anchors, positives, negatives)?;
        let costs = given.costs(self);
        Ok(GivenPartial {
            terms: Terms::one(given.count(&costs)),
            anchors: given.pull_anchors(self.distance, &costs),
            positives: given.pull_positives(self.distance, &costs),
            negatives: given.pull_negatives(self.distance, &costs),
        })
    }
}

/// The rows of all triplets.
struct Given<'a, T> {
    anchors: Rows<'a, T>,
    positives: Rows<'a, T>,
    negatives: Rows<'a, T>,
}

/// What a triplet costs.
struct Cost {
    cost: f64,
    slope: f64,
    /// Whether the negative is pushed from the positive.
    swapped: bool,
}

impl<'a, T: Real> Given<'a, T> {
    fn new(
        anchors: Rows<'a, T>,
        positives: Rows<'a, T>,
        negatives: Rows<'a, T>,
    ) -> Result<Self, Error> {
        let (n, given) = (anchors.len(), negatives.len());
        same_length("positives", n, positives.len())?;
        let wanted = given.checked_div(n).unwrap_or(0) * n;
        if wanted != given {
            same_length("negatives", wanted + n, given)?;
        }
        same_length("positive dimension", anchors.dim(), positives.dim())?;
        same_length("negative dimension", anchors.dim(), negatives.dim())?;
        anchors.check("anchors")?;
        positives.check("positives")?;
        negatives.check("negatives")?;
        Ok(Self {
            anchors,
            positives,
            negatives,
        })
    }

    /// What every triplet costs, `(k n,)`.
    fn costs(&self, loss: &GivenTriplets) -> Vec<Cost> {
        let (n, distance) = (self.anchors.len(), loss.distance);
        let near = (0..n).into_par_iter().with_min_len(CHUNK).map(|index| {
            let (anchor, positive) = (self.anchors.row(index), self.positives.row(index));
            distance.between(anchor, positive)
        });
        let near: Vec<T> = near.collect();
        let each = (0..self.negatives.len()).into_par_iter();
        let each = each.with_min_len(CHUNK).map(|place| {
            let (index, negative) = (place % n, self.negatives.row(place));
            let from_anchor = distance.between(self.anchors.row(index), negative);
            let from_positive = match loss.swap {
                true => distance.between(self.positives.row(index), negative),
                false => T::INFINITY,
            };
            let swapped = from_positive < from_anchor;
            let far = if swapped { from_positive } else { from_anchor };
            let (cost, slope) = loss.margin.cost(near[index], far);
            Cost {
                cost,
                slope,
                swapped,
            }
        });
        each.collect()
    }

    fn count(&self, costs: &[Cost]) -> Count {
        let anchors = match costs {
            [] => 0,
            _ => self.anchors.len() as u64,
        };
        Count {
            sum: costs.iter().map(|cost| cost.cost).sum(),
            terms: costs.len() as u64,
            active: costs.iter().filter(|cost| cost.cost > 0.0).count() as u64,
            anchors,
            pairs: anchors,
            parameters: [0.0; 2],
        }
    }

    /// The costs of an anchor's triplets with their negatives.
    fn of<'c>(
        &self,
        index: usize,
        costs: &'c [Cost],
    ) -> impl Iterator<Item = (&'c Cost, &'a [T])> + use<'a, 'c, T> {
        let (n, negatives) = (self.anchors.len(), self.negatives);
        let places = (index..costs.len()).step_by(n);
        places.map(move |place| (&costs[place], negatives.row(place)))
    }

    fn pull_anchors(&self, distance: Distance, costs: &[Cost]) -> Vec<T> {
        gradient(self.anchors, |index, out| {
            let (anchor, positive) = (self.anchors.row(index), self.positives.row(index));
            for (cost, negative) in self.of(index, costs).filter(|(cost, _)| cost.slope != 0.0) {
                let slope = T::from_f64(cost.slope);
                distance.pull(slope, anchor, positive, out);
                if !cost.swapped {
                    distance.pull(-slope, anchor, negative, out);
                }
            }
        })
    }

    fn pull_positives(&self, distance: Distance, costs: &[Cost]) -> Vec<T> {
        gradient(self.positives, |index, out| {
            let (anchor, positive) = (self.anchors.row(index), self.positives.row(index));
            for (cost, negative) in self.of(index, costs).filter(|(cost, _)| cost.slope != 0.0) {
                let slope = T::from_f64(cost.slope);
                distance.pull(slope, positive, anchor, out);
                if cost.swapped {
                    distance.pull(-slope, positive, negative, out);
                }
            }
        })
    }

    fn pull_negatives(&self, distance: Distance, costs: &[Cost]) -> Vec<T> {
        gradient(self.negatives, |place, out| {
            let (index, cost) = (place % self.anchors.len(), &costs[place]);
            let from = match cost.swapped {
                true => self.positives.row(index),
                false => self.anchors.row(index),
            };
            if cost.slope != 0.0 {
                let slope = T::from_f64(-cost.slope);
                distance.pull(slope, self.negatives.row(place), from, out);
            }
        })
    }
}

/// A gradient of the rows' shape, of which every row is written by itself.
pub(super) fn gradient<T: Real>(
    rows: Rows<'_, T>,
    write: impl Fn(usize, &mut [T]) + Sync,
) -> Vec<T> {
    let mut out = vec![T::ZERO; rows.data().len()];
    let each = out.par_chunks_exact_mut(rows.dim()).enumerate();
    let each = each.with_min_len(CHUNK);
    each.for_each(|(index, place)| write(index, place));
    out
}
