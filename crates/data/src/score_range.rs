use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Error;

/// The scores that a file of pairs may hold, from the least to the most alike, and how they are brought to `[0, 1]`:
/// `(score - low) / (high - low)`. In a file `[0, 5]`.
///
/// Default `[0, 1]`, which leaves a score as it is.
///
/// ```
/// use tercet_data::ScoreRange;
/// let range = ScoreRange::new(0.0, 5.0)?;
/// assert_eq!(range.unit(4.0), Some(0.8));
/// assert_eq!(range.unit(5.5), None);
/// # Ok::<(), tercet_data::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "[f64; 2]", into = "[f64; 2]")]
pub struct ScoreRange {
    low: f64,
    high: f64,
}

impl ScoreRange {
    /// From the lowest to the highest score.
    ///
    /// # Errors
    /// [`Error::Key`] unless both are finite and `low < high`.
    pub fn new(low: f64, high: f64) -> Result<Self, Error> {
        if low < high && low.is_finite() && high.is_finite() {
            return Ok(Self { low, high });
        }
        Err(Error::Key {
            key: "data.score_range",
            wanted: "two finite numbers, the lower first",
            given: format!("[{low}, {high}]"),
        })
    }

    /// The lowest score.
    pub fn low(self) -> f64 {
        self.low
    }

    /// The highest score.
    pub fn high(self) -> f64 {
        self.high
    }

    /// A score brought to `[0, 1]`; none for one outside the range.
    pub fn unit(self, score: f64) -> Option<f64> {
        let inside = (self.low..=self.high).contains(&score);
        inside.then(|| (score - self.low) / (self.high - self.low))
    }
}

impl Default for ScoreRange {
    fn default() -> Self {
        Self {
            low: 0.0,
            high: 1.0,
        }
    }
}

impl fmt::Display for ScoreRange {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "[{}, {}]", self.low, self.high)
    }
}

impl TryFrom<[f64; 2]> for ScoreRange {
    type Error = Error;

    fn try_from([low, high]: [f64; 2]) -> Result<Self, Error> {
        Self::new(low, high)
    }
}

impl From<ScoreRange> for [f64; 2] {
    fn from(range: ScoreRange) -> Self {
        [range.low, range.high]
    }
}
