//! Embeddings with labels: who is compared with whom.

use std::borrow::Cow;
use std::ops::Range;

use crate::labels::{Ids, Related, Relation, same_length};
use crate::row::{Key, Row};
use crate::{Distance, Error, Labels, Real, Rows};

/// Anchors `(n, d)`, the candidates `(m, d)` they are compared with, and the [`Labels`] of both.
///
/// A candidate is a *positive* of an anchor if the labels say so and it is not the anchor itself, and else
/// a *negative*, unless [ids](Batch::identified) say that it is a known duplicate.
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
    /// The anchors of all machines; ours are those of `range`.
    all: Rows<'a, T>,
    range: Range<usize>,
    candidates: Rows<'a, T>,
    /// Whether anchors and candidates are the same rows.
    within: bool,
    relation: Relation<'a>,
    ids: Option<Ids<'a>>,
    key: Key,
}

impl<'a, T: Real> Batch<'a, T> {
    /// Every row is an anchor, and a candidate of all others: `n = m`.
    ///
    /// # Errors
    /// [`Error::Length`] if there is not one label per row, [`Error::NotFinite`] and
    /// [`Error::TooLong`] for rows that cannot be compared.
    pub fn within(rows: Rows<'a, T>, labels: impl Into<Labels<'a>>) -> Result<Self, Error> {
        let relation = Relation::within(labels.into(), rows.len())?;
        rows.check("rows")?;
        Ok(Self {
            all: rows,
            range: 0..rows.len(),
            candidates: rows,
            within: true,
            relation,
            ids: None,
            key: Key::default(),
        })
    }

    /// The rows `own` are anchors, all rows are candidates: one machine's part of [`Batch::within`].
    ///
    /// # Errors
    /// As [`Batch::within`], and [`Error::Range`] if `own` is not a range of the rows.
    pub fn shard(
        rows: Rows<'a, T>,
        labels: impl Into<Labels<'a>>,
        own: Range<usize>,
    ) -> Result<Self, Error> {
        Self::within(rows, labels)?.part(own)
    }

    /// Two disjoint sets with labels per item, for example embeddings and proxies.
    ///
    /// # Errors
    /// [`Error::Length`] if labels or dimensions do not fit, [`Error::Kind`] for labels per pair, [`Error::Kinds`]
    /// for two kinds, [`Error::NotFinite`] and [`Error::TooLong`] for rows that cannot be compared.
    pub fn between(
        anchors: Rows<'a, T>,
        anchor_labels: impl Into<Labels<'a>>,
        candidates: Rows<'a, T>,
        candidate_labels: impl Into<Labels<'a>>,
    ) -> Result<Self, Error> {
        let shape = (anchors.len(), candidates.len());
        let relation = Relation::between(anchor_labels.into(), candidate_labels.into(), shape)?;
        Self::two(anchors, candidates, relation)
    }

    /// Two disjoint sets with labels per pair: [`Pairs`](crate::Pairs) or [`Relevance`](crate::Relevance).
    ///
    /// # Errors
    /// [`Error::Kind`] for labels per item, and as [`Batch::between`].
    pub fn related(
        anchors: Rows<'a, T>,
        candidates: Rows<'a, T>,
        labels: impl Into<Labels<'a>>,
    ) -> Result<Self, Error> {
        let shape = (anchors.len(), candidates.len());
        let relation = Relation::of_pairs(labels.into(), shape)?;
        Self::two(anchors, candidates, relation)
    }

    /// Two towers: anchor `i` belongs to candidate `i`; candidates beyond the anchors are hard negatives
    /// of all.
    ///
    /// # Errors
    /// [`Error::Length`] if there are fewer candidates than anchors, and as [`Batch::between`].
    pub fn matched(anchors: Rows<'a, T>, candidates: Rows<'a, T>) -> Result<Self, Error> {
        if candidates.len() < anchors.len() {
            same_length("candidates", anchors.len(), candidates.len())?;
        }
        Self::two(anchors, candidates, Relation::Matched)
    }

    fn two(
        anchors: Rows<'a, T>,
        candidates: Rows<'a, T>,
        relation: Relation<'a>,
    ) -> Result<Self, Error> {
        same_length("candidate dimension", anchors.dim(), candidates.dim())?;
        anchors.check("anchors")?;
        candidates.check("candidates")?;
        Ok(Self {
            all: anchors,
            range: 0..anchors.len(),
            candidates,
            within: false,
            relation,
            ids: None,
            key: Key::default(),
        })
    }

    /// The anchors `own` alone, with all candidates: one machine's part.
    ///
    /// # Errors
    /// [`Error::Range`] if `own` is not a range of the anchors.
    pub fn part(self, own: Range<usize>) -> Result<Self, Error> {
        if own.start > own.end || own.end > self.all.len() {
            let (len, start, end) = (self.all.len(), own.start, own.end);
            return Err(Error::Range { len, start, end });
        }
        Ok(Self { range: own, ..self })
    }

    /// Ids of all anchors and candidates, by which the same thing is known again.
    ///
    /// A candidate with the id of the anchor, or of one of its positives, is no negative of it. Under
    /// labels per item, a candidate with the anchor's own id is the anchor itself, so no positive either.
    /// Within one set of rows give the same ids twice.
    ///
    /// # Errors
    /// [`Error::Length`] if there is not one id per anchor and candidate.
    pub fn identified(self, anchors: &'a [u64], candidates: &'a [u64]) -> Result<Self, Error> {
        same_length("anchor ids", self.all.len(), anchors.len())?;
        same_length("candidate ids", self.candidates.len(), candidates.len())?;
        let ids = Some(Ids {
            anchors,
            candidates,
        });
        Ok(Self { ids, ..self })
    }

    /// The key of random selections; (0, 0) if never set. A draw is a pure function of `seed`, `step`,
    /// the anchor's place among the anchors of all machines and the positive's among the candidates, so
    /// draws do not depend on shards.
    #[must_use]
    pub fn keyed(mut self, seed: u64, step: u64) -> Self {
        self.key = Key { seed, step };
        self
    }

    /// Candidates as anchors, and all anchors as their candidates. Within one set of rows, the whole set.
    ///
    /// It prepares the labels anew, in time and memory of their size.
    #[must_use]
    pub fn exchanged(&self) -> Self {
        Self {
            all: self.candidates,
            range: 0..self.candidates.len(),
            candidates: self.all,
            within: self.within,
            relation: self.relation.exchanged(),
            ids: self.ids.map(|ids| Ids {
                anchors: ids.candidates,
                candidates: ids.anchors,
            }),
            key: self.key,
        }
    }

    /// With the candidates of [`exchanged_range`](Self::exchanged_range) alone as anchors.
    pub(crate) fn exchanged_part(&self) -> Self {
        let range = self.exchanged_range();
        Self {
            range,
            ..self.exchanged()
        }
    }

    /// The candidates that are this machine's: those in the places of its anchors, and all that follow if its anchors
    /// are the last. Machines whose anchors follow one another so have candidates that do.
    pub(crate) fn exchanged_range(&self) -> Range<usize> {
        let (n, m) = (self.all.len(), self.candidates.len());
        let place = |anchor: usize| if anchor == n { m } else { anchor.min(m) };
        match self.range.start {
            0 => 0..place(self.range.end),
            start => place(start)..place(self.range.end),
        }
    }

    /// This relation of other rows: as many, and checked.
    pub(crate) fn with_rows<'b>(&self, all: Rows<'b, T>, candidates: Rows<'b, T>) -> Batch<'b, T>
    where
        'a: 'b,
    {
        Batch {
            all,
            range: self.range.clone(),
            candidates,
            within: self.within,
            relation: self.relation.clone(),
            ids: self.ids,
            key: self.key,
        }
    }

    /// The anchors of all machines.
    pub(crate) fn all(&self) -> Rows<'a, T> {
        self.all
    }

    /// The anchors, `(n, d)`.
    pub fn anchors(&self) -> Rows<'a, T> {
        self.all.slice(self.range.clone())
    }

    /// The candidates, `(m, d)`.
    pub fn candidates(&self) -> Rows<'a, T> {
        self.candidates
    }

    /// Where the anchors stand among those of all machines.
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// Where the anchors stand among the candidates: anchor `i` is candidate `own + i`. `None` for
    /// disjoint sets.
    pub fn own(&self) -> Option<usize> {
        self.within.then_some(self.range.start)
    }

    /// Whether every row is an anchor and a candidate.
    pub(crate) fn is_whole(&self) -> bool {
        self.within && self.range.len() == self.candidates.len()
    }

    /// The candidates of the anchor's class, itself among them, if positives are those and nothing else.
    pub(crate) fn class_of(&self, index: usize) -> Option<&[usize]> {
        let class = self.relation.class_of(self.range.start + index);
        class.filter(|_| self.ids.is_none())
    }

    /// A class for each anchor of all machines, if labels say which are of one.
    pub(crate) fn anchor_classes(&self) -> Result<Cow<'a, [i64]>, Error> {
        self.relation.anchor_classes(self.all.len())
    }

    /// Whether every row is an anchor and a candidate, and positives are mutual.
    pub(crate) fn is_even(&self) -> bool {
        self.is_whole() && !self.relation.is_explicit()
    }

    /// The candidates by class, if positives are those and nothing else.
    pub(crate) fn by_class(&self) -> Option<&[usize]> {
        self.relation.by_class().filter(|_| self.ids.is_none())
    }

    /// Refuses candidates that are not in groups of `wanted` neighbours of one class.
    pub(crate) fn check_groups(&self, wanted: usize) -> Result<(), Error> {
        let Some(labels) = self.relation.candidate_classes() else {
            let given = "labels that are no class ids".to_owned();
            return Err(Error::Groups { wanted, given });
        };
        let whole = |group: &[i64]| group.len() == wanted && group.iter().all(|&x| x == group[0]);
        match labels.chunks(wanted).position(|group| !whole(group)) {
            None => Ok(()),
            Some(group) => {
                let given = format!(
                    "another class or none in group {group} of {} candidates",
                    labels.len()
                );
                Err(Error::Groups { wanted, given })
            }
        }
    }

    /// Refuses two disjoint sets, and labels under which positives need not be mutual.
    pub(crate) fn check_within(&self) -> Result<(), Error> {
        let given = match (self.within, self.relation.is_mutual()) {
            (true, true) => return Ok(()),
            (true, false) => "labels per pair",
            (false, _) => "two sets",
        };
        Err(Error::Within { given })
    }

    /// Looks up what anchor `index` is related to.
    pub(crate) fn relate(&self, index: usize, grades: bool, out: &mut Related) {
        let anchor = self.range.start + index;
        let own = self.within.then_some(anchor);
        let place = (anchor, own, self.candidates.len());
        self.relation.relate(place, self.ids, grades, out);
    }

    /// Anchor `index` with its distances `(m,)`, and what [`relate`](Self::relate) found.
    pub(crate) fn row<'r>(
        &'r self,
        index: usize,
        (distance, distances): (Distance, &'r [T]),
        related: &'r Related,
        summaries: &'r [[f64; 2]],
    ) -> Row<'r, T> {
        let anchor = self.range.start + index;
        Row {
            distances,
            related,
            own: self.within.then_some(anchor),
            anchor,
            key: self.key,
            summaries,
            candidates: self.candidates,
            distance,
        }
    }
}
