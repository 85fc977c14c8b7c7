//! Does a search find what was asked for?

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};
use tercet_kernels::{Distance, Rows};

use crate::labelled::same_length;
use crate::order::Seen;
use crate::score::{at_depths, averaged};
use crate::tiles::{check, look_by_blocks};
use crate::top::Top;
use crate::{Error, Exclude, Interval, Score};

/// The depths of [`SearchScores::recall_at`] and [`SearchScores::accuracy_at`].
const DEPTHS: [usize; 5] = [1, 3, 5, 10, 100];

/// How far down a ranking is looked.
const DEEPEST: usize = 100;

/// What a search over a corpus finds: means over all queries that have a relevant document.
///
/// Documents are ranked by distance, then by index. `g(k)` is the grade of the document of rank `k` (0 where it is
/// not listed), `rel(k)` is 1 where `g(k) > 0`, else 0, `R` the number of relevant documents of a query,
/// `P(k) = (rel(1) + .. + rel(k)) / k`.
///
/// | score | of one query |
/// |---|---|
/// | NDCG@10 | `sum of g(k) / log2(k + 1)` over ranks 1..10, divided by the same sum of the best ranking |
/// | MRR@10 | 1 / rank of the first relevant document, 0 if it is not among the first 10 |
/// | MAP@100 | `(P(1) rel(1) + .. + P(100) rel(100)) / min(R, 100)` |
/// | Recall@K | `(rel(1) + .. + rel(K)) / R`, the share of relevant documents found |
/// | Accuracy@K | 1 if one of the first K is relevant, else 0: what metric learning calls Recall@K |
///
/// NDCG takes grades as they are, as trec_eval and BEIR do; sentence-transformers' evaluator knows relevant and
/// not relevant only, and agrees where all grades are 1. trec_eval divides MAP@100 by `R`; the two differ for queries
/// with more than 100 relevant documents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchScores {
    /// NDCG@10.
    pub ndcg_at_10: f64,
    /// MRR@10.
    pub mrr_at_10: f64,
    /// MAP@100.
    pub map_at_100: f64,
    /// Recall@K for K = 1, 3, 5, 10 and 100.
    pub recall_at: BTreeMap<usize, f64>,
    /// Accuracy@K for the same K.
    pub accuracy_at: BTreeMap<usize, f64>,
    /// The 95 % interval of Accuracy@1: `+- 1.96 sigma / sqrt(queries)`, cut to `[0, 1]`. Queries count as
    /// independent.
    pub accuracy_at_1_interval95: Interval,
    /// The queries that were averaged over.
    pub queries: usize,
    /// The queries without a relevant document, left out.
    pub skipped: usize,
}

impl SearchScores {
    /// `ndcg_at_10`, `mrr_at_10`, `map_at_100`, then `recall_at_K` and `accuracy_at_K`: the names of BEIR, where
    /// Recall@K is a share of documents.
    pub fn scores(&self) -> Vec<Score> {
        let mut scores = vec![
            Score::new("ndcg_at_10", self.ndcg_at_10),
            Score::new("mrr_at_10", self.mrr_at_10),
            Score::new("map_at_100", self.map_at_100),
        ];
        scores.extend(at_depths("recall", &self.recall_at));
        let mut hits: Vec<Score> = at_depths("accuracy", &self.accuracy_at).collect();
        if let Some(first) = hits.first_mut() {
            first.interval = Some(self.accuracy_at_1_interval95);
        }
        scores.extend(hits);
        scores
    }

    /// The names of metric learning, where Recall@K is a share of queries, Accuracy@K here: `recall_at_1`,
    /// `recall_at_10`, `mrr_at_10`, `ndcg_at_10`.
    pub fn hit_scores(&self) -> Vec<Score> {
        let depths = self.accuracy_at.iter();
        let mut hits: Vec<Score> =
            at_depths("recall", depths.filter(|&(k, _)| [1, 10].contains(k))).collect();
        if let Some(first) = hits.first_mut() {
            first.interval = Some(self.accuracy_at_1_interval95);
        }
        hits.push(Score::new("mrr_at_10", self.mrr_at_10));
        hits.push(Score::new("ndcg_at_10", self.ndcg_at_10));
        hits
    }

    /// How many queries were averaged over, for below a table.
    pub fn note(&self) -> String {
        averaged(self.queries, self.skipped, "a relevant document")
    }
}

/// Searches a corpus `(m, d)` for every query `(n, d)` and compares with what is relevant: for each query the
/// documents and their grades, each once; a grade of 0 or less is that of a document that is not relevant.
///
/// `exclude` hides documents from queries, for instance a query from itself where it stands in the corpus too. What
/// is hidden counts as not relevant.
///
/// Exact, in `O(n m d)` time. Memory grows as `n + m`, not as `n * m`: distances come in tiles of 64 queries and
/// 4,096 documents, and 200 candidates per query are kept at most. No result depends on the tiles.
///
/// # Errors
/// [`Error::Empty`], [`Error::NotFinite`] and [`Error::TooLong`] for queries or corpus, [`Error::Dim`] where their
/// rows differ in length; [`Error::Length`] unless `relevance` is `n` long or where `exclude` does not fit;
/// [`Error::OutOfRange`], [`Error::Twice`] and [`Error::NotFinite`] for a document or grade of `relevance`;
/// [`Error::NoRelevant`] where no query has a relevant document.
///
/// ```
/// use tercet_eval::{Exclude, search};
/// use tercet_kernels::{Distance, Rows};
///
/// let (asked, corpus) = ([0.0, 5.0], [1.0, 2.0, 4.0, 9.0]);
/// let rows = |data| Rows::new(data, 1).expect("rows of one number");
/// // Query 0.0 finds 1.0 first and its relevant 2.0 second; query 5.0 its 4.0 first, and 9.0 fourth.
/// let relevance = [vec![(1, 1.0)], vec![(2, 1.0), (3, 1.0)]];
/// let found = search(rows(&asked), rows(&corpus), &relevance, Distance::Euclidean, &Exclude::Nothing)?;
/// assert_eq!((found.accuracy_at[&1], found.recall_at[&1], found.mrr_at_10), (0.5, 0.25, 0.75));
/// assert_eq!(found.map_at_100, (0.5 + (1.0 + 2.0 / 4.0) / 2.0) / 2.0);
/// let named = |scores: Vec<tercet_eval::Score>| scores.into_iter().find(|score| score.name == "recall_at_1");
/// assert_eq!(named(found.scores()).map(|score| score.value), Some(0.25));
/// assert_eq!(named(found.hit_scores()).map(|score| score.value), Some(0.5));
/// assert_eq!(found.note(), "2 queries");
/// # Ok::<(), tercet_eval::Error>(())
/// ```
pub fn search(
    queries: Rows<'_, f32>,
    corpus: Rows<'_, f32>,
    relevance: &[Vec<(usize, f32)>],
    distance: Distance,
    exclude: &Exclude<'_>,
) -> Result<SearchScores, Error> {
    check("queries", &queries)?;
    check("corpus", &corpus)?;
    if queries.dim() != corpus.dim() {
        return Err(Error::Dim {
            wanted: queries.dim(),
            given: corpus.dim(),
        });
    }
    exclude.check(queries.len(), corpus.len())?;
    check_relevance(relevance, queries.len(), corpus.len())?;
    let see = |top: &mut Top<usize>, query: usize, first: usize, distances: &[f32]| {
        let seen = distances.iter().copied().zip(first..);
        let shown = seen.filter(|&(_, document)| !exclude.hides(query, document));
        shown.for_each(|seen| top.see(seen));
    };
    let found = look_by_blocks(queries, corpus, distance, || Top::new(DEEPEST), see);
    let one = |(query, top): (usize, Top<usize>)| {
        let listed = relevance[query].iter().copied();
        let relevant =
            listed.filter(|&(document, grade)| grade > 0.0 && !exclude.hides(query, document));
        Query::of(&top.sorted(), relevant.collect())
    };
    let scores: Vec<Query> = found.into_iter().enumerate().filter_map(one).collect();
    summary(&scores, relevance.len())
}

fn check_relevance(relevance: &[Vec<(usize, f32)>], n: usize, m: usize) -> Result<(), Error> {
    same_length("relevance", n, relevance.len())?;
    for (query, listed) in relevance.iter().enumerate() {
        let mut documents = BTreeSet::new();
        for &(document, grade) in listed {
            if document >= m {
                let (what, index, len) = ("relevance", document, m);
                return Err(Error::OutOfRange { what, index, len });
            }
            if !grade.is_finite() {
                let (what, row) = ("relevance", query);
                return Err(Error::NotFinite { what, row });
            }
            if !documents.insert(document) {
                let candidate = document;
                return Err(Error::Twice { query, candidate });
            }
        }
    }
    Ok(())
}

/// The scores of one query.
struct Query {
    ndcg: f64,
    reciprocal_rank: f64,
    precision: f64,
    recall: [f64; DEPTHS.len()],
    hit: [f64; DEPTHS.len()],
}

impl Query {
    /// From the first documents of its ranking and all that are relevant; none where nothing is.
    fn of(found: &[Seen], relevant: HashMap<usize, f32>) -> Option<Self> {
        if relevant.is_empty() {
            return None;
        }
        let grades = found
            .iter()
            .map(|(_, document)| relevant.get(document).copied());
        let grades: Vec<f32> = grades.map(Option::unwrap_or_default).collect();
        let within = |k: usize| grades.iter().take(k).filter(|&&grade| grade > 0.0).count();
        let mut best: Vec<f32> = relevant.values().copied().collect();
        best.sort_unstable_by(|one, other| other.total_cmp(one));
        let first = grades.iter().position(|&grade| grade > 0.0);
        let ranks = (1..=grades.len()).filter(|&rank| grades[rank - 1] > 0.0);
        let precisions = ranks.map(|rank| within(rank) as f64 / rank as f64);
        Some(Self {
            ndcg: gain(&grades) / gain(&best),
            reciprocal_rank: first
                .filter(|&at| at < 10)
                .map_or(0.0, |at| 1.0 / (at + 1) as f64),
            precision: precisions.sum::<f64>() / relevant.len().min(DEEPEST) as f64,
            recall: DEPTHS.map(|k| within(k) as f64 / relevant.len() as f64),
            hit: DEPTHS.map(|k| f64::from(u8::from(within(k) > 0))),
        })
    }
}

/// The discounted cumulative gain of the first ten grades.
fn gain(grades: &[f32]) -> f64 {
    let ranked = grades.iter().take(10).zip(2u32..);
    ranked
        .map(|(&grade, place)| f64::from(grade) / f64::from(place).log2())
        .sum()
}

fn summary(scores: &[Query], queries: usize) -> Result<SearchScores, Error> {
    if scores.is_empty() {
        return Err(Error::NoRelevant { items: queries });
    }
    let mean =
        |of: &dyn Fn(&Query) -> f64| scores.iter().map(of).sum::<f64>() / scores.len() as f64;
    let at = |of: &dyn Fn(&Query, usize) -> f64| {
        let depths = DEPTHS.into_iter().enumerate();
        depths
            .map(|(place, k)| (k, mean(&|query| of(query, place))))
            .collect()
    };
    let hits: Vec<f64> = scores.iter().map(|query| query.hit[0]).collect();
    Ok(SearchScores {
        ndcg_at_10: mean(&|query| query.ndcg),
        mrr_at_10: mean(&|query| query.reciprocal_rank),
        map_at_100: mean(&|query| query.precision),
        recall_at: at(&|query, place| query.recall[place]),
        accuracy_at: at(&|query, place| query.hit[place]),
        accuracy_at_1_interval95: Interval::of_mean(&hits),
        queries: scores.len(),
        skipped: queries - scores.len(),
    })
}
