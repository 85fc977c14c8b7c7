//! Queries and candidates of two kinds, and what belongs together: pictures and texts, say.

use std::collections::BTreeMap;

use tercet_kernels::{Relevance, Rows};

use crate::Error;
use crate::bootstrap::Tally;
use crate::labelled::same_length;
use crate::tiles::check;

/// Queries `(n, d)` of one kind, candidates `(m, d)` of another, and how relevant each candidate is to each query: what
/// retrieval research calls a test collection.
///
/// A candidate is right where its relevance reaches the level of a positive (1 unless said otherwise): the picture of
/// a caption, any of the captions of a picture.
#[derive(Debug, Clone, Copy)]
pub struct TestCollection<'a> {
    pub(crate) queries: Rows<'a, f32>,
    pub(crate) candidates: Rows<'a, f32>,
    grades: Grades<'a>,
    clusters: Option<&'a [u32]>,
}

/// What says how relevant a candidate is.
#[derive(Debug, Clone, Copy)]
enum Grades<'a> {
    Relevance(Relevance<'a>),
    /// The groups of the queries and those of the candidates.
    Groups(&'a [u32], &'a [u32]),
}

impl<'a> TestCollection<'a> {
    /// Queries, candidates, and the relevance `(n, m)` of each candidate to each query.
    ///
    /// # Errors
    /// [`Error::Empty`], [`Error::NotFinite`], [`Error::TooLong`] for either side, [`Error::Dim`] where their rows
    /// differ in length, [`Error::Length`] unless the relevance is `(n, m)`.
    pub fn new(
        queries: Rows<'a, f32>,
        candidates: Rows<'a, f32>,
        relevance: Relevance<'a>,
    ) -> Result<Self, Error> {
        comparable(&queries, &candidates)?;
        let (n, m) = relevance.shape();
        same_length("relevance of queries", queries.len(), n)?;
        same_length("relevance of candidates", candidates.len(), m)?;
        Ok(Self {
            queries,
            candidates,
            grades: Grades::Relevance(relevance),
            clusters: None,
        })
    }

    /// Candidates of the group of a query are right, with relevance 1, all others have 0: `groups` are those of the
    /// queries `(n,)` and of the candidates `(m,)`, say the picture of each caption. Queries of one group are drawn
    /// together where an interval is estimated.
    ///
    /// # Errors
    /// Those of [`new`](Self::new).
    ///
    /// ```
    /// use tercet_eval::{TestCollection, cross_modal};
    /// use tercet_kernels::{Distance, Rows};
    ///
    /// // Two pictures, the captions at 4 and 1 are of the first, that at 6 of the second.
    /// let (pictures, captions) = ([0.0, 5.5], [4.0, 1.0, 6.0]);
    /// let rows = |data| Rows::new(data, 1).expect("rows of one number");
    /// let (pictures, captions) = (rows(&pictures), rows(&captions));
    /// let (of_pictures, of_captions) = ([0, 1], [0, 0, 1]);
    /// let asked = TestCollection::grouped(pictures, captions, (&of_pictures, &of_captions))?;
    /// assert_eq!(cross_modal(&asked, Distance::Euclidean)?.recall_at_1, 1.0);
    /// // The caption at 4 is nearer to the second picture.
    /// let asked = TestCollection::grouped(captions, pictures, (&of_captions, &of_pictures))?;
    /// assert_eq!(cross_modal(&asked, Distance::Euclidean)?.recall_at_1, 2.0 / 3.0);
    /// # Ok::<(), tercet_eval::Error>(())
    /// ```
    pub fn grouped(
        queries: Rows<'a, f32>,
        candidates: Rows<'a, f32>,
        groups: (&'a [u32], &'a [u32]),
    ) -> Result<Self, Error> {
        comparable(&queries, &candidates)?;
        same_length("groups of queries", queries.len(), groups.0.len())?;
        same_length("groups of candidates", candidates.len(), groups.1.len())?;
        Ok(Self {
            queries,
            candidates,
            grades: Grades::Groups(groups.0, groups.1),
            clusters: Some(groups.0),
        })
    }

    /// How relevant a candidate is to a query, in `[0, 1]`.
    pub(crate) fn grade(&self, query: usize, candidate: usize) -> f32 {
        match self.grades {
            Grades::Relevance(relevance) => relevance.of(query, candidate),
            Grades::Groups(of_queries, of_candidates) => {
                f32::from(of_queries[query] == of_candidates[candidate])
            }
        }
    }

    /// Whether a candidate is what a query should find.
    pub(crate) fn is_right(&self, query: usize, candidate: usize) -> bool {
        let level = match self.grades {
            Grades::Relevance(relevance) => relevance.level(),
            Grades::Groups(..) => 1.0,
        };
        self.grade(query, candidate) >= level
    }

    /// With queries of one cluster (the captions of one picture) drawn together where an interval is estimated: they
    /// succeed and fail together.
    ///
    /// # Errors
    /// [`Error::Length`] unless there are `n` clusters.
    ///
    /// ```
    /// use tercet_eval::{TestCollection, cross_modal};
    /// use tercet_kernels::{Distance, Relevance, Rows};
    ///
    /// // Two captions ask for two pictures; each finds its own, and both are of one cluster.
    /// let (captions, pictures) = ([0.0, 5.0], [1.0, 6.0]);
    /// let rows = |data| Rows::new(data, 1).expect("rows of one number");
    /// let own = Relevance::matrix((2, 2), &[1.0, 0.0, 0.0, 1.0]).expect("four numbers in [0, 1]");
    /// let asked = TestCollection::new(rows(&captions), rows(&pictures), own)?.clustered(&[0, 0])?;
    /// assert_eq!(cross_modal(&asked, Distance::Euclidean)?.recall_at_1, 1.0);
    /// # Ok::<(), tercet_eval::Error>(())
    /// ```
    pub fn clustered(self, clusters: &'a [u32]) -> Result<Self, Error> {
        same_length("clusters", self.queries.len(), clusters.len())?;
        let clusters = Some(clusters);
        Ok(Self { clusters, ..self })
    }

    /// What the queries of each cluster are worth, those without a worth left out.
    pub(crate) fn tallies(&self, worth: &[Option<f64>]) -> Vec<Vec<Tally>> {
        let mut tallies: BTreeMap<u32, Tally> = BTreeMap::new();
        for (query, worth) in worth.iter().enumerate() {
            let cluster = self.clusters.map_or(query as u32, |list| list[query]);
            if let Some(worth) = worth {
                tallies.entry(cluster).or_default().count(*worth);
            }
        }
        tallies.into_values().map(|tally| vec![tally]).collect()
    }
}

/// Both sides are fit to be compared with each other.
fn comparable(queries: &Rows<'_, f32>, candidates: &Rows<'_, f32>) -> Result<(), Error> {
    check("queries", queries)?;
    check("candidates", candidates)?;
    match queries.dim() == candidates.dim() {
        true => Ok(()),
        false => Err(Error::Dim {
            wanted: queries.dim(),
            given: candidates.dim(),
        }),
    }
}
