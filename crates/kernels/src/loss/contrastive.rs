//! The contrastive loss.

use serde::{Deserialize, Serialize};

use crate::number::NonNegative;
use crate::row::{Row, RowLoss};
use crate::simd::{above_zero, fold, sum_of, wide};
use crate::{Count, Distance, Error, Margin, Needs, Parts, Real, Slopes, Terms};

/// The contrastive loss: pairs of a class are pulled together, all others pushed apart, each pair for
/// itself. `D` is the objective's distance.
///
/// | form | positive pair | negative pair | denominators |
/// |---|---|---|---|
/// | squared | `1/2 D^2` | `1/2 [m - D]+^2` | one, for all pairs |
/// | linear | `[D - m_pos]+` | `[m_neg - D]+` | two, one for each kind |
///
/// The squared form is Hadsell, Chopra, LeCun, CVPR 2006, doi:10.1109/CVPR.2006.100, and wants
/// [`Distance::Euclidean`](crate::Distance::Euclidean); with `Reduce::Mean` the value is the mean over
/// all pairs (ordered and unordered pairs have the same mean). With `cosine` it is
/// sentence-transformers' `ContrastiveLoss`. The linear form is
/// pytorch-metric-learning's `ContrastiveLoss`, whose default is `linear(0.0, 1.0)` on unit rows,
/// `Euclidean`, `Reduce::MeanActive`: the mean over positive pairs that cost something plus the mean
/// over such negative pairs.
///
/// Slopes: `D` and `-[m - D]+`, or 1 and -1 where the cost is above 0. A term is an ordered pair; an
/// anchor without positives still pushes its negatives, and the other way round. Two equal embeddings
/// of different classes have slope `-m` but gradient 0: they never separate. Refuses
/// [`Distance::NegativeDot`](crate::Distance::NegativeDot).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Contrastive {
    form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Form {
    Squared {
        margin: NonNegative,
    },
    Linear {
        positive: NonNegative,
        negative: NonNegative,
    },
}

/// The loss as it is written down: `form`, `margin`, and `positive_margin` of the linear form.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    form: Word,
    #[serde(skip_serializing_if = "Option::is_none")]
    margin: Option<NonNegative>,
    #[serde(skip_serializing_if = "Option::is_none")]
    positive_margin: Option<NonNegative>,
}

#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Word {
    #[default]
    Squared,
    Linear,
}

impl TryFrom<Written> for Contrastive {
    type Error = Error;

    fn try_from(written: Written) -> Result<Self, Error> {
        let margin = written.margin.unwrap_or(NonNegative::of(1.0));
        let form = match (written.form, written.positive_margin) {
            (Word::Squared, None) => Form::Squared { margin },
            (Word::Squared, Some(given)) => {
                return Err(Error::Number {
                    what: "positive_margin",
                    wanted: "none with form = \"squared\"",
                    given: given.get(),
                });
            }
            (Word::Linear, positive) => Form::Linear {
                positive: positive.unwrap_or_default(),
                negative: margin,
            },
        };
        Ok(Self { form })
    }
}

impl From<Contrastive> for Written {
    fn from(loss: Contrastive) -> Self {
        match loss.form {
            Form::Squared { margin } => Self {
                form: Word::Squared,
                margin: Some(margin),
                positive_margin: None,
            },
            Form::Linear { positive, negative } => Self {
                form: Word::Linear,
                margin: Some(negative),
                positive_margin: Some(positive),
            },
        }
    }
}

impl Default for Contrastive {
    /// Hadsell's form with margin 1.
    fn default() -> Self {
        let margin = NonNegative::of(1.0);
        Self {
            form: Form::Squared { margin },
        }
    }
}

impl Contrastive {
    /// Hadsell's form.
    ///
    /// # Errors
    /// [`Error::Number`] unless the margin is in `[0, 1e30]`.
    pub fn squared(margin: f64) -> Result<Self, Error> {
        let margin = NonNegative::new("margin", margin)?;
        let form = Form::Squared { margin };
        Ok(Self { form })
    }

    /// The linear form with a margin for each kind of pair.
    ///
    /// # Errors
    /// [`Error::Number`] unless both margins are in `[0, 1e30]`.
    pub fn linear(positive: f64, negative: f64) -> Result<Self, Error> {
        let positive = NonNegative::new("positive margin", positive)?;
        let negative = NonNegative::new("negative margin", negative)?;
        let form = Form::Linear { positive, negative };
        Ok(Self { form })
    }

    /// Below it, a negative costs something.
    fn negative_margin(&self) -> NonNegative {
        match self.form {
            Form::Squared { margin } => margin,
            Form::Linear { negative, .. } => negative,
        }
    }

    /// Cost and slope of a positive pair.
    fn pull(self, distance: f64) -> (f64, f64) {
        match self.form {
            Form::Squared { .. } => (0.5 * distance * distance, distance),
            Form::Linear { positive, .. } => hinge(distance - positive.get(), 1.0),
        }
    }
}

/// `[short]+` and its slope.
fn hinge(short: f64, slope: f64) -> (f64, f64) {
    if short > 0.0 {
        (short, slope)
    } else {
        (0.0, 0.0)
    }
}

impl RowLoss for Contrastive {
    const DISTANCE: Distance = Distance::Euclidean;

    fn row<T: Real>(&self, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) -> Terms {
        let slopes = slopes.all();
        let pushed = self.push_all(row, slopes);
        let pulled = self.pull_all(row, slopes);
        match self.parts() {
            Parts::One => Terms::one(both(pulled, pushed)),
            Parts::Two => Terms {
                positive: pulled,
                negative: pushed,
            },
        }
    }

    fn parts(&self) -> Parts {
        match self.form {
            Form::Squared { .. } => Parts::One,
            Form::Linear { .. } => Parts::Two,
        }
    }

    fn needs(&self) -> Needs {
        Needs::none().non_negative()
    }

    fn is_even(&self) -> bool {
        true
    }

    /// Where negatives begin to cost.
    fn margin(&self) -> Option<Margin> {
        Some(Margin::Hard(self.negative_margin()))
    }
}

impl Contrastive {
    /// Costs the negatives: all candidates at once, then what is no negative is taken out again.
    fn push_all<T: Real>(&self, row: &Row<'_, T>, slopes: &mut [T]) -> Count {
        let limit = T::from_f64(self.negative_margin().get());
        shortfalls(limit, row.distances, slopes);
        row.rest().iter().for_each(|&index| slopes[index] = T::ZERO);
        let is_squared = matches!(self.form, Form::Squared { .. });
        let active = active(slopes);
        let sum = match is_squared {
            true => 0.5 * squares(slopes),
            false => sum_of(slopes),
        };
        turn(slopes, is_squared);
        let terms = row.negative_count() as u64;
        Count {
            sum,
            terms,
            active,
            anchors: u64::from(terms > 0),
            pairs: row.pairs(),
            ..Count::default()
        }
    }

    /// Costs the positives.
    fn pull_all<T: Real>(&self, row: &Row<'_, T>, slopes: &mut [T]) -> Count {
        let mut count = Count::default();
        for index in row.positives() {
            let (cost, slope) = self.pull(row.distances[index].to_f64());
            slopes[index] = T::from_f64(slope);
            count.sum += cost;
            count.terms += 1;
            count.active += u64::from(cost > 0.0);
        }
        count.anchors = u64::from(count.terms > 0);
        count.pairs = row.pairs();
        count
    }
}

/// The count of two kinds of pairs of one anchor.
fn both(pulled: Count, pushed: Count) -> Count {
    let mut count = pulled;
    count += pushed;
    count.anchors = u64::from(count.terms > 0);
    count.pairs = pulled.pairs;
    count
}

wide! {
    /// `[m - D]+` of every candidate.
    fn shortfalls<'w, T>(limit: T, distances: &'w [T], out: &'w mut [T]) -> () {
        for (out, &distance) in out.iter_mut().zip(distances) {
            let short = limit - distance;
            *out = if short > T::ZERO { short } else { T::ZERO };
        }
    }
}

wide! {
    fn active<'w, T>(shortfalls: &'w [T]) -> u64 {
        above_zero(shortfalls)
    }
}

wide! {
    fn squares<'w, T>(shortfalls: &'w [T]) -> f64 {
        fold(shortfalls, |short| short.to_f64() * short.to_f64())
    }
}

wide! {
    /// Shortfalls into slopes.
    fn turn<'w, T>(slopes: &'w mut [T], is_squared: bool) -> () {
        for slope in slopes {
            let one = if *slope > T::ZERO { T::ONE } else { T::ZERO };
            *slope = -if is_squared { *slope } else { one };
        }
    }
}
