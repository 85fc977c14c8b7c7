use serde::{Deserialize, Serialize};

use super::spread::quantile;
use crate::Error;

/// Where one rung ends and the next begins.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Threshold {
    /// A relevance, in `[0, 1]`.
    Fixed(f32),
    /// The relevance that this share of the candidates of a query does not exceed (the nearest rank), in `[0, 1]`.
    Quantile(f64),
}

impl Threshold {
    fn check(self) -> Result<Self, Error> {
        let (name, number) = match self {
            Self::Fixed(fixed) => ("threshold", f64::from(fixed)),
            Self::Quantile(share) => ("threshold, quantile", share),
        };
        match (0.0..=1.0).contains(&number) {
            true => Ok(self),
            false => Err(Error::Number {
                name,
                wanted: "a number in [0, 1]",
                given: match self {
                    Self::Fixed(fixed) => fixed.to_string(),
                    Self::Quantile(share) => share.to_string(),
                },
            }),
        }
    }

    /// Both numbers where two thresholds of one kind are not in order, whatever the query.
    fn misplaced(before: Self, after: Self) -> Option<Error> {
        match (before, after) {
            (Self::Fixed(before), Self::Fixed(after)) if after >= before => {
                Some(Error::Thresholds { before, after })
            }
            (Self::Quantile(before), Self::Quantile(after)) if after >= before => {
                let (before, after) = (before as f32, after as f32);
                Some(Error::Thresholds { before, after })
            }
            _ => None,
        }
    }
}

/// The thresholds of a ladder, the highest first; the kinds may be mixed.
///
/// ```
/// use tercet_data::{Threshold, Thresholds};
/// let thresholds = Thresholds::new(vec![Threshold::Fixed(0.9), Threshold::Quantile(0.5)])?;
/// assert_eq!(thresholds.of(&[0.0, 0.75, 0.25, 1.0, 0.5])?, [0.9, 0.5]);
/// let error = Thresholds::new(vec![Threshold::Fixed(0.3), Threshold::Fixed(0.6)]).unwrap_err();
/// assert_eq!(error.to_string(), "thresholds: wanted each below the one before, given 0.3 before 0.6");
/// # Ok::<(), tercet_data::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Threshold>", into = "Vec<Threshold>")]
pub struct Thresholds(Vec<Threshold>);

impl Thresholds {
    /// # Errors
    /// [`Error::Number`] outside `[0, 1]`; [`Error::Thresholds`] names two of one kind of which the second is not below
    /// the first.
    pub fn new(list: Vec<Threshold>) -> Result<Self, Error> {
        for (index, &after) in list.iter().enumerate() {
            after.check()?;
            for &before in &list[..index] {
                if let Some(error) = Threshold::misplaced(before, after) {
                    return Err(error);
                }
            }
        }
        Ok(Self(list))
    }

    /// The relevances that they come to for one query, `grades` being those of its candidates: none above the one
    /// before. Two are the same where so many candidates are equally relevant; the rung between them is empty.
    ///
    /// # Errors
    /// [`Error::Thresholds`] where a quantile comes out above a fixed one before it, or below one after it.
    pub fn of(&self, grades: &[f32]) -> Result<Vec<f32>, Error> {
        let mut sorted = grades.to_vec();
        sorted.sort_unstable_by(f32::total_cmp);
        let each = self.0.iter().map(|threshold| match *threshold {
            Threshold::Fixed(fixed) => fixed,
            Threshold::Quantile(share) => quantile(&sorted, share),
        });
        let found: Vec<f32> = each.collect();
        match found.windows(2).find(|two| two[1] > two[0]) {
            Some(&[before, after]) => Err(Error::Thresholds { before, after }),
            _ => Ok(found),
        }
    }
}

impl TryFrom<Vec<Threshold>> for Thresholds {
    type Error = Error;

    fn try_from(list: Vec<Threshold>) -> Result<Self, Error> {
        Self::new(list)
    }
}

impl From<Thresholds> for Vec<Threshold> {
    fn from(thresholds: Thresholds) -> Self {
        thresholds.0
    }
}
