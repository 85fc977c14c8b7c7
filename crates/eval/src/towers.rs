//! Two sides that are compared with each other: pictures and texts, say.

use std::collections::BTreeMap;

use tercet_kernels::{Relevance, Rows};

use crate::Error;
use crate::bootstrap::Tally;
use crate::labelled::same_length;
use crate::tiles::check;

/// Queries `(n, d)` of one kind, candidates `(m, d)` of another, and how relevant each candidate is to each query.
///
/// A candidate is right where its relevance reaches the level of a positive (1 unless said otherwise): the picture of
/// a caption, any of the captions of a picture.
#[derive(Debug, Clone, Copy)]
pub struct Towers<'a> {
    pub(crate) queries: Rows<'a, f32>,
    pub(crate) candidates: Rows<'a, f32>,
    pub(crate) relevance: Relevance<'a>,
    clusters: Option<&'a [u32]>,
}

impl<'a> Towers<'a> {
    /// # Errors
    /// [`Error::Empty`], [`Error::NotFinite`], [`Error::TooLong`] for either side, [`Error::Dim`] where their rows
    /// differ in length, [`Error::Length`] unless the relevance is `(n, m)`.
    pub fn new(
        queries: Rows<'a, f32>,
        candidates: Rows<'a, f32>,
        relevance: Relevance<'a>,
    ) -> Result<Self, Error> {
        check("queries", &queries)?;
        check("candidates", &candidates)?;
        if queries.dim() != candidates.dim() {
            return Err(Error::Dim {
                wanted: queries.dim(),
                given: candidates.dim(),
            });
        }
        let (n, m) = relevance.shape();
        same_length("relevance of queries", queries.len(), n)?;
        same_length("relevance of candidates", candidates.len(), m)?;
        Ok(Self {
            queries,
            candidates,
            relevance,
            clusters: None,
        })
    }

    /// The same, with queries of one cluster (the captions of one picture) drawn together where an interval is
    /// estimated: they succeed and fail together.
    ///
    /// # Errors
    /// [`Error::Length`] unless there are `n` clusters.
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
