//! Embeddings with labels: who is compared with whom.

use std::ops::Range;

use crate::classes::Classes;
use crate::row::{Key, Row};
use crate::{Error, Real, Rows};

/// Anchors `(n, d)`, the candidates `(m, d)` they are compared with, and the labels of both.
///
/// A candidate is a *positive* of an anchor if it has the anchor's label and is not the anchor itself,
/// and a *negative* if it has another label.
///
/// ```
/// use tercet_kernels::{Batch, Rows};
/// let rows = Rows::new(&[0.0, 1.0, 2.0], 1)?;
/// let batch = Batch::shard(rows, &[7, 7, 8], 1..3)?;
/// assert_eq!((batch.anchors().len(), batch.candidates().len()), (2, 3));
/// let error = Batch::within(rows, &[7, 7]).unwrap_err();
/// assert_eq!(error.to_string(), "labels: wanted 3, given 2");
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Batch<'a, T> {
    anchors: Rows<'a, T>,
    anchor_labels: &'a [i64],
    candidates: Rows<'a, T>,
    classes: Classes,
    own: Option<usize>,
    key: Key,
}

impl<'a, T: Real> Batch<'a, T> {
    /// Every row is an anchor, and a candidate of all others: `n = m`.
    ///
    /// # Errors
    /// [`Error::Length`] if there is not one label per row, [`Error::NotFinite`] and
    /// [`Error::TooLong`] for rows that cannot be compared.
    pub fn within(rows: Rows<'a, T>, labels: &'a [i64]) -> Result<Self, Error> {
        Self::shard(rows, labels, 0..rows.len())
    }

    /// The rows `own` are anchors, all rows are candidates: one machine's part of [`Batch::within`].
    ///
    /// # Errors
    /// As [`Batch::within`], and [`Error::Range`] if `own` is not a range of the rows.
    pub fn shard(rows: Rows<'a, T>, labels: &'a [i64], own: Range<usize>) -> Result<Self, Error> {
        same_length("labels", rows.len(), labels.len())?;
        if own.start > own.end || own.end > rows.len() {
            let (len, start, end) = (rows.len(), own.start, own.end);
            return Err(Error::Range { len, start, end });
        }
        rows.check("rows")?;
        Ok(Self {
            anchors: rows.slice(own.clone()),
            anchor_labels: &labels[own.clone()],
            candidates: rows,
            classes: Classes::new(labels),
            own: Some(own.start),
            key: Key::default(),
        })
    }

    /// Two disjoint sets, for example two towers, or embeddings and proxies.
    ///
    /// # Errors
    /// [`Error::Length`] if labels or dimensions do not fit, [`Error::NotFinite`] and
    /// [`Error::TooLong`] for rows that cannot be compared.
    pub fn between(
        anchors: Rows<'a, T>,
        anchor_labels: &'a [i64],
        candidates: Rows<'a, T>,
        candidate_labels: &'a [i64],
    ) -> Result<Self, Error> {
        same_length("anchor labels", anchors.len(), anchor_labels.len())?;
        same_length("candidate labels", candidates.len(), candidate_labels.len())?;
        same_length("candidate dimension", anchors.dim(), candidates.dim())?;
        anchors.check("anchors")?;
        candidates.check("candidates")?;
        Ok(Self {
            anchors,
            anchor_labels,
            candidates,
            classes: Classes::new(candidate_labels),
            own: None,
            key: Key::default(),
        })
    }

    /// The key of random selections; (0, 0) if never set. A draw is a pure function of `seed`, `step`,
    /// the anchor's place and the positive's among the candidates. Under [`Batch::within`] and
    /// [`Batch::shard`] the anchor's place is that among all rows, so draws do not depend on shards;
    /// under [`Batch::between`] it is that among the anchors given, so anchors cut into several batches
    /// draw otherwise than in one.
    #[must_use]
    pub fn keyed(mut self, seed: u64, step: u64) -> Self {
        self.key = Key { seed, step };
        self
    }

    /// The anchors, `(n, d)`.
    pub fn anchors(&self) -> Rows<'a, T> {
        self.anchors
    }

    /// The candidates, `(m, d)`.
    pub fn candidates(&self) -> Rows<'a, T> {
        self.candidates
    }

    /// The labels of the anchors, `(n,)`.
    pub fn anchor_labels(&self) -> &'a [i64] {
        self.anchor_labels
    }

    /// Where the anchors stand among the candidates: anchor `i` is candidate `own + i`. `None` for
    /// disjoint sets.
    pub fn own(&self) -> Option<usize> {
        self.own
    }

    /// The candidates with the label of anchor `index`, ascending.
    pub(crate) fn same(&self, index: usize) -> &[usize] {
        self.classes.of(self.anchor_labels[index])
    }

    /// Anchor `index` with its distances `(m,)`.
    pub(crate) fn row<'r>(&'r self, index: usize, distances: &'r [T]) -> Row<'r, T> {
        Row {
            distances,
            same: self.same(index),
            own: self.own.map(|own| own + index),
            anchor: self.own.unwrap_or(0) + index,
            key: self.key,
        }
    }
}

fn same_length(what: &'static str, wanted: usize, given: usize) -> Result<(), Error> {
    if wanted == given {
        return Ok(());
    }
    Err(Error::Length {
        what,
        wanted,
        given,
    })
}
