//! Is the whole list sensible, not only its first line?

use serde::{Deserialize, Serialize};
use tercet_kernels::Distance;

use crate::bootstrap::{self, mean_share};
use crate::graded::gain;
use crate::neighbors::first;
use crate::order::Seen;
use crate::tiles::look;
use crate::{Error, Interval, Score, TestCollection, kendall};

/// How well the order of a list agrees with relevance, at one depth: [`coherence`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coherence {
    /// The depth K; no more than there are candidates.
    pub k: usize,
    /// The Coherent Score CS@K, in `[-1, 1]`: the mean of [`kendall`]'s tau-b over the queries for which it is defined;
    /// 0 where there is none.
    pub score: f64,
    /// Its 95 % interval, by drawing clusters of queries with replacement (1,000 times, fixed seed), or queries where
    /// there are no clusters.
    pub score_interval95: Interval,
    /// The queries for which tau-b is defined: whose first K candidates are not all equally relevant, nor equally
    /// near.
    pub ordered: usize,
    /// The mean of NDCG@K, in `[0, 1]`, over the queries to which any candidate has any relevance.
    pub ndcg: f64,
    /// Its 95 % interval.
    pub ndcg_interval95: Interval,
    /// The queries.
    pub queries: usize,
}

impl Coherence {
    /// `cs_at_K` and `ndcg_at_K`.
    pub fn scores(&self) -> Vec<Score> {
        let order = Score::new(format!("cs_at_{}", self.k), self.score);
        let gain = Score::new(format!("ndcg_at_{}", self.k), self.ndcg);
        vec![
            order.within(self.score_interval95),
            gain.within(self.ndcg_interval95),
        ]
    }

    /// The Coherent Score as `coherence`, CS@N of a table: of the depth that is all candidates.
    pub fn overall(&self) -> Score {
        Score::new("coherence", self.score).within(self.score_interval95)
    }
}

/// The Coherent Score and NDCG at some depths, for queries and candidates of two kinds.
///
/// CS@K is tau-b between nearness and relevance over the K candidates that a query has nearest (by distance, then by
/// index), averaged over queries: +1 where the list is in the order of relevance, 0 where it is in none. Ties count as
/// tau-b has them. Where the first K are all equally relevant there is no order to agree with: such a query is left out
/// of the mean, and `ordered` says how many were not. Lists of one candidate are of that kind. NDCG is that of
/// [`ndcg`](crate::ndcg), with the relevance itself as gain.
///
/// Exact, in `O(n m d + n K log K)` time and `O(threads * m)` memory. Source: Zhou et al., *Ladder Loss for Coherent
/// Visual-Semantic Embedding*, AAAI 2020, arXiv:1911.07528, section 3.3; their code takes scipy's `kendalltau`, which a
/// constant list makes NaN.
///
/// # Errors
/// [`Error::TooSmall`] for a depth of 0, [`Error::NoRelevant`] where no candidate has any relevance to any query.
///
/// ```
/// use tercet_eval::{TestCollection, coherence};
/// use tercet_kernels::{Distance, Relevance, Rows};
///
/// // From 0 the candidates come as 1, 2, 4, with relevance 1, 0, 0.5: two pairs agree, one does not.
/// let (query, candidates) = ([0.0], [4.0, 1.0, 2.0]);
/// let rows = |data| Rows::new(data, 1).expect("rows of one number");
/// let relevance = Relevance::matrix((1, 3), &[0.5, 1.0, 0.0]).expect("three numbers in [0, 1]");
/// let collection = TestCollection::new(rows(&query), rows(&candidates), relevance)?;
/// let found = coherence(&collection, Distance::Euclidean, &[2, 100])?;
/// assert_eq!((found[0].k, found[0].score), (2, 1.0));
/// assert!(found[1].k == 3 && (found[1].score - 1.0 / 3.0).abs() < 1e-12);
/// assert_eq!((found[0].scores()[0].title(), found[1].overall().title()), ("CS@2".into(), "CS@N".into()));
/// # Ok::<(), tercet_eval::Error>(())
/// ```
pub fn coherence(
    collection: &TestCollection<'_>,
    distance: Distance,
    depths: &[usize],
) -> Result<Vec<Coherence>, Error> {
    if let Some(&given) = depths.iter().find(|&&k| k == 0) {
        let (what, wanted) = ("k", 1);
        return Err(Error::TooSmall {
            what,
            wanted,
            given,
        });
    }
    let depths: Vec<usize> = depths
        .iter()
        .map(|&k| k.min(collection.candidates.len()))
        .collect();
    let scores = look(
        collection.queries,
        collection.candidates,
        distance,
        |query, distances| one(collection, query, distances, &depths),
    );
    let of = |index: usize, k: usize| {
        let [tau, gains] = [0, 1].map(|kind: usize| {
            let worth: Vec<Option<f64>> = scores.iter().map(|s| s[index][kind]).collect();
            worth
        });
        summary(collection, k, &tau, &gains)
    };
    depths.iter().enumerate().map(|(i, &k)| of(i, k)).collect()
}

/// Tau-b and NDCG of one query at every depth.
fn one(
    collection: &TestCollection<'_>,
    query: usize,
    distances: &[f32],
    depths: &[usize],
) -> Vec<[Option<f64>; 2]> {
    let grade = |candidate: usize| collection.grade(query, candidate);
    let seen = distances.iter().copied().enumerate();
    let seen: Vec<Seen> = seen
        .map(|(candidate, distance)| (distance, candidate))
        .collect();
    let deepest = depths.iter().copied().max().unwrap_or(0);
    let found = first(seen, deepest);
    let grades: Vec<f32> = found
        .iter()
        .map(|&(_, candidate)| grade(candidate))
        .collect();
    let mut best: Vec<f32> = (0..distances.len()).map(grade).collect();
    best.sort_unstable_by(|a, b| b.total_cmp(a));
    let nearness: Vec<f64> = found.iter().map(|&(d, _)| -f64::from(d)).collect();
    let relevant: Vec<f64> = grades.iter().map(|&grade| f64::from(grade)).collect();
    let at = |k: usize| {
        let tau = kendall(&nearness[..k], &relevant[..k]);
        let highest = gain(best[..k].iter().copied());
        let share = || gain(grades[..k].iter().copied()) / highest;
        [tau, (highest > 0.0).then(share)]
    };
    depths.iter().map(|&k| at(k)).collect()
}

fn summary(
    collection: &TestCollection<'_>,
    k: usize,
    tau: &[Option<f64>],
    gains: &[Option<f64>],
) -> Result<Coherence, Error> {
    let (orders, graded) = (collection.tallies(tau), collection.tallies(gains));
    if graded.is_empty() {
        let items = collection.candidates.len();
        return Err(Error::NoRelevant { items });
    }
    let none = Interval {
        low: 0.0,
        high: 0.0,
    };
    Ok(Coherence {
        k,
        score: mean_share(orders.iter()),
        score_interval95: match orders.is_empty() {
            true => none,
            false => bootstrap::interval(&orders),
        },
        ordered: tau.iter().flatten().count(),
        ndcg: mean_share(graded.iter()),
        ndcg_interval95: bootstrap::interval(&graded),
        queries: tau.len(),
    })
}
