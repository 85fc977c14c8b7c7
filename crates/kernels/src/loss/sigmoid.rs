//! The sigmoid loss.

use serde::{Deserialize, Serialize};

use super::softmax::{BLOCK, Sums, multiply, similarity_of_zero, write};
use crate::margin::soft;
use crate::number::{Finite, Positive};
use crate::row::{Row, RowLoss};
use crate::scalar::{Scalar, exactly};
use crate::simd::vectorized;
use crate::{Count, Distance, Error, Real, Reduce, Slopes, Terms};

/// The sigmoid loss of SigLIP: every pair by itself is a question of yes or no, and no pair is weighed against others.
///
/// ```text
/// cost of a pair = ln(1 + e^(-z (k s + b)))     z = 1 of a positive, -1 of a negative
/// ```
///
/// with the similarity `s = 1 - d` of [`Distance::Cosine`] and `s = -d` of every other distance, `k` the scale and `b`
/// the bias, in the units of `k s`. With `g = 1 / (1 + e^(z (k s + b)))`, the slopes are `k g` on a positive's distance
/// and `-k g` on a negative's.
///
/// Both numbers are learnt unless a term says `learn = false`: the scale by its logarithm, at most `ln 100`, the bias as
/// it is. [`Count::parameters`] has `d(sum) / d(k)` and `d(sum) / d(b)`.
///
/// A term is an ordered pair of an anchor and a positive or a negative; the anchor itself and masked duplicates are
/// none. Several positives are a term each. An anchor without positives still pushes its negatives, and the other way
/// round. In `f32` the cost of a pair is exactly 0 from `z (k s + b) = 87.3` on, and such a pair is not active.
///
/// Shapes: `(n, d)` anchors, `(m, d)` candidates, two towers or one set. Defaults: `scale` 10 and `bias` -10 (with which
/// nearly all pairs, which are negatives, begin where they should be), [`Distance::Cosine`], [`Reduce::MeanAnchors`]:
/// the sum over all pairs is divided by the number of anchors.
///
/// Source: Zhai, Mustafa, Kolesnikov, Beyer, *Sigmoid Loss for Language Image Pre-Training*, ICCV 2023,
/// arXiv:2303.15343, section 3.2 and algorithm 1. Agrees with OpenCLIP's `SigLipLoss`, scale and bias included.
///
/// ```
/// use tercet_kernels::{Batch, Distance, Objective, Reduce, Rows, Sigmoid};
/// let rows = Rows::new(&[1.0, 0.0, 0.0, 1.0], 2)?;
/// let objective = Objective::new(Distance::Cosine, Sigmoid::new(2.0, -1.0)?, Reduce::MeanAnchors)?;
/// let outcome = objective.evaluate(&Batch::matched(rows, rows)?)?;
/// // Each anchor: a positive of similarity 1, k s + b = 1, and a negative of similarity 0, k s + b = -1.
/// assert!((outcome.value - 2.0 * (-1f64).exp().ln_1p()).abs() < 1e-15);
/// assert_eq!(outcome.terms.terms(), 4);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sigmoid {
    /// What similarities are multiplied with, `k`.
    pub scale: Positive,
    /// What is added, `b`.
    pub bias: Finite,
}

impl Default for Sigmoid {
    /// Scale 10, bias -10.
    fn default() -> Self {
        Self {
            scale: Positive::of(10.0),
            bias: Finite::of(-10.0),
        }
    }
}

/// What pairs come to.
#[derive(Default)]
struct Tally {
    cost: f64,
    active: u64,
    /// Sums of `d(cost) / d(k s + b)`, plain and times the similarity.
    slopes: [f64; 2],
}

impl Sigmoid {
    /// With a scale and a bias.
    ///
    /// # Errors
    /// [`Error::Number`] unless the scale is above 0 and both are at most 1e30.
    pub fn new(scale: f64, bias: f64) -> Result<Self, Error> {
        Ok(Self {
            scale: Positive::new("scale", scale)?,
            bias: Finite::new("bias", bias)?,
        })
    }

    /// Costs all negatives and writes their slopes, 0 for everything else.
    fn push<T: Real>(&self, row: &Row<'_, T>, slopes: &mut [T]) -> Tally {
        let (mut costs, mut found) = (Sums::default(), Sums::default());
        let [scale, bias] = [self.scale.get(), self.bias.get()].map(T::from_f64);
        let zero = T::from_f64(similarity_of_zero(row.distance));
        vectorized(
            #[inline(always)]
            || {
                write(
                    row,
                    slopes,
                    #[inline(always)]
                    |_, block, places| {
                        let (mut cost, mut active) = ([T::ZERO; BLOCK], [T::ZERO; BLOCK]);
                        let mut along = [T::ZERO; BLOCK];
                        for index in 0..BLOCK {
                            let inside = block[index] < T::INFINITY;
                            let similarity = zero - block[index];
                            let (value, slope) = softplus(scale * similarity + bias);
                            cost[index] = if inside { value } else { T::ZERO };
                            let counts = inside && value > T::ZERO;
                            active[index] = if counts { T::ONE } else { T::ZERO };
                            places[index] = if inside { slope } else { T::ZERO };
                            along[index] = if inside { slope * similarity } else { T::ZERO };
                        }
                        costs.add(&cost, &active);
                        found.add(places, &along);
                    },
                );
            },
        );
        multiply(slopes, -self.scale.get());
        let ((cost, active), (plain, along)) = (costs.total(), found.total());
        Tally {
            cost,
            active: active as u64,
            slopes: [plain, along],
        }
    }

    /// Adds the positives.
    fn pull<T: Real>(&self, row: &Row<'_, T>, slopes: &mut [T], tally: &mut Tally) {
        let (scale, bias) = (self.scale.get(), self.bias.get());
        let zero = similarity_of_zero(row.distance);
        for positive in row.positives() {
            let similarity = zero - row.distances[positive].to_f64();
            let (cost, slope) = soft(-(scale * similarity + bias));
            slopes[positive] = T::from_f64(scale * slope);
            tally.cost += cost;
            tally.active += u64::from(cost > 0.0);
            tally.slopes[0] -= slope;
            tally.slopes[1] -= slope * similarity;
        }
    }
}

/// `ln(1 + e^x)` and its slope, without overflow.
#[inline(always)]
fn softplus<T: Real>(x: T) -> (T, T) {
    let above = x > T::ZERO;
    let small = (if above { -x } else { x }).exp();
    let slope = if above { T::ONE } else { small } / (T::ONE + small);
    (if above { x } else { T::ZERO } + small.ln_1p(), slope)
}

impl RowLoss for Sigmoid {
    const DISTANCE: Distance = Distance::Cosine;
    const REDUCE: Reduce = Reduce::MeanAnchors;

    fn row<T: Real>(&self, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) -> Terms {
        let slopes = slopes.all();
        let mut tally = self.push(row, slopes);
        self.pull(row, slopes, &mut tally);
        let terms = (row.positive_count() + row.negative_count()) as u64;
        let [plain, along] = tally.slopes;
        Terms::one(Count {
            sum: tally.cost,
            terms,
            active: tally.active,
            anchors: u64::from(terms > 0),
            pairs: row.pairs(),
            parameters: [along, plain],
        })
    }

    fn is_even(&self) -> bool {
        true
    }

    fn scalars(&self) -> Vec<Scalar> {
        let scale = Scalar::log_scale(self.scale.get());
        let bias = Scalar {
            name: "bias",
            value: self.bias.get(),
            most: None,
            always: true,
        };
        vec![
            Scalar {
                always: true,
                ..scale
            },
            bias,
        ]
    }

    fn with_scalars(&self, scalars: &[f64]) -> Result<Self, Error> {
        let [log_scale, bias] = exactly(scalars)?;
        Self::new(log_scale.exp(), bias)
    }

    fn scalar_gradient(&self, counted: [f64; 2]) -> [f64; 2] {
        [counted[0] * self.scale.get(), counted[1]]
    }
}
