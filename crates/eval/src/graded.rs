//! Are more relevant candidates nearer?

use serde::{Deserialize, Serialize};
use tercet_kernels::Distance;

use crate::bootstrap::{self, mean_share};
use crate::neighbors::first;
use crate::order::Seen;
use crate::retrieval::tallies;
use crate::tiles::look;
use crate::{Error, Interval, Labelled, Score};

/// Normalised discounted cumulative gain at a depth: [`ndcg`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ndcg {
    /// The depth K.
    pub k: usize,
    /// The mean over queries of NDCG@K, in `[0, 1]`.
    pub ndcg: f64,
    /// Its 95 % interval, by drawing classes with replacement (1,000 times, fixed seed), or queries where
    /// labels are no classes; what queries share is then not seen, and the interval may be too narrow.
    pub interval95: Interval,
    /// The queries that were averaged over.
    pub queries: usize,
    /// The lone queries: those to which no candidate has any relevance, left out.
    pub skipped: usize,
}

impl Ndcg {
    /// `ndcg_at_K`.
    pub fn scores(&self) -> Vec<Score> {
        vec![Score::new(format!("ndcg_at_{}", self.k), self.ndcg).within(self.interval95)]
    }
}

/// NDCG@K of every item as a query against all others whose group differs from its own.
///
/// With `g(i)` the grade in `[0, 1]` of the candidate of rank `i` ([`Labels`](tercet_kernels::Labels) says what
/// it is for each kind: the Jaccard index, the common prefix, the relevance itself, 1 or 0), ranked by distance, then
/// by index:
///
/// ```text
/// DCG@K = sum over i = 1..K of g(i) / log2(i + 1)
/// NDCG@K = DCG@K / (DCG@K of the candidates ranked by their grades, the highest first)
/// ```
///
/// A query with fewer than K candidates takes them all. Grades need not reach the level of a positive to count.
/// The gain is the grade itself, as in trec_eval's `ndcg_cut` and scikit-learn's `ndcg_score` (which averages
/// over tied ranks unless told otherwise, and counts a lone query as 0); not `2^g - 1`.
/// Source: Jarvelin, Kekalainen, *Cumulated Gain-Based Evaluation of IR Techniques*, TOIS 2002,
/// doi:10.1145/582415.582418, with the discount of Burges et al., ICML 2005, which begins at rank 2.
///
/// Exact: all candidates are graded, in `O(n^2 (d + log n))` time and `O(threads * n)` memory.
///
/// # Errors
/// [`Error::TooSmall`] if `k` is 0, [`Error::NoRelevant`] where every query is a lone one.
///
/// ```
/// use tercet_eval::{Labelled, ndcg};
/// use tercet_kernels::{Distance, Relevance, Rows};
///
/// // To item 0 the nearer one has grade 0.5, the farther one 1: (0.5 + 1 / log2(3)) / (1 + 0.5 / log2(3)).
/// let data = [0.0, 1.0, 3.0];
/// let rows = Rows::new(&data, 1).expect("three rows of one number");
/// let grades = [1.0, 0.5, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0];
/// let grades = Relevance::matrix((3, 3), &grades).expect("nine numbers in [0, 1]");
/// let found = ndcg(&Labelled::new(rows, grades, None)?, Distance::Euclidean, 10)?;
/// assert!((found.ndcg - 0.859719).abs() < 1e-6);
/// assert_eq!((found.queries, found.skipped), (1, 2));
/// assert_eq!(found.scores()[0].title(), "NDCG@10");
/// # Ok::<(), tercet_eval::Error>(())
/// ```
pub fn ndcg(items: &Labelled<'_>, distance: Distance, k: usize) -> Result<Ndcg, Error> {
    if k == 0 {
        let (what, wanted, given) = ("k", 1, k);
        return Err(Error::TooSmall {
            what,
            wanted,
            given,
        });
    }
    let rows = items.rows();
    let scores = look(rows, rows, distance, |query, distances| {
        score(items, query, distances, k)
    });
    let queries = scores.iter().flatten().count();
    if queries == 0 {
        return Err(Error::NoRelevant { items: rows.len() });
    }
    let clusters = tallies(items, |item| scores[item]);
    Ok(Ndcg {
        k,
        ndcg: mean_share(clusters.iter()),
        interval95: bootstrap::interval(&clusters),
        queries,
        skipped: scores.len() - queries,
    })
}

/// NDCG@K of one query, given its distances to all items; none if nothing is relevant.
fn score(items: &Labelled<'_>, query: usize, distances: &[f32], k: usize) -> Option<f64> {
    let seen = distances.iter().copied().enumerate();
    let shown = seen.filter(|&(item, _)| items.comparable(query, item));
    let shown: Vec<Seen> = shown.map(|(item, distance)| (distance, item)).collect();
    let grade = |&(_, item): &Seen| items.affinity().grade(query, item);
    let mut best: Vec<f32> = shown
        .iter()
        .map(grade)
        .filter(|&grade| grade > 0.0)
        .collect();
    best.sort_unstable_by(|one, other| other.total_cmp(one));
    if best.is_empty() {
        return None;
    }
    let found = first(shown, k);
    Some(gain(found.iter().map(grade)) / gain(best.into_iter().take(k)))
}

/// The discounted cumulative gain of grades, the first rank first.
pub(crate) fn gain(grades: impl Iterator<Item = f32>) -> f64 {
    let ranked = grades.zip(2u32..);
    let gains = ranked.map(|(grade, place)| f64::from(grade) / f64::from(place).log2());
    gains.sum()
}
