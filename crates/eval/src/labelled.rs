//! Embeddings with what is known about them.

use tercet_kernels::Rows;

use crate::Error;
use crate::classes::Classes;
use crate::tiles::check;

/// Embeddings `(n, d)` with the class of each and, where there are any, their groups.
///
/// A group is what a query must not find again: the same design in another finish, the same camera,
/// the same recording. **The candidates of a query are the items whose group differs from its own.**
/// Without groups every item is a group of its own: the candidates are all items but the query.
#[derive(Debug, Clone)]
pub struct Labelled<'a> {
    rows: Rows<'a, f32>,
    labels: &'a [i64],
    groups: Option<&'a [u32]>,
    classes: Classes,
}

impl<'a> Labelled<'a> {
    /// Rows `(n, d)`, `n` labels (all 64 bits count) and `n` groups or none.
    ///
    /// # Errors
    /// [`Error::Empty`] without rows, [`Error::Length`] where labels or groups are not `n`,
    /// [`Error::NotFinite`] and [`Error::TooLong`] for rows that have no finite distances.
    pub fn new(
        rows: Rows<'a, f32>,
        labels: &'a [i64],
        groups: Option<&'a [u32]>,
    ) -> Result<Self, Error> {
        check("embeddings", &rows)?;
        same_length("labels", rows.len(), labels.len())?;
        same_length(
            "groups",
            rows.len(),
            groups.map_or(rows.len(), <[u32]>::len),
        )?;
        Ok(Self {
            rows,
            labels,
            groups,
            classes: Classes::of(labels),
        })
    }

    /// The embeddings.
    pub fn rows(&self) -> Rows<'a, f32> {
        self.rows
    }

    /// The label of each item.
    pub fn labels(&self) -> &'a [i64] {
        self.labels
    }

    /// The group of each item, where there are groups.
    pub fn groups(&self) -> Option<&'a [u32]> {
        self.groups
    }

    pub(crate) fn classes(&self) -> &Classes {
        &self.classes
    }

    /// Whether `candidate` may be shown to `query`.
    pub(crate) fn comparable(&self, query: usize, candidate: usize) -> bool {
        self.group(query) != self.group(candidate)
    }

    /// The group of an item; without groups its index, which no other item shares.
    pub(crate) fn group(&self, item: usize) -> usize {
        self.groups.map_or(item, |groups| groups[item] as usize)
    }
}

/// A list that goes with the rows must be as long as they are many.
pub(crate) fn same_length(what: &'static str, wanted: usize, given: usize) -> Result<(), Error> {
    if wanted == given {
        return Ok(());
    }
    Err(Error::Length {
        what,
        wanted,
        given,
    })
}
