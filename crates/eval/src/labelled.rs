//! Embeddings with what is known about them.

use std::borrow::Cow;

use tercet_kernels::{Affinity, Labels, Rows};

use crate::Error;
use crate::classes::Classes;
use crate::tiles::check;

/// Embeddings `(n, d)` with their labels, of any [kind](Labels), and, where there are any, their groups.
///
/// A candidate is relevant to a query where the labels make it a positive: of the same class, with a label in
/// common, listed, ... by the rules of the losses. Labels per pair are of shape `(n, n)`.
///
/// A group is what a query must not find again: the same design in another finish, the same camera,
/// the same recording. **The candidates of a query are the items whose group differs from its own.**
/// Without groups every item is a group of its own: the candidates are all items but the query.
///
/// ```
/// use tercet_eval::{Labelled, retrieval};
/// use tercet_kernels::{Distance, Rows, Sets};
///
/// let data = [0.0, 1.0, 9.0];
/// let rows = Rows::new(&data, 1).expect("three rows of one number");
/// let tags: Sets = [vec![1], vec![1, 2], vec![2, 3]].into_iter().collect();
/// let scores = retrieval(&Labelled::new(rows, &tags, None)?, Distance::Euclidean)?;
/// // 0 and 1 share tag 1, 1 and 2 share tag 2: every nearest item is relevant.
/// assert_eq!(scores.recall_at_1, 1.0);
/// // Were the first two of one group, only 1 and 2 might find each other.
/// let items = Labelled::new(rows, &tags, Some(&[0, 0, 1]))?;
/// assert_eq!((items.labels().kind(), items.groups()), ("label sets", Some(&[0, 0, 1][..])));
/// assert_eq!(retrieval(&items, Distance::Euclidean)?.queries, 2);
/// # Ok::<(), tercet_eval::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Labelled<'a> {
    rows: Rows<'a, f32>,
    labels: Labels<'a>,
    affinity: Affinity<'a>,
    groups: Option<&'a [u32]>,
    classes: Option<Classes<'a>>,
}

impl<'a> Labelled<'a> {
    /// Rows `(n, d)`, labels of `n` items (class ids in all their 64 bits) and `n` groups or none.
    ///
    /// # Errors
    /// [`Error::Empty`] without rows, [`Error::Length`] where labels or groups are not `n`,
    /// [`Error::NotFinite`] and [`Error::TooLong`] for rows that have no finite distances.
    pub fn new(
        rows: Rows<'a, f32>,
        labels: impl Into<Labels<'a>>,
        groups: Option<&'a [u32]>,
    ) -> Result<Self, Error> {
        let labels = labels.into();
        let (n, (queries, candidates)) = (rows.len(), labels.shape());
        check("embeddings", &rows)?;
        same_length("labels", n, queries)?;
        same_length("candidates of the labels", n, candidates)?;
        same_length("groups", n, groups.map_or(n, <[u32]>::len))?;
        Ok(Self {
            rows,
            labels,
            affinity: Affinity::within(labels),
            groups,
            classes: match labels {
                Labels::Classes(ids) => Some(Classes::of(ids)),
                _ => None,
            },
        })
    }

    /// The embeddings.
    pub fn rows(&self) -> Rows<'a, f32> {
        self.rows
    }

    /// The labels of the items.
    pub fn labels(&self) -> Labels<'a> {
        self.labels
    }

    /// The group of each item, where there are groups.
    pub fn groups(&self) -> Option<&'a [u32]> {
        self.groups
    }

    /// Which items are alike, itself and its group not left out.
    pub(crate) fn affinity(&self) -> &Affinity<'a> {
        &self.affinity
    }

    /// The classes, for a score that is defined by them.
    pub(crate) fn classes(&self, what: &'static str) -> Result<&Classes<'a>, Error> {
        self.classes.as_ref().ok_or(Error::Kind {
            what,
            wanted: "class ids",
            given: self.labels.kind(),
        })
    }

    /// The items that stand or fall together: those of a class, or each alone where there are no classes.
    pub(crate) fn clusters(&self) -> Cow<'_, [Vec<usize>]> {
        match &self.classes {
            Some(classes) => Cow::Borrowed(&classes.members),
            None => (0..self.rows.len()).map(|item| vec![item]).collect(),
        }
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
