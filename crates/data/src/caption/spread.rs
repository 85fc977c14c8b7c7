use std::fmt;

use rayon::prelude::*;
use serde::Serialize;

use super::Grades;

/// The shares of [`RelevanceSpread::quantiles`].
const SHARES: [f64; 8] = [0.0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0];

/// The levels of [`RelevanceSpread::reached`].
const LEVELS: [f32; 5] = [0.25, 0.5, 0.6, 0.7, 0.8];

/// The ends of [`RelevanceSpread::steps`]: 0, 0.1, ..., 1.
const ENDS: u8 = 11;

/// How relevance is distributed over the pairs of different things of a set, so that thresholds can be chosen.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RelevanceSpread {
    /// How many things.
    pub things: usize,
    /// What quantiles per query come to, every thing a query and all others its candidates.
    pub quantiles: Vec<QueryQuantile>,
    /// (the end of a step, the share of pairs above the step before and up to it): 0, then steps of a tenth.
    pub steps: Vec<(f32, f64)>,
    /// (level, how many others reach it: mean over things) for 0.25, 0.5, 0.6, 0.7, 0.8.
    pub reached: Vec<(f32, f64)>,
}

/// The relevance that a share of a query's candidates does not exceed, over the queries.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct QueryQuantile {
    /// The share, in `[0, 1]`.
    pub share: f64,
    /// The lowest that a query has.
    pub lowest: f32,
    /// The middle one; of an even number the upper of the two.
    pub median: f32,
    /// The highest.
    pub highest: f32,
}

/// What is kept of one query.
struct Query {
    quantiles: [f32; SHARES.len()],
    upto: [usize; ENDS as usize],
    reached: [usize; LEVELS.len()],
}

impl RelevanceSpread {
    /// Looks at all pairs of the things `which`: `O(n^2 log n)` time, `O(threads n)` memory. The same on any number of
    /// threads.
    pub fn of(grades: &Grades, which: &[usize]) -> Self {
        let queries: Vec<Query> = (0..which.len())
            .into_par_iter()
            .map(|at| Query::of(grades, which, at))
            .collect();
        let pairs = which.len() * which.len().saturating_sub(1);
        let share = |count: usize| count as f64 / pairs.max(1) as f64;
        let upto = |end: usize| queries.iter().map(|query| query.upto[end]).sum::<usize>();
        let below = |end: usize| if end == 0 { 0 } else { upto(end - 1) };
        let steps = (0..ENDS).map(|end| {
            let place = usize::from(end);
            (ending(end), share(upto(place) - below(place)))
        });
        let reached = |at: usize| queries.iter().map(|query| query.reached[at]).sum::<usize>();
        let mean = |count: usize| count as f64 / which.len().max(1) as f64;
        let levels = LEVELS.iter().enumerate();
        Self {
            things: which.len(),
            quantiles: (0..SHARES.len()).map(|at| over(&queries, at)).collect(),
            steps: steps.collect(),
            reached: levels
                .map(|(at, &level)| (level, mean(reached(at))))
                .collect(),
        }
    }
}

/// The end of a step.
fn ending(end: u8) -> f32 {
    f32::from(end) / 10.0
}

impl Query {
    fn of(grades: &Grades, which: &[usize], at: usize) -> Self {
        let others = (0..which.len()).filter(|&other| other != at);
        let mut sorted: Vec<f32> = others.map(|b| grades.of(which[at], which[b])).collect();
        sorted.sort_unstable_by(f32::total_cmp);
        let upto = |end: usize| sorted.partition_point(|&grade| grade <= ending(end as u8));
        let from = |level: f32| sorted.len() - sorted.partition_point(|&grade| grade < level);
        Self {
            quantiles: SHARES.map(|share| quantile(&sorted, share)),
            upto: std::array::from_fn(upto),
            reached: LEVELS.map(from),
        }
    }
}

/// A quantile over the queries; zeros without any.
fn over(queries: &[Query], at: usize) -> QueryQuantile {
    let mut each: Vec<f32> = queries.iter().map(|query| query.quantiles[at]).collect();
    each.sort_unstable_by(f32::total_cmp);
    let place = |place: usize| each.get(place).copied().unwrap_or(0.0);
    QueryQuantile {
        share: SHARES[at],
        lowest: place(0),
        median: place(each.len() / 2),
        highest: each.last().copied().unwrap_or(0.0),
    }
}

/// The number that a share of a sorted list does not exceed, by the nearest rank; 0 of an empty one.
pub(super) fn quantile(sorted: &[f32], share: f64) -> f32 {
    let last = sorted.len().saturating_sub(1);
    let place = (share * last as f64).round() as usize;
    sorted.get(place).copied().unwrap_or(0.0)
}

impl fmt::Display for RelevanceSpread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "relevance between {} things", self.things)?;
        writeln!(f, "\nshare of pairs  with relevance")?;
        for (index, (end, share)) in self.steps.iter().enumerate() {
            let percent = 100.0 * share;
            match index {
                0 => writeln!(f, "{percent:13.2} %  0")?,
                _ => writeln!(f, "{percent:13.2} %  above {:.1} up to {end:.1}", end - 0.1)?,
            }
        }
        writeln!(f, "\nothers that reach it, per thing")?;
        for (level, count) in &self.reached {
            writeln!(f, "{count:15.1}  {level}")?;
        }
        writeln!(f, "\nquantile per thing  lowest  median  highest")?;
        for quantile in &self.quantiles {
            let QueryQuantile {
                share,
                lowest,
                median,
                highest,
            } = quantile;
            writeln!(f, "{share:18}  {lowest:6.3}  {median:6.3}  {highest:7.3}")?;
        }
        Ok(())
    }
}
