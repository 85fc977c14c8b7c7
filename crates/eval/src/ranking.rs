//! What one query's ranking is worth.

use crate::order::{Seen, nearer};

/// Where a query's relevant candidates stand in its ranking, and how many there are.
///
/// A candidate is *relevant* when the labels make it a positive of the query. Ranks count from 1; candidates are
/// ordered by distance, equally near ones by index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranking {
    ranks: Vec<usize>,
    relevant: usize,
}

impl Ranking {
    /// From a list that says of each retrieved candidate, nearest first, whether it is relevant.
    /// `relevant` is the number `R` of relevant candidates in all, retrieved or not.
    ///
    /// ```
    /// use tercet_eval::Ranking;
    /// let ranking = Ranking::of_list(&[false, true, true], 4);
    /// assert_eq!((ranking.ranks(), ranking.relevant()), (&[2, 3][..], 4));
    /// let score = ranking.score().expect("4 are relevant");
    /// assert!(score.hit(2) && !score.hit(1));
    /// assert_eq!(score.first, Some(2));
    /// assert_eq!(score.r_precision, 2.0 / 4.0);
    /// ```
    pub fn of_list(list: &[bool], relevant: usize) -> Self {
        let found = (1..).zip(list).filter(|&(_, &is)| is);
        let ranks: Vec<usize> = found.map(|(rank, _)| rank).collect();
        let relevant = relevant.max(ranks.len());
        Self { ranks, relevant }
    }

    /// From the relevant candidates and all candidates (the relevant ones among them).
    ///
    /// Only the ranks of the relevant ones are needed, so nothing is sorted but them: each candidate
    /// is counted behind the relevant one it precedes. `O(m log R + R log R)` for `m` candidates.
    pub(crate) fn of_seen(mut relevant: Vec<Seen>, all: impl Iterator<Item = Seen>) -> Self {
        relevant.sort_unstable_by(nearer);
        let mut before = vec![0; relevant.len() + 1];
        for seen in all {
            before[relevant.partition_point(|one| nearer(one, &seen).is_le())] += 1;
        }
        let ranks = before[..relevant.len()].iter().scan(0, |total, &count| {
            *total += count;
            Some(*total + 1)
        });
        Self {
            ranks: ranks.collect(),
            relevant: relevant.len(),
        }
    }

    /// The ranks of the relevant candidates that were retrieved, ascending, from 1.
    pub fn ranks(&self) -> &[usize] {
        &self.ranks
    }

    /// The number `R` of relevant candidates.
    pub fn relevant(&self) -> usize {
        self.relevant
    }

    /// The query's scores, or `None` where nothing is relevant: such a lone query has no score, it is
    /// left out of every mean, not counted as 0 or 1.
    pub fn score(&self) -> Option<QueryScore> {
        if self.relevant == 0 {
            return None;
        }
        let within = self.ranks.partition_point(|&rank| rank <= self.relevant);
        let precisions = (1u32..).zip(&self.ranks[..within]);
        let precision = precisions.fold(0.0, |sum, (hits, &rank)| {
            sum + f64::from(hits) / rank as f64
        });
        let first = self.ranks.first().copied();
        Some(QueryScore {
            first,
            r_precision: within as f64 / self.relevant as f64,
            map_at_r: precision / self.relevant as f64,
            reciprocal_rank: first.map_or(0.0, |rank| 1.0 / rank as f64),
        })
    }
}

/// The scores of one query with `R >= 1` relevant candidates; [`Retrieval`](crate::Retrieval) holds
/// their means. `rel(k)` is 1 where the candidate of rank `k` is relevant, else 0, and
/// `P(k) = (rel(1) + .. + rel(k)) / k`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QueryScore {
    /// The rank of the first relevant candidate, from 1; `None` if none was retrieved.
    pub first: Option<usize>,
    /// `(rel(1) + .. + rel(R)) / R`, in `[0, 1]`.
    pub r_precision: f64,
    /// `(P(1) rel(1) + .. + P(R) rel(R)) / R`, in `[0, r_precision]`.
    pub map_at_r: f64,
    /// `1 / first`, or 0 if none was retrieved.
    pub reciprocal_rank: f64,
}

impl QueryScore {
    /// Whether a relevant candidate is among the first `k`.
    pub fn hit(&self, k: usize) -> bool {
        self.first.is_some_and(|rank| rank <= k)
    }
}
