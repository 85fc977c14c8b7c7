//! Are a query's nearest candidates of its own class?

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tercet_kernels::Distance;

use crate::bootstrap::{self, Tally};
use crate::order::Seen;
use crate::score::{at_depths, averaged};
use crate::tiles::look;
use crate::{Error, Interval, Labelled, QueryScore, Ranking, Score};

/// The depths of [`Retrieval::recall_at`].
const DEPTHS: [usize; 3] = [1, 5, 10];

/// Retrieval scores: means over all queries that have at least one relevant candidate.
///
/// A candidate is relevant when the labels make it a positive of the query (the same class; see
/// [`Labels`](tercet_kernels::Labels) for other kinds); candidates are ranked by distance, then by index.
/// With `R` the number of relevant candidates of a query, `rel(k)` 1 where the candidate of
/// rank `k` is relevant, else 0, and `P(k) = (rel(1) + .. + rel(k)) / k`:
///
/// | score | of one query |
/// |---|---|
/// | Recall@K | 1 if `rel(1) + .. + rel(K) >= 1`, else 0 |
/// | Precision@1 | `rel(1)` |
/// | R-precision | `(rel(1) + .. + rel(R)) / R` |
/// | MAP@R | `(P(1) rel(1) + .. + P(R) rel(R)) / R` |
/// | MRR | 1 / rank of the first relevant candidate, over the whole ranking |
///
/// Recall@K is the hit rate of the metric-learning literature, not the share of relevant candidates
/// found. R-precision and MAP@R are cut at the `R` of each query (Musgrave, Belongie, Lim, A Metric
/// Learning Reality Check, ECCV 2020, arXiv:2003.08505) and agree with pytorch-metric-learning, which
/// leaves lone queries out too. Every score is in `[0, 1]`, more is better, and
/// `map_at_r <= r_precision`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retrieval {
    /// Recall@1.
    pub recall_at_1: f64,
    /// The 95 % interval of Recall@1, by drawing classes with replacement (1,000 times, fixed seed):
    /// queries of one class are not independent. Queries are drawn where labels are no classes; what they
    /// share is then not seen, and the interval may be too narrow.
    pub recall_at_1_interval95: Interval,
    /// Recall@K for K = 1, 5 and 10.
    pub recall_at: BTreeMap<usize, f64>,
    /// Precision@1, which is Recall@1 under another name.
    pub precision_at_1: f64,
    /// R-precision.
    pub r_precision: f64,
    /// MAP@R.
    pub map_at_r: f64,
    /// Mean reciprocal rank.
    pub mrr: f64,
    /// The queries that were averaged over.
    pub queries: usize,
    /// The lone queries: those without a relevant candidate, left out.
    pub skipped: usize,
}

impl Retrieval {
    /// `recall_at_1`, `map_at_r`, `r_precision`, `mrr`, the further `recall_at_K` and `precision_at_1`.
    pub fn scores(&self) -> Vec<Score> {
        let mut scores = vec![
            Score::new("recall_at_1", self.recall_at_1).within(self.recall_at_1_interval95),
            Score::new("map_at_r", self.map_at_r),
            Score::new("r_precision", self.r_precision),
            Score::new("mrr", self.mrr),
        ];
        let further = self.recall_at.range(2..);
        scores.extend(at_depths("recall", further));
        scores.push(Score::new("precision_at_1", self.precision_at_1));
        scores
    }

    /// How many queries were averaged over, for below a table: `3450 queries`.
    pub fn note(&self) -> String {
        let why = "another item of their class";
        averaged(self.queries, self.skipped, why)
    }
}

/// The retrieval scores of every item as a query against all others whose group differs from its own.
///
/// Exact: the whole ranking counts, in `O(n^2 (d + log R))` time and `O(threads * n)` memory.
///
/// # Errors
/// [`Error::NoRelevant`] where every query is a lone one.
///
/// ```
/// use tercet_eval::{Labelled, retrieval};
/// use tercet_kernels::{Distance, Rows};
///
/// // 0.0 finds 1.0 of the other class first, then 3.0: rank 2 of R = 1. 3.0 finds 1.0 first too.
/// let data = [0.0, 1.0, 3.0];
/// let rows = Rows::new(&data, 1).expect("three rows of one number");
/// let scores = retrieval(&Labelled::new(rows, &[4, 5, 4], None)?, Distance::Euclidean)?;
/// assert_eq!((scores.recall_at_1, scores.recall_at[&5], scores.mrr), (0.0, 1.0, 0.5));
/// assert_eq!((scores.queries, scores.skipped), (2, 1));
/// assert_eq!(scores.note(), "2 queries, 1 without another item of their class left out");
/// assert_eq!(scores.scores()[0].to_string(), "0.000 [0.000, 0.000]");
/// # Ok::<(), tercet_eval::Error>(())
/// ```
pub fn retrieval(items: &Labelled<'_>, distance: Distance) -> Result<Retrieval, Error> {
    let rows = items.rows();
    let scores = look(rows, rows, distance, |query, distances| {
        ranking(items, query, distances).score()
    });
    let found: Vec<QueryScore> = scores.iter().flatten().copied().collect();
    if found.is_empty() {
        return Err(Error::NoRelevant { items: rows.len() });
    }
    Ok(summary(items, &scores, &found))
}

/// The ranking of one query, given its distances to all items.
fn ranking(items: &Labelled<'_>, query: usize, distances: &[f32]) -> Ranking {
    let alike = items.affinity().positives(query).into_iter();
    let relevant: Vec<Seen> = alike
        .filter(|&item| items.comparable(query, item))
        .map(|item| (distances[item], item))
        .collect();
    if relevant.is_empty() {
        return Ranking::of_list(&[], 0);
    }
    let candidates = distances.iter().copied().enumerate();
    let shown = candidates.filter(|&(item, _)| items.comparable(query, item));
    Ranking::of_seen(relevant, shown.map(|(item, distance)| (distance, item)))
}

fn summary(items: &Labelled<'_>, scores: &[Option<QueryScore>], found: &[QueryScore]) -> Retrieval {
    let mean = |of: fn(&QueryScore) -> f64| found.iter().map(of).sum::<f64>() / found.len() as f64;
    let recall = |k| found.iter().filter(|one| one.hit(k)).count() as f64 / found.len() as f64;
    Retrieval {
        recall_at_1: recall(1),
        recall_at_1_interval95: bootstrap::interval(&tallies(items, |item| {
            scores[item].map(|one| one.hit(1))
        })),
        recall_at: DEPTHS.map(|k| (k, recall(k))).into(),
        precision_at_1: recall(1),
        r_precision: mean(|one| one.r_precision),
        map_at_r: mean(|one| one.map_at_r),
        mrr: mean(|one| one.reciprocal_rank),
        queries: found.len(),
        skipped: scores.len() - found.len(),
    }
}

/// What the queries of each cluster are worth, clusters without a query left out.
pub(crate) fn tallies<S: Into<f64>>(
    items: &Labelled<'_>,
    worth: impl Fn(usize) -> Option<S>,
) -> Vec<Vec<Tally>> {
    let clusters = items.clusters();
    let tallies = clusters.iter().map(|cluster| {
        let mut tally = Tally::default();
        let found = cluster.iter().filter_map(|&item| worth(item));
        found.for_each(|worth| tally.count(worth));
        tally
    });
    tallies
        .filter(|tally| tally.tries > 0)
        .map(|tally| vec![tally])
        .collect()
}
