//! The margin loss.

use serde::{Deserialize, Serialize};

use super::distance_weighted::Sampler;
use crate::name::named;
use crate::number::{Finite, NonNegative, Positive};
use crate::row::{Row, RowLoss};
use crate::scalar::{Scalar, exactly};
use crate::simd::{fold, vectorized};
use crate::{Count, Distance, Error, Margin, Needs, Real, Reduce, Slopes, Terms};

/// Which pairs the [`MarginLoss`] costs.
///
/// Default: `DistanceWeighted`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum MarginPairs {
    /// `all`: every ordered pair once.
    All,
    /// `triplets`: both pairs of every triplet, so a positive as often as its anchor has negatives and the
    /// other way round (pytorch-metric-learning without a miner).
    Triplets,
    /// `distance-weighted`: every positive pair with one negative of its anchor, drawn with a probability
    /// proportional to one over the density of its distance.
    #[default]
    DistanceWeighted,
}

named!(MarginPairs, "margin pairs", {
    Self::All => "all",
    Self::Triplets => "triplets",
    Self::DistanceWeighted => "distance-weighted",
});

/// The margin loss: positives nearer than a boundary, negatives beyond it, both by a margin.
///
/// ```text
/// cost of a positive = [margin + d_p - beta]+,  of a negative = [margin + beta - d_n]+
/// ```
///
/// and `nu beta` more for each that is above 0, so that the default average is that of the costs plus `nu beta`.
/// `margin` (the paper's alpha) and `beta` are in units of the distance. Slopes: 1 and -1 where the cost is above 0.
/// `beta` can be learned: the sum's derivative in it is the number of active negatives less that of active
/// positives, and `nu` for each active one ([`Count::parameters`]).
///
/// `select` says which pairs ([`MarginPairs`]). `distance-weighted` draws with `ln w = (2 - d) ln D - (d - 3)/2
/// ln(1 - D^2/4)` for `d` numbers per embedding, `D` counted from `cutoff` up, and never from `nonzero_cutoff` on;
/// above 2, it excludes nothing. It is meant for rows of length 1, and an
/// [`Error::Distance`](crate::Error::Distance) with any distance but [`Distance::Euclidean`]; an anchor of which
/// nothing can be drawn is left out. Other selections want a distance that is never below 0.
///
/// A term is a positive or a negative, as often as it is selected. Without negatives, `all` still pulls positives.
/// Defaults: `margin` 0.2, `beta` 1.2, `nu` 0, `distance-weighted`, `cutoff` 0.5, `nonzero_cutoff` 1.4,
/// [`Distance::Euclidean`], [`Reduce::MeanActive`] over active positives and negatives together.
///
/// Source: Wu, Manmatha, Smola, Krahenbuhl, *Sampling Matters in Deep Embedding Learning*, ICCV 2017,
/// arXiv:1706.07567. Agrees with pytorch-metric-learning's `MarginLoss` (`triplets`), and with its
/// `DistanceWeightedMiner` but that it subtracts the largest logarithm of all rows, so that rows may vanish. Roth et
/// al. (ICML 2020) have no `nonzero_cutoff`.
///
/// ```
/// use tercet_kernels::{Batch, Distance, MarginLoss, MarginPairs, Objective, Reduce, Rows};
/// let rows = Rows::new(&[0.0, 1.5, 1.0], 1)?;
/// let loss = MarginLoss { select: MarginPairs::All, ..MarginLoss::default() };
/// let objective = Objective::new(Distance::Euclidean, loss, Reduce::MeanActive)?;
/// let outcome = objective.evaluate(&Batch::within(rows, &[0, 0, 1])?)?;
/// // Positives cost 1.5 - 1.2 + 0.2 = 0.5; negatives at 1: 0.4, at 0.5: 0.9. Each in both orders.
/// assert!((outcome.value - 0.6).abs() < 1e-12);
/// // Four active negatives, two active positives.
/// assert!((outcome.parameters[0] - 2.0 / 6.0).abs() < 1e-12);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MarginLoss {
    /// How far from the boundary costs end, `alpha`.
    pub margin: NonNegative,
    /// The boundary.
    pub beta: Finite,
    /// What the boundary costs.
    pub nu: NonNegative,
    /// Which pairs.
    pub select: MarginPairs,
    /// The distance below which all negatives are drawn alike.
    pub cutoff: Positive,
    /// The distance from which on no negative is drawn.
    pub nonzero_cutoff: Positive,
}

impl Default for MarginLoss {
    fn default() -> Self {
        Self {
            margin: NonNegative::of(0.2),
            beta: Finite::of(1.2),
            nu: NonNegative::of(0.0),
            select: MarginPairs::default(),
            cutoff: Positive::of(0.5),
            nonzero_cutoff: Positive::of(1.4),
        }
    }
}

/// Costs above 0, their sum and number, of positives and of negatives.
#[derive(Default)]
struct Sums {
    positive: (f64, u64),
    negative: (f64, u64),
}

impl MarginLoss {
    fn pull(&self, distance: f64) -> f64 {
        (distance - self.beta.get() + self.margin.get()).max(0.0)
    }

    #[inline(always)]
    fn push(&self, distance: f64) -> f64 {
        (self.beta.get() - distance + self.margin.get()).max(0.0)
    }

    /// Every positive `times.0` times, every negative `times.1` times.
    fn all<T: Real>(&self, row: &Row<'_, T>, times: (u64, u64), slopes: &mut [T]) -> Sums {
        let mut sums = Sums::default();
        for positive in row.positives() {
            let cost = self.pull(row.distances[positive].to_f64());
            if cost > 0.0 {
                sums.positive.0 += times.0 as f64 * cost;
                sums.positive.1 += times.0;
                slopes[positive] = T::from_f64(times.0 as f64);
            }
        }
        let (sum, active) = self.push_all(row, T::from_f64(-(times.1 as f64)), slopes);
        sums.negative = (times.1 as f64 * sum, times.1 * active as u64);
        sums
    }

    /// The negatives' sum and how many cost anything; writes `slope` for those.
    fn push_all<T: Real>(&self, row: &Row<'_, T>, slope: T, slopes: &mut [T]) -> (f64, f64) {
        vectorized(
            #[inline(always)]
            || {
                let (mut sum, mut active) = (0.0, 0.0);
                for run in row.negative_runs() {
                    let distances = &row.distances[run.clone()];
                    sum += fold(distances, |distance| self.push(distance.to_f64()));
                    let is_active = |distance: T| self.push(distance.to_f64()) > 0.0;
                    active += fold(distances, |distance| {
                        f64::from(u8::from(is_active(distance)))
                    });
                    for (place, &distance) in slopes[run].iter_mut().zip(distances) {
                        *place = if is_active(distance) { slope } else { T::ZERO };
                    }
                }
                (sum, active)
            },
        )
    }

    /// Every positive with one negative; gives the number of pairs, too.
    fn drawn<T: Real>(&self, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) -> (Sums, u64) {
        let (mut sums, mut terms) = (Sums::default(), 0);
        if row.pairs() == 0 {
            return (sums, terms);
        }
        let sampler = Sampler::new(row, self.cutoff.get(), self.nonzero_cutoff.get());
        for positive in row.positives() {
            let Some(negative) = sampler.draw(row.uniform(positive)) else {
                continue;
            };
            terms += 2;
            let pull = self.pull(row.distances[positive].to_f64());
            if pull > 0.0 {
                slopes.add(positive, 1.0);
                sums.positive = (sums.positive.0 + pull, sums.positive.1 + 1);
            }
            let push = self.push(row.distances[negative].to_f64());
            if push > 0.0 {
                slopes.add(negative, -1.0);
                sums.negative = (sums.negative.0 + push, sums.negative.1 + 1);
            }
        }
        (sums, terms)
    }
}

impl RowLoss for MarginLoss {
    const DISTANCE: Distance = Distance::Euclidean;
    const REDUCE: Reduce = Reduce::MeanActive;

    fn row<T: Real>(&self, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) -> Terms {
        let (positives, negatives) = (row.positive_count() as u64, row.negative_count() as u64);
        let (sums, terms) = match self.select {
            MarginPairs::All => (self.all(row, (1, 1), slopes.all()), positives + negatives),
            MarginPairs::Triplets => {
                let sums = self.all(row, (negatives, positives), slopes.all());
                (sums, 2 * positives * negatives)
            }
            MarginPairs::DistanceWeighted => self.drawn(row, slopes),
        };
        let active = sums.positive.1 + sums.negative.1;
        let (nu, beta) = (self.nu.get(), self.beta.get());
        let boundary = sums.negative.1 as f64 - sums.positive.1 as f64;
        Terms::one(Count {
            sum: sums.positive.0 + sums.negative.0 + nu * beta * active as f64,
            terms,
            active,
            anchors: u64::from(terms > 0),
            pairs: row.pairs(),
            parameters: [boundary + nu * active as f64, 0.0],
        })
    }

    fn needs(&self) -> Needs {
        match self.select {
            MarginPairs::DistanceWeighted => Needs::none().only(&[Distance::Euclidean]),
            _ => Needs::none().non_negative(),
        }
    }

    /// Twice the margin: positives end one below the boundary, negatives begin one above.
    fn margin(&self) -> Option<Margin> {
        Margin::hard(2.0 * self.margin.get()).ok()
    }

    fn scalars(&self) -> Vec<Scalar> {
        vec![Scalar {
            name: "beta",
            value: self.beta.get(),
            most: None,
            always: false,
        }]
    }

    fn with_scalars(&self, scalars: &[f64]) -> Result<Self, Error> {
        let [beta] = exactly(scalars)?;
        let beta = Finite::new("beta", beta)?;
        Ok(Self { beta, ..*self })
    }
}
