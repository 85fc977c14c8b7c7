use std::fmt;

use serde::{Deserialize, Serialize};

use super::Grades;
use crate::Error;

/// The shares of [`RelevanceSpread::quantiles`].
const SHARES: [f64; 7] = [0.0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];

/// How relevance is distributed over the pairs of different things of a set, so that thresholds can be chosen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RelevanceSpread {
    /// How many things.
    pub things: usize,
    /// (share, the relevance that this share of the pairs does not exceed).
    pub quantiles: Vec<(f64, f32)>,
    /// (the end of a step, the share of pairs above the step before and up to it): 0, then steps of a tenth.
    pub steps: Vec<(f32, f64)>,
    /// (level, how many others reach it: mean over things) for 0.25, 0.5, 0.6, 0.7, 0.8.
    pub reached: Vec<(f32, f64)>,
}

impl RelevanceSpread {
    /// Looks at all pairs of the things `which`: `O(n^2)` time, `O(n^2)` memory.
    pub fn of(grades: &Grades, which: &[usize]) -> Self {
        let mut all: Vec<f32> = Vec::new();
        for &a in which {
            let others = which.iter().filter(|&&b| b != a);
            all.extend(others.map(|&b| grades.of(a, b)));
        }
        all.sort_unstable_by(f32::total_cmp);
        let upto = |limit: f32| all.partition_point(|&grade| grade <= limit);
        let from = |limit: f32| all.len() - all.partition_point(|&grade| grade < limit);
        let share = |count: usize| count as f64 / all.len().max(1) as f64;
        let ends = (0..=10_u8).map(|tenth| f32::from(tenth) / 10.0);
        let mut before = 0;
        let steps = ends.map(|end| {
            let here = upto(end);
            let step = (end, share(here - before));
            before = here;
            step
        });
        let steps = steps.collect();
        let levels = [0.25, 0.5, 0.6, 0.7, 0.8].into_iter();
        let mean = |count: usize| count as f64 / which.len().max(1) as f64;
        Self {
            things: which.len(),
            quantiles: SHARES.map(|share| (share, quantile(&all, share))).to_vec(),
            steps,
            reached: levels.map(|level| (level, mean(from(level)))).collect(),
        }
    }
}

/// The number that a share of a sorted list does not exceed; 0 of an empty one.
fn quantile(sorted: &[f32], share: f64) -> f32 {
    let last = sorted.len().saturating_sub(1);
    let place = (share * last as f64).round() as usize;
    sorted.get(place).copied().unwrap_or(0.0)
}

impl fmt::Display for RelevanceSpread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "relevance between {} things", self.things)?;
        writeln!(f, "\nshare of pairs  with relevance")?;
        for (index, (end, share)) in self.steps.iter().enumerate() {
            match index {
                0 => writeln!(f, "{:13.2} %  0", 100.0 * share)?,
                _ => writeln!(
                    f,
                    "{:13.2} %  above {:.1} up to {end:.1}",
                    100.0 * share,
                    end - 0.1
                )?,
            }
        }
        writeln!(f, "\nothers that reach it, per thing")?;
        for (level, count) in &self.reached {
            writeln!(f, "{count:15.1}  {level}")?;
        }
        Ok(())
    }
}

/// Where one rung ends and the next begins.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Threshold {
    /// A relevance.
    Fixed(f32),
    /// The relevance that this share of the candidates of a query does not exceed.
    Quantile(f64),
}

/// The relevances that thresholds come to for one query, `grades` being those of its candidates.
///
/// # Errors
/// [`Error::Thresholds`] unless each is below the one before; it names the two.
pub fn thresholds(list: &[Threshold], grades: &[f32]) -> Result<Vec<f32>, Error> {
    let mut sorted = grades.to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    let each = list.iter().map(|threshold| match *threshold {
        Threshold::Fixed(fixed) => fixed,
        Threshold::Quantile(share) => quantile(&sorted, share),
    });
    let found: Vec<f32> = each.collect();
    let wrong = found.windows(2).find(|two| two[1] >= two[0]);
    match wrong {
        Some(&[before, after]) => Err(Error::Thresholds { before, after }),
        _ => Ok(found),
    }
}
