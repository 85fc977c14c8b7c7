//! Exact nearest neighbours.

use tercet_kernels::{Distance, Rows};

use crate::Error;
use crate::labelled::same_length;
use crate::order::{Seen, nearer};
use crate::tiles::{check, look};

/// Which candidates a query must not be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exclude<'a> {
    /// None: queries and candidates are different items.
    Nothing,
    /// Its own row: the queries are the candidates, in the same order.
    Itself,
    /// Every candidate of its own group, itself among them where the queries are the candidates.
    Groups {
        /// The group of each query `(n,)`.
        queries: &'a [u32],
        /// The group of each candidate `(m,)`.
        candidates: &'a [u32],
    },
}

impl Exclude<'_> {
    pub(crate) fn check(&self, n: usize, m: usize) -> Result<(), Error> {
        match self {
            Self::Nothing => Ok(()),
            Self::Itself => same_length("candidates", n, m),
            Self::Groups {
                queries,
                candidates,
            } => {
                same_length("groups of the queries", n, queries.len())?;
                same_length("groups of the candidates", m, candidates.len())
            }
        }
    }

    pub(crate) fn hides(&self, query: usize, candidate: usize) -> bool {
        match self {
            Self::Nothing => false,
            Self::Itself => query == candidate,
            Self::Groups {
                queries,
                candidates,
            } => queries[query] == candidates[candidate],
        }
    }
}

/// The nearest candidates of each query, nearest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbors {
    ends: Vec<usize>,
    indices: Vec<usize>,
    distances: Vec<f32>,
}

impl Neighbors {
    /// The number of queries `n`.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are no queries.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The candidates nearest to a query, nearest first: `k`, or all where it has fewer.
    ///
    /// # Panics
    /// If `query` is not below [`len`](Self::len).
    pub fn indices(&self, query: usize) -> &[usize] {
        &self.indices[self.range(query)]
    }

    /// The distances of [`indices`](Self::indices), ascending.
    ///
    /// # Panics
    /// If `query` is not below [`len`](Self::len).
    pub fn distances(&self, query: usize) -> &[f32] {
        &self.distances[self.range(query)]
    }

    fn range(&self, query: usize) -> std::ops::Range<usize> {
        let start = if query == 0 { 0 } else { self.ends[query - 1] };
        start..self.ends[query]
    }

    fn of(found: Vec<Vec<Seen>>) -> Self {
        let mut all = Self {
            ends: Vec::with_capacity(found.len()),
            indices: Vec::new(),
            distances: Vec::new(),
        };
        for seen in found {
            all.indices.extend(seen.iter().map(|&(_, index)| index));
            all.distances
                .extend(seen.iter().map(|&(distance, _)| distance));
            all.ends.push(all.indices.len());
        }
        all
    }
}

/// The exact `k` nearest candidates `(m, d)` of each query `(n, d)`, ties to the lowest index.
///
/// A query that may be shown fewer than `k` candidates gets them all. Every distance is computed,
/// tile by tile, so memory grows as `threads * m + n * k`, never as `n * m`.
///
/// # Errors
/// [`Error::Empty`], [`Error::NotFinite`] and [`Error::TooLong`] for queries or candidates,
/// [`Error::Dim`] where their rows differ in length, [`Error::Length`] where `exclude` does not fit.
///
/// ```
/// use tercet_eval::{Exclude, neighbors};
/// use tercet_kernels::{Distance, Rows};
///
/// let data = [0.0, 1.0, 3.0];
/// let rows = Rows::new(&data, 1).expect("three rows of one number");
/// let found = neighbors(rows, rows, Distance::SquaredEuclidean, 1, &Exclude::Itself)?;
/// assert_eq!((found.indices(2), found.distances(2)), (&[1][..], &[4.0][..]));
/// assert_eq!((found.len(), found.is_empty()), (3, false));
/// # Ok::<(), tercet_eval::Error>(())
/// ```
pub fn neighbors(
    queries: Rows<'_, f32>,
    candidates: Rows<'_, f32>,
    distance: Distance,
    k: usize,
    exclude: &Exclude<'_>,
) -> Result<Neighbors, Error> {
    check("queries", &queries)?;
    check("candidates", &candidates)?;
    if queries.dim() != candidates.dim() {
        return Err(Error::Dim {
            wanted: queries.dim(),
            given: candidates.dim(),
        });
    }
    exclude.check(queries.len(), candidates.len())?;
    let found = look(queries, candidates, distance, |query, distances| {
        let seen = distances.iter().copied().enumerate();
        let shown = seen.filter(|&(candidate, _)| !exclude.hides(query, candidate));
        first(
            shown.map(|(index, distance)| (distance, index)).collect(),
            k,
        )
    });
    Ok(Neighbors::of(found))
}

/// The first `k` in order: selected in linear time, then sorted among themselves.
pub(crate) fn first(mut seen: Vec<Seen>, k: usize) -> Vec<Seen> {
    if k < seen.len() {
        seen.select_nth_unstable_by(k, nearer);
        seen.truncate(k);
        // What stays until all queries are answered must be k, not m.
        seen.shrink_to_fit();
    }
    seen.sort_unstable_by(nearer);
    seen
}
