//! The histogram loss.

use serde::{Deserialize, Serialize};

use super::{BatchLoss, Settled};
use crate::{Count, Distance, Error, Needs, Real, Row, Slopes, Terms};

/// The most bins.
const MOST: usize = 100_000;
/// Sums before the histograms: positive pairs, negative pairs, anchors, positive pairs whose anchor has a negative.
const COUNTS: usize = 4;

/// The histogram loss: how probable it is that a positive pair is less alike than a negative one.
///
/// ```text
/// h(r) = 1/|S| sum_(s in S) [1 - |s - t_r| / step]+      t_r = -1 + r step,  step = 2 / (bins - 1)
/// loss = sum_r h_neg(r) sum_(q <= r) h_pos(q)
/// ```
///
/// with `S` the similarities `s = 1 - d` of all positive, or of all negative, ordered pairs of the batch, each shared by
/// the two nearest of `bins` places from -1 to 1. The value is in `[0, 1]`: 0 where all positives are at least two steps
/// above all negatives, about 1/2 where they are mixed.
///
/// Slopes: `h_neg(r) / (step |S_pos|)` on a positive's distance between places `r` and `r + 1`, `-h_pos(r + 1) / (step
/// |S_neg|)` on a negative's; where a similarity is a place itself the slope jumps, and that above it is taken.
///
/// It has no scale, margin or other number that training depends on; `bins` matters little (the paper). A term is a
/// pair. Without a positive or a negative pair in the whole batch, value, gradient and counts are 0. Wants
/// [`Distance::Cosine`].
///
/// Shapes: `(n, d)` anchors, `(m, d)` candidates. Memory grows with `(n + m) d` and, per 64 anchors, twice `bins`.
/// Default: `bins` 101, so that a step is 0.02.
///
/// Source: Ustinova, Lempitsky, *Learning Deep Embeddings with Histogram Loss*, NIPS 2016, arXiv:1611.00822, eq. 1-4.
/// Agrees with pytorch-metric-learning's `HistogramLoss`, whose `n_bins` is one less, but that it leaves out pairs of two
/// rows of which neither is in a triplet, and fails at a similarity of exactly 1.
///
/// ```
/// use tercet_kernels::{Batch, BatchObjective, Distance, Histogram, Rows};
/// let objective = BatchObjective::new(Distance::Cosine, Histogram::new(3)?)?;
/// // Places -1, 0, 1. The positive pair has similarity 0.6: 0.4 at 0 and 0.6 at 1. The negatives have 0 and 0.8.
/// let rows = Rows::new(&[1.0, 0.0, 0.6, 0.8, 0.0, 1.0], 2)?;
/// let outcome = objective.evaluate(&Batch::within(rows, &[0, 0, 1])?)?;
/// // h_pos = 0, 0.4, 0.6, summed 0, 0.4, 1. h_neg = 0, (1 + 0.2) / 2, 0.8 / 2.
/// assert!((outcome.value - (0.6 * 0.4 + 0.4)).abs() < 1e-12);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Histogram {
    bins: usize,
}

/// The loss as it is written down.
#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Written {
    bins: usize,
}

impl Default for Written {
    fn default() -> Self {
        Histogram::default().into()
    }
}

impl TryFrom<Written> for Histogram {
    type Error = Error;

    fn try_from(written: Written) -> Result<Self, Error> {
        Self::new(written.bins)
    }
}

impl From<Histogram> for Written {
    fn from(loss: Histogram) -> Self {
        Self { bins: loss.bins }
    }
}

impl Default for Histogram {
    /// 101 bins.
    fn default() -> Self {
        Self { bins: 101 }
    }
}

impl Histogram {
    /// With so many places from -1 to 1.
    ///
    /// # Errors
    /// [`Error::Number`] unless there are 2 to 100,000.
    pub fn new(bins: usize) -> Result<Self, Error> {
        if (2..=MOST).contains(&bins) {
            return Ok(Self { bins });
        }
        Err(Error::Number {
            what: "bins",
            wanted: "a whole number from 2 to 100000",
            given: bins as f64,
        })
    }

    /// How many places there are.
    pub fn bins(&self) -> usize {
        self.bins
    }

    /// Places per unit of similarity, one over the step.
    fn density(&self) -> f64 {
        (self.bins - 1) as f64 / 2.0
    }

    /// The last place at or below a similarity, but never the last of all, and how far beyond it, in `[0, 1]` steps.
    fn cell<T: Real>(&self, distance: T) -> (usize, f64) {
        // Rounding may carry a cosine beyond 1.
        let at = ((2.0 - distance.to_f64()) * self.density()).clamp(0.0, (self.bins - 1) as f64);
        let cell = (at as usize).min(self.bins - 2);
        (cell, at - cell as f64)
    }

    fn add<T: Real>(&self, distance: T, histogram: &mut [f64]) {
        let (cell, beyond) = self.cell(distance);
        histogram[cell] += 1.0 - beyond;
        histogram[cell + 1] += beyond;
    }
}

impl BatchLoss for Histogram {
    const DISTANCE: Distance = Distance::Cosine;

    fn needs(&self) -> Needs {
        Needs::none().only(&[Distance::Cosine])
    }

    fn is_even(&self) -> bool {
        true
    }

    fn sums(&self) -> usize {
        COUNTS + 2 * self.bins
    }

    fn count<T: Real>(&self, row: &Row<'_, T>, sums: &mut [f64]) {
        let (positives, negatives) = (row.positive_count(), row.negative_count());
        let anchor = usize::from(positives + negatives > 0);
        let counts = [positives, negatives, anchor].map(|count| count as f64);
        let (sums, histograms) = sums.split_at_mut(COUNTS);
        for (sum, count) in sums
            .iter_mut()
            .zip(counts.into_iter().chain([row.pairs() as f64]))
        {
            *sum += count;
        }
        let (positive, negative) = histograms.split_at_mut(self.bins);
        for index in row.positives() {
            self.add(row.distances()[index], positive);
        }
        for run in row.negative_runs() {
            for &distance in &row.distances()[run] {
                self.add(distance, negative);
            }
        }
    }

    fn settle(&self, sums: &[f64]) -> Settled {
        let (counts, histograms) = sums.split_at(COUNTS);
        let (positives, negatives) = (counts[0], counts[1]);
        if positives == 0.0 || negatives == 0.0 {
            return Settled {
                numbers: vec![0.0; 2 * self.bins],
                ..Settled::default()
            };
        }
        let (positive, negative) = histograms.split_at(self.bins);
        let (mut value, mut below) = (0.0, 0.0);
        for (pull, push) in positive.iter().zip(negative) {
            below += pull;
            value += push * below;
        }
        let pairs = positives * negatives;
        let slope = self.density() / pairs;
        // Of a positive in each cell, then of a negative.
        let pulls = negative.iter().map(|push| push * slope);
        let pushes = positive[1..].iter().map(|pull| -pull * slope);
        Settled {
            value: value / pairs,
            terms: Terms::one(count(value / pairs, counts)),
            numbers: pulls.chain(pushes).collect(),
        }
    }

    fn slopes<T: Real>(&self, settled: &Settled, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) {
        let (pulls, pushes) = settled.numbers.split_at(self.bins);
        let slopes = slopes.all();
        for run in row.negative_runs() {
            let distances = &row.distances()[run.clone()];
            for (place, &distance) in slopes[run].iter_mut().zip(distances) {
                *place = T::from_f64(pushes[self.cell(distance).0]);
            }
        }
        for index in row.positives() {
            slopes[index] = T::from_f64(pulls[self.cell(row.distances()[index]).0]);
        }
    }
}

/// What a batch of these counts has, at this value.
fn count(value: f64, counts: &[f64]) -> Count {
    let terms = (counts[0] + counts[1]) as u64;
    Count {
        sum: value,
        terms,
        active: if value > 0.0 { terms } else { 0 },
        anchors: counts[2] as u64,
        pairs: counts[3] as u64,
        ..Count::default()
    }
}
