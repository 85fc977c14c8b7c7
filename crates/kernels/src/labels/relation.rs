//! From labels to the positives of one anchor.

use std::borrow::Cow;
use std::ops::Range;

use super::classes::Classes;
use super::{Labels, Pairs, Paths, Relevance, Sets};
use crate::{Error, Mark, Masked};

/// How anchors and candidates are related: labels of both sides, of one kind.
#[derive(Debug, Clone)]
pub(crate) enum Relation<'a> {
    Classes {
        anchors: &'a [i64],
        candidates: &'a [i64],
        /// The candidates by class.
        classes: Classes,
    },
    Sets(&'a Sets, &'a Sets),
    Paths(&'a Paths, &'a Paths),
    Pairs(Cow<'a, Pairs>),
    Relevance(Relevance<'a>),
    /// With anchors and candidates exchanged.
    Exchanged(Relevance<'a>),
    Masked(Cow<'a, Masked>),
    /// Anchor `i` belongs to candidate `i`.
    Matched,
}

/// What is known to be the same thing, whatever the labels say: equal ids.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ids<'a> {
    pub(crate) anchors: &'a [u64],
    pub(crate) candidates: &'a [u64],
}

/// What one anchor is related to; kept from one anchor to the next.
#[derive(Debug, Default)]
pub(crate) struct Related {
    /// Positives, ascending, the anchor itself left out.
    pub(crate) positives: Vec<usize>,
    /// All that are no negatives: positives, the anchor itself, masked duplicates; ascending.
    pub(crate) rest: Vec<usize>,
    /// The relevance of every candidate, `(m,)`, where it was asked for; else empty.
    pub(crate) grades: Vec<f32>,
}

impl<'a> Relation<'a> {
    /// Labels of both sides, which must be per item and of one kind.
    pub(crate) fn between(
        anchors: Labels<'a>,
        candidates: Labels<'a>,
        (n, m): (usize, usize),
    ) -> Result<Self, Error> {
        let lengths = |one, two| {
            same_length("anchor labels", n, one)?;
            same_length("candidate labels", m, two)
        };
        match (anchors, candidates) {
            (Labels::Classes(one), Labels::Classes(two)) => {
                lengths(one.len(), two.len())?;
                Ok(Self::classes(one, two))
            }
            (Labels::Sets(one), Labels::Sets(two)) => {
                lengths(one.len(), two.len())?;
                Ok(Self::Sets(one, two))
            }
            (Labels::Paths(one), Labels::Paths(two)) => {
                lengths(one.len(), two.len())?;
                Ok(Self::Paths(one, two))
            }
            (Labels::Pairs(_) | Labels::Relevance(_) | Labels::Masked(_), _) => {
                Err(per_item(anchors))
            }
            (_, Labels::Pairs(_) | Labels::Relevance(_) | Labels::Masked(_)) => {
                Err(per_item(candidates))
            }
            _ => Err(Error::Kinds {
                anchors: anchors.kind(),
                candidates: candidates.kind(),
            }),
        }
    }

    /// One set of labels for `n` rows that are anchors and candidates of one another.
    pub(crate) fn within(labels: Labels<'a>, n: usize) -> Result<Self, Error> {
        match labels {
            Labels::Classes(labels) => {
                same_length("labels", n, labels.len())?;
                Ok(Self::classes(labels, labels))
            }
            Labels::Sets(sets) => {
                same_length("labels", n, sets.len())?;
                Ok(Self::Sets(sets, sets))
            }
            Labels::Paths(paths) => {
                same_length("labels", n, paths.len())?;
                Ok(Self::Paths(paths, paths))
            }
            Labels::Pairs(_) | Labels::Relevance(_) | Labels::Masked(_) => {
                Self::of_pairs(labels, (n, n))
            }
        }
    }

    /// Labels that are given per pair.
    pub(crate) fn of_pairs(labels: Labels<'a>, shape: (usize, usize)) -> Result<Self, Error> {
        let fits = |given: (usize, usize)| {
            same_length("anchor labels", shape.0, given.0)?;
            same_length("candidate labels", shape.1, given.1)
        };
        match labels {
            Labels::Pairs(pairs) => {
                fits(pairs.shape())?;
                Ok(Self::Pairs(Cow::Borrowed(pairs)))
            }
            Labels::Relevance(relevance) => {
                fits(relevance.shape())?;
                Ok(Self::Relevance(relevance))
            }
            Labels::Masked(masked) => {
                fits(masked.shape())?;
                Ok(Self::Masked(Cow::Borrowed(masked)))
            }
            _ => Err(Error::Kind {
                wanted: "positive pairs, relevance or marked pairs",
                given: labels.kind(),
            }),
        }
    }

    fn classes(anchors: &'a [i64], candidates: &'a [i64]) -> Self {
        Self::Classes {
            anchors,
            candidates,
            classes: Classes::new(candidates),
        }
    }

    /// With anchors and candidates exchanged.
    pub(crate) fn exchanged(&self) -> Self {
        match self {
            Self::Classes {
                anchors,
                candidates,
                ..
            } => Self::classes(candidates, anchors),
            Self::Sets(one, two) => Self::Sets(two, one),
            Self::Paths(one, two) => Self::Paths(two, one),
            Self::Pairs(pairs) => Self::Pairs(Cow::Owned(pairs.exchanged())),
            Self::Relevance(relevance) => Self::Exchanged(*relevance),
            Self::Exchanged(relevance) => Self::Relevance(*relevance),
            Self::Masked(masked) => Self::Masked(Cow::Owned(masked.transposed())),
            Self::Matched => Self::Matched,
        }
    }

    /// Whether positives are given by hand, so that an equal id does not take one away.
    pub(crate) fn is_explicit(&self) -> bool {
        !matches!(
            self,
            Self::Classes { .. } | Self::Sets(..) | Self::Paths(..)
        )
    }

    /// Whether, within one set, positives and negatives are the same from either side.
    pub(crate) fn is_mutual(&self) -> bool {
        match self {
            Self::Masked(masked) => masked.is_mutual(),
            _ => !self.is_explicit(),
        }
    }

    /// The class of every candidate, if these are classes.
    pub(crate) fn candidate_classes(&self) -> Option<&'a [i64]> {
        match self {
            Self::Classes { candidates, .. } => Some(candidates),
            _ => None,
        }
    }

    /// A class for each of `n` anchors: under one-to-one pairs, one of its own.
    pub(crate) fn anchor_classes(&self, n: usize) -> Result<Cow<'a, [i64]>, Error> {
        let given = match self {
            Self::Classes { anchors, .. } => return Ok(Cow::Borrowed(anchors)),
            Self::Matched => return Ok((0..n as i64).collect()),
            Self::Sets(..) => "label sets",
            Self::Paths(..) => "hierarchy paths",
            Self::Pairs(_) => "positive pairs",
            Self::Relevance(_) | Self::Exchanged(_) => "relevance",
            Self::Masked(_) => "marked pairs",
        };
        let wanted = "class ids or one-to-one pairs";
        Err(Error::Kind { wanted, given })
    }

    /// The candidates with the anchor's class, ascending, if these are classes.
    pub(crate) fn class_of(&self, anchor: usize) -> Option<&[usize]> {
        match self {
            Self::Classes {
                anchors, classes, ..
            } => Some(classes.of(anchors[anchor])),
            _ => None,
        }
    }

    /// The candidates by class, if these are classes.
    pub(crate) fn by_class(&self) -> Option<&[usize]> {
        match self {
            Self::Classes { classes, .. } => Some(classes.order()),
            _ => None,
        }
    }

    /// Whether the labels make a candidate a positive, be it the anchor itself.
    pub(super) fn is_positive(&self, anchor: usize, candidate: usize) -> bool {
        match self {
            Self::Classes {
                anchors,
                candidates,
                ..
            } => anchors[anchor] == candidates[candidate],
            Self::Sets(one, two) => one.intersect(anchor, two, candidate),
            Self::Paths(one, two) => one.equal(anchor, two, candidate),
            Self::Pairs(pairs) => pairs.of(anchor).binary_search(&candidate).is_ok(),
            Self::Relevance(relevance) => relevance.of(anchor, candidate) >= relevance.level(),
            Self::Exchanged(relevance) => relevance.of(candidate, anchor) >= relevance.level(),
            Self::Masked(masked) => masked.of(anchor, candidate) == Mark::Positive,
            Self::Matched => anchor == candidate,
        }
    }

    /// How relevant a candidate is to an anchor, in `[0, 1]`.
    pub(super) fn grade(&self, anchor: usize, candidate: usize) -> f32 {
        match self {
            Self::Sets(one, two) => one.jaccard(anchor, two, candidate),
            Self::Paths(one, two) => one.common(anchor, two, candidate),
            Self::Relevance(relevance) => relevance.of(anchor, candidate),
            Self::Exchanged(relevance) => relevance.of(candidate, anchor),
            Self::Classes { .. } | Self::Pairs(_) | Self::Masked(_) | Self::Matched => {
                f32::from(u8::from(self.is_positive(anchor, candidate)))
            }
        }
    }

    /// The relevance of all candidates to an anchor, if it is written down as a row.
    fn written(&self, anchor: usize) -> Option<&'a [f32]> {
        match self {
            Self::Relevance(relevance) => relevance.row(anchor),
            _ => None,
        }
    }

    /// All of `m` candidates that [`is_positive`](Self::is_positive) would name, ascending.
    pub(super) fn positives(&self, anchor: usize, m: usize, out: &mut Vec<usize>) {
        if let (Self::Relevance(relevance), Some(grades)) = (self, self.written(anchor)) {
            let near = |&candidate: &usize| grades[candidate] >= relevance.level();
            return out.extend((0..grades.len()).filter(near));
        }
        match self {
            Self::Classes {
                anchors, classes, ..
            } => out.extend_from_slice(classes.of(anchors[anchor])),
            Self::Pairs(pairs) => out.extend_from_slice(pairs.of(anchor)),
            Self::Matched => out.extend((anchor < m).then_some(anchor)),
            _ => out.extend((0..m).filter(|&candidate| self.is_positive(anchor, candidate))),
        }
    }

    /// Looks up everything about an anchor; `own` is its own place among the `m` candidates.
    pub(crate) fn relate(
        &self,
        (anchor, own, m): (usize, Option<usize>, usize),
        ids: Option<Ids<'_>>,
        grades: bool,
        out: &mut Related,
    ) {
        out.positives.clear();
        self.positives(anchor, m, &mut out.positives);
        out.rest.clear();
        match self {
            Self::Masked(masked) => out.rest.extend(no_negatives(masked.row(anchor))),
            _ => out.rest.extend_from_slice(&out.positives),
        }
        if let Some(own) = own {
            out.positives.retain(|&index| index != own);
            if let Err(place) = out.rest.binary_search(&own) {
                out.rest.insert(place, own);
            }
        }
        if let Some(ids) = ids {
            self.mask(anchor, ids, out);
        }
        out.grades.clear();
        match self.written(anchor) {
            _ if !grades => {}
            Some(row) => out.grades.extend_from_slice(row),
            None => out
                .grades
                .extend((0..m).map(|other| self.grade(anchor, other))),
        }
    }

    /// Takes out of the negatives what is known to be the anchor or one of its positives, and out of
    /// labelled positives what is the anchor itself.
    fn mask(&self, anchor: usize, ids: Ids<'_>, out: &mut Related) {
        let mine = ids.anchors[anchor];
        if !self.is_explicit() {
            out.positives.retain(|&index| ids.candidates[index] != mine);
        }
        let mut same: Vec<u64> = out
            .positives
            .iter()
            .map(|&index| ids.candidates[index])
            .collect();
        same.push(mine);
        same.sort_unstable();
        let each = ids.candidates.iter().enumerate();
        let masked = each.filter(|(_, id)| same.binary_search(id).is_ok());
        out.rest.extend(masked.map(|(index, _)| index));
        out.rest.sort_unstable();
        out.rest.dedup();
    }
}

/// The places of all that are no negatives, ascending.
fn no_negatives(marks: &[Mark]) -> impl Iterator<Item = usize> + '_ {
    let all = marks.iter().enumerate();
    all.filter_map(|(place, &mark)| (mark != Mark::Negative).then_some(place))
}

fn per_item(labels: Labels<'_>) -> Error {
    Error::Kind {
        wanted: "class ids, label sets or hierarchy paths of each side",
        given: labels.kind(),
    }
}

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

/// The numbers below `len` that a sorted list leaves out, as ranges.
pub(crate) fn gaps(list: &[usize], len: usize) -> impl Iterator<Item = Range<usize>> + Clone + '_ {
    let starts = std::iter::once(0).chain(list.iter().map(|&index| index + 1));
    let ends = list.iter().copied().chain(std::iter::once(len));
    starts.zip(ends).map(|(start, end)| start..end)
}
