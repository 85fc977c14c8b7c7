//! What a gap between a positive and a negative costs.

use serde::{Deserialize, Serialize};

use crate::number::NonNegative;
use crate::{Error, Real};

/// What the gap `z = d(a, p) - d(a, n)` of a triplet costs.
///
/// | | cost | slope in `z` |
/// |---|---|---|
/// | `Hard(m)` | `[z + m]+` | 1 where the cost is above 0, else 0 (0 at the kink) |
/// | `Soft` | `ln(1 + e^z)` | `1 / (1 + e^-z)` |
///
/// The hard margin is in units of the distance used. The soft margin (Hermans, Beyer, Leibe 2017,
/// arXiv:1703.07737) is computed as `max(z, 0) + ln(1 + e^-|z|)`, which does not overflow. Where a
/// selection asks for negatives inside the margin, the soft margin has no upper bound.
///
/// Default: `Hard(0.2)` (FaceNet). Serialised as a number or as `"soft"`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub enum Margin {
    /// `[z + m]+`.
    Hard(NonNegative),
    /// `ln(1 + e^z)`.
    Soft,
}

impl Margin {
    /// A hard margin.
    ///
    /// # Errors
    /// [`Error::Number`] outside `[0, 1e30]`, NaN included.
    pub fn hard(margin: f64) -> Result<Self, Error> {
        Ok(Self::Hard(NonNegative::new("margin", margin)?))
    }

    /// The distance below which a negative costs anything beside a positive at distance `positive`:
    /// `d(a, p) + m`, and no bound for the soft margin.
    pub(crate) fn threshold<T: Real>(self, positive: T) -> T {
        match self {
            Self::Hard(margin) => positive + T::from_f64(margin.get()),
            Self::Soft => T::INFINITY,
        }
    }

    /// Cost and slope of one triplet; under a hard margin `threshold - d(a, n)` where that is above 0.
    ///
    /// The comparison is in the type's own arithmetic, so that counting and loops agree on it.
    pub(crate) fn cost<T: Real>(self, positive: T, negative: T) -> (f64, f64) {
        match self {
            Self::Hard(_) => {
                let threshold = self.threshold(positive);
                let active = negative < threshold;
                let cost = threshold.to_f64() - negative.to_f64();
                if active { (cost, 1.0) } else { (0.0, 0.0) }
            }
            Self::Soft => soft(positive.to_f64() - negative.to_f64()),
        }
    }
}

impl Default for Margin {
    fn default() -> Self {
        Self::hard(0.2).expect("0.2 is not negative")
    }
}

/// `ln(1 + e^z)` and `1 / (1 + e^-z)`, both without overflow.
pub(crate) fn soft(gap: f64) -> (f64, f64) {
    let small = (-gap.abs()).exp();
    let slope = if gap >= 0.0 { 1.0 } else { small } / (1.0 + small);
    (gap.max(0.0) + small.ln_1p(), slope)
}

/// The two ways a margin is written down.
#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "margin: wanted a number or \"soft\"")]
enum Written {
    Number(f64),
    Word(String),
}

impl TryFrom<Written> for Margin {
    type Error = Error;

    fn try_from(written: Written) -> Result<Self, Error> {
        match written {
            Written::Number(number) => Self::hard(number),
            Written::Word(word) => word.parse(),
        }
    }
}

impl From<Margin> for Written {
    fn from(margin: Margin) -> Self {
        match margin {
            Margin::Hard(number) => Self::Number(number.get()),
            Margin::Soft => Self::Word("soft".to_owned()),
        }
    }
}

impl std::fmt::Display for Margin {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Hard(margin) => write!(out, "{}", margin.get()),
            Self::Soft => out.write_str("soft"),
        }
    }
}

impl std::str::FromStr for Margin {
    type Err = Error;

    fn from_str(given: &str) -> Result<Self, Error> {
        match (given, given.parse()) {
            ("soft", _) => Ok(Self::Soft),
            (_, Ok(number)) => Self::hard(number),
            _ => Err(Error::Name {
                what: "margin",
                wanted: "a number or soft".to_owned(),
                given: given.to_owned(),
            }),
        }
    }
}
