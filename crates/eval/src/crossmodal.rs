//! Does a query of one kind find what belongs to it among things of another kind?

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tercet_kernels::Distance;

use crate::bootstrap::{self, mean_share};
use crate::order::{Seen, nearer, nearest};
use crate::score::{at_depths, averaged};
use crate::tiles::look;
use crate::{Error, Interval, Score, TestCollection};

/// The depths of [`CrossModal::recall_at`].
const DEPTHS: [usize; 3] = [1, 5, 10];

/// Where the first right candidate stands: [`cross_modal`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrossModal {
    /// Recall@1.
    pub recall_at_1: f64,
    /// Its 95 % interval, by drawing clusters of queries with replacement (1,000 times, fixed seed), or queries where
    /// there are no clusters.
    pub recall_at_1_interval95: Interval,
    /// Recall@K for K = 1, 5 and 10: the share of queries of which a right candidate is among the first K.
    pub recall_at: BTreeMap<usize, f64>,
    /// The median of the ranks, from 1; between the middle two of an even number.
    pub median_rank: f64,
    /// Their mean.
    pub mean_rank: f64,
    /// The queries that were averaged over.
    pub queries: usize,
    /// The queries without a right candidate, left out.
    pub skipped: usize,
}

impl CrossModal {
    /// `recall_at_1`, the further `recall_at_K`, then `median_rank` and `mean_rank`, of which less is better.
    pub fn scores(&self) -> Vec<Score> {
        let first = Score::new("recall_at_1", self.recall_at_1);
        let mut scores = vec![first.within(self.recall_at_1_interval95)];
        scores.extend(at_depths("recall", self.recall_at.range(2..)));
        let ranks = [
            ("median_rank", self.median_rank),
            ("mean_rank", self.mean_rank),
        ];
        scores.extend(ranks.map(|(name, value)| Score::new(name, value).lower_is_better()));
        scores
    }

    /// How many queries were averaged over, for below a table.
    pub fn note(&self) -> String {
        averaged(self.queries, self.skipped, "a right candidate")
    }
}

/// The rank of the best right candidate of every query: the measures of image-text retrieval.
///
/// Of several right candidates (five captions of a picture) the nearest counts, as in VSE++ (Faghri et al., BMVC 2018,
/// arXiv:1707.05612). Candidates are ranked by distance, then by index. The other direction is another call, with the
/// sides exchanged.
///
/// Exact, in `O(n m d)` time and `O(threads * m)` memory.
///
/// # Errors
/// [`Error::NoRelevant`] where no query has a right candidate.
///
/// ```
/// use tercet_eval::{TestCollection, cross_modal};
/// use tercet_kernels::{Distance, Rows};
///
/// // Pictures at 0 and 5; captions at 4, 1 and 6, the first two of picture 0.
/// let (pictures, captions) = ([0.0, 5.0], [4.0, 1.0, 6.0]);
/// let rows = |data| Rows::new(data, 1).expect("rows of one number");
/// let collection = TestCollection::grouped(rows(&pictures), rows(&captions), (&[0, 1], &[0, 0, 1]))?;
/// let found = cross_modal(&collection, Distance::Euclidean)?;
/// // 0 finds 1 first. 5 is as near to 4 as to 6, and 4 comes first.
/// assert_eq!((found.recall_at_1, found.median_rank, found.mean_rank), (0.5, 1.5, 1.5));
/// let median = &found.scores()[3];
/// assert_eq!((median.title(), median.to_string()), ("Median rank".into(), "1.5".into()));
/// assert_eq!(found.note(), "2 queries");
/// # Ok::<(), tercet_eval::Error>(())
/// ```
pub fn cross_modal(
    collection: &TestCollection<'_>,
    distance: Distance,
) -> Result<CrossModal, Error> {
    let TestCollection {
        queries,
        candidates,
        ..
    } = *collection;
    let ranks = look(queries, candidates, distance, |query, distances| {
        let seen = || distances.iter().copied().enumerate().map(|(i, d)| (d, i));
        let right = seen().filter(|&(_, candidate)| collection.is_right(query, candidate));
        let best: Seen = nearest(right)?;
        Some(1 + seen().filter(|one| nearer(one, &best).is_lt()).count())
    });
    let mut found: Vec<usize> = ranks.iter().copied().flatten().collect();
    if found.is_empty() {
        let items = candidates.len();
        return Err(Error::NoRelevant { items });
    }
    found.sort_unstable();
    let recall = |k: usize| found.partition_point(|&rank| rank <= k) as f64 / found.len() as f64;
    let worth: Vec<Option<f64>> = ranks
        .iter()
        .map(|rank| rank.map(|rank| f64::from(u8::from(rank == 1))))
        .collect();
    let clusters = collection.tallies(&worth);
    Ok(CrossModal {
        recall_at_1: mean_share(clusters.iter()),
        recall_at_1_interval95: bootstrap::interval(&clusters),
        recall_at: DEPTHS.iter().map(|&k| (k, recall(k))).collect(),
        median_rank: median(&found),
        mean_rank: found.iter().map(|&rank| rank as f64).sum::<f64>() / found.len() as f64,
        queries: found.len(),
        skipped: ranks.len() - found.len(),
    })
}

/// The middle of a sorted list that is not empty.
fn median(sorted: &[usize]) -> f64 {
    let (low, high) = (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
    (low as f64 + high as f64) / 2.0
}
