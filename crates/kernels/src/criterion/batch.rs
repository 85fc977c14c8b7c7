//! An objective on the rows of a step.

use super::cost::{TermCost, add_slopes};
use super::direction::Direction;
use super::learnt::Proxies;
use super::pairs;
use super::term::unfit;
use crate::relation::Back;
use crate::simd::add_scaled;
use crate::{
    Batch, BatchLoss, BatchObjective, Error, Graded, Labels, Loss, Masked, Needs, Objective, Real,
    Relation, RowLoss, Rows, Total, Tuples, WholeBatchLoss, Workspace,
};

pub(super) const LABELLED: &str = "rows with labels, relevance or marks, or tuples";
const MUTUAL: &str = "one set of rows with labels per item";
pub(super) const CLASSES: &str = "class ids";

/// What a term sees of a step.
pub(super) struct Seen<'a, T> {
    /// `(n, d)`.
    pub(super) rows: Rows<'a, T>,
    pub(super) relation: &'a Relation,
    /// Of a loss with proxies.
    pub(super) proxies: Option<(Rows<'a, T>, &'a [i64])>,
    pub(super) past: Option<Past<'a, T>>,
    pub(super) direction: Option<Direction>,
    /// Seed and step of random selections.
    pub(super) key: (u64, u64),
}

/// What a term sees of a memory.
#[derive(Clone, Copy)]
pub(super) struct Past<'a, T> {
    pub(super) rows: Rows<'a, T>,
    pub(super) labels: &'a [i64],
    pub(super) ids: &'a [u64],
    /// The ids of the step's own rows.
    pub(super) own: Option<&'a [u64]>,
    pub(super) weight: f64,
}

/// What costs a batch.
#[derive(Clone, Copy)]
pub(super) enum Price<'s> {
    /// Anchor by anchor.
    Rows(&'s Objective<Loss>),
    /// All at once.
    Whole(&'s BatchObjective<WholeBatchLoss>),
}

impl<'s> Price<'s> {
    fn loss(self) -> Option<&'s Loss> {
        match self {
            Self::Rows(objective) => Some(objective.loss()),
            Self::Whole(_) => None,
        }
    }

    fn needs(self) -> Needs {
        match self {
            Self::Rows(objective) => objective.loss().needs(),
            Self::Whole(objective) => objective.loss().needs(),
        }
    }

    /// What it needs, if it cannot cost rows that belong together in this way.
    pub(super) fn unfit(self, relation: &Relation) -> Option<&'static str> {
        match (self.loss().and_then(Proxies::of), relation) {
            (Some(_), Relation::Classes(_)) => None,
            (Some(_), _) => Some(CLASSES),
            (None, Relation::Scored(_)) => match self.loss() {
                Some(Loss::Contrastive(_)) => None,
                _ => Some(LABELLED),
            },
            _ if self.needs().within && !is_mutual(relation) => Some(MUTUAL),
            _ => None,
        }
    }
}

/// Whether the rows are one set, in which positives and negatives are the same from either side.
fn is_mutual(relation: &Relation) -> bool {
    match relation {
        Relation::Graded(_) => false,
        Relation::Masked(masked) => masked.is_mutual(),
        _ => true,
    }
}

/// Whether anchors of tuples look for their positives among all that follow them.
fn is_ranking(loss: Option<&Loss>) -> bool {
    matches!(loss, Some(Loss::InfoNce(_) | Loss::Sigmoid(_)))
}

/// What rows cost.
pub(super) fn cost<T: Real>(
    price: Price<'_>,
    seen: &Seen<'_, T>,
    workspace: &mut Workspace<T>,
) -> Result<TermCost<T>, Error> {
    if let Some(wanted) = price.unfit(seen.relation) {
        return Err(unfit(wanted, seen.relation));
    }
    let mut step = Step {
        price,
        seen,
        workspace,
    };
    match seen.past {
        Some(past) if seen.proxies.is_none() => step.with_past(past),
        _ => step.of_relation(),
    }
}

struct Step<'s, T> {
    price: Price<'s>,
    seen: &'s Seen<'s, T>,
    workspace: &'s mut Workspace<T>,
}

impl<'s, T: Real> Step<'s, T> {
    fn of_relation(&mut self) -> Result<TermCost<T>, Error> {
        let (rows, loss) = (self.seen.rows, self.price.loss());
        match self.seen.relation {
            Relation::Classes(labels) => match self.seen.proxies {
                Some(proxies) => self.proxies(labels, proxies),
                None => self.within(&**labels),
            },
            Relation::Sets(sets) => self.within(sets),
            Relation::Paths(paths) => self.within(paths),
            Relation::Tuples(tuples) if is_ranking(loss) => self.ranking(tuples),
            Relation::Tuples(_) => self.within(&*self.seen.relation.classes()),
            Relation::Scored(scores) => match self.price {
                Price::Rows(objective) => {
                    pairs::cost(objective, halves(rows, scores.len()), scores)
                }
                Price::Whole(_) => Err(unfit(LABELLED, self.seen.relation)),
            },
            Relation::Graded(graded) => self.graded(graded),
            Relation::Masked(masked) => self.masked(masked),
        }
    }

    fn keyed<'b>(&self, batch: Batch<'b, T>) -> Batch<'b, T> {
        let (seed, step) = self.seen.key;
        batch.keyed(seed, step)
    }

    fn total(&mut self, batch: &Batch<'_, T>) -> Result<Total<T>, Error> {
        match self.price {
            Price::Rows(objective) => objective.total_in(batch, self.workspace),
            Price::Whole(objective) => objective.total_in(batch, self.workspace),
        }
    }

    /// One set of rows; a direction only matters where labels are not symmetric.
    fn within<'b>(&mut self, labels: impl Into<Labels<'b>>) -> Result<TermCost<T>, Error>
    where
        's: 'b,
    {
        let batch: Batch<'b, T> = self.keyed(Batch::within(self.seen.rows, labels)?);
        self.ways(Direction::Forward, &batch, || Ok(batch.exchanged()))
    }

    /// The anchors of tuples against all positives and negatives; what is known to belong to an anchor is no negative
    /// of it.
    fn ranking(&mut self, tuples: &Tuples) -> Result<TermCost<T>, Error> {
        let (own, others) = tuples.groups().split_at(tuples.len());
        let (anchors, candidates) = halves(self.seen.rows, tuples.len());
        let batch = self.keyed(Batch::matched(anchors, candidates)?);
        let batch = batch.identified(own, others)?;
        self.ways(Direction::Forward, &batch, || Ok(batch.exchanged()))
    }

    /// One set, or two that ask each other.
    fn graded(&mut self, graded: &Graded) -> Result<TermCost<T>, Error> {
        let Some(n) = graded.first() else {
            return self.within(graded.forward());
        };
        let (first, second) = halves(self.seen.rows, n);
        let there = self.keyed(Batch::related(first, second, graded.forward())?);
        let key = self.seen.key;
        self.ways(Direction::Both, &there, || match graded.backward() {
            Some(Back::Own(relevance)) => {
                Ok(Batch::related(second, first, relevance)?.keyed(key.0, key.1))
            }
            _ => Ok(there.exchanged()),
        })
    }

    fn masked(&mut self, masked: &Masked) -> Result<TermCost<T>, Error> {
        let Some(n) = masked.first() else {
            return self.within(masked);
        };
        let (first, second) = halves(self.seen.rows, n);
        let batch = self.keyed(Batch::related(first, second, masked)?);
        self.ways(Direction::Both, &batch, || Ok(batch.exchanged()))
    }

    /// The ways that the term asks for, else the usual ones, summed.
    fn ways<'b>(
        &mut self,
        usual: Direction,
        there: &Batch<'b, T>,
        back: impl FnOnce() -> Result<Batch<'b, T>, Error>,
    ) -> Result<TermCost<T>, Error> {
        let [forward, backward] = self.seen.direction.unwrap_or(usual).ways();
        let mut sum = match forward {
            true => Some(TermCost::from(self.total(there)?)),
            false => None,
        };
        if backward {
            let back = back()?;
            let mut total = self.total(&back)?;
            if back.own().is_none() {
                // On the way back the second rows stand first.
                total.gradient.rotate_left(back.anchors().data().len());
            }
            sum = Some(match sum {
                Some(there) => added(there, &total),
                None => total.into(),
            });
        }
        let mut cost = sum.expect("every direction is at least one way");
        cost.filled = self.filled(there);
        Ok(cost)
    }

    /// How many anchors have something above and below each rung, of a ladder on relevance.
    fn filled(&self, there: &Batch<'_, T>) -> Vec<u64> {
        match (self.price.loss(), self.seen.relation) {
            (
                Some(Loss::Ladder(ladder)),
                Relation::Graded(_) | Relation::Sets(_) | Relation::Paths(_),
            ) => ladder.filled(there),
            _ => Vec::new(),
        }
    }

    /// Rows against proxies of all classes.
    fn proxies(
        &mut self,
        labels: &[i64],
        (proxies, classes): (Rows<'_, T>, &[i64]),
    ) -> Result<TermCost<T>, Error> {
        let rows = self.seen.rows;
        check_classes(labels, classes)?;
        let kind = self.price.loss().and_then(Proxies::of);
        let are_anchors = kind == Some(Proxies::Anchors);
        let batch = match are_anchors {
            true => Batch::between(proxies, classes, rows, labels)?,
            false => Batch::between(rows, labels, proxies, classes)?,
        };
        let batch = self.keyed(batch);
        let mut cost = TermCost::from(self.total(&batch)?);
        if are_anchors {
            cost.gradient.rotate_left(proxies.data().len());
        }
        cost.proxies = cost.gradient.split_off(rows.data().len());
        Ok(cost)
    }

    /// The batch, and its anchors against the rows of past steps.
    fn with_past(&mut self, past: Past<'_, T>) -> Result<TermCost<T>, Error> {
        let Relation::Classes(labels) = self.seen.relation else {
            return Err(unfit(CLASSES, self.seen.relation));
        };
        let mut cost = self.of_relation()?;
        let batch = Batch::between(self.seen.rows, labels, past.rows, past.labels)?;
        let mut batch = self.keyed(batch);
        if let Some(own) = past.own {
            batch = batch.identified(own, past.ids)?;
        }
        let total = self.total(&batch)?;
        cost.value += past.weight * total.value;
        add_slopes(&mut cost.parameters, past.weight, total.parameters);
        cost.terms += total.terms;
        // The rows of past steps are constants: their part of the gradient is dropped.
        add_scaled(
            &mut cost.gradient,
            T::from_f64(past.weight),
            &total.gradient,
        );
        self.workspace.recycle(total);
        Ok(cost)
    }
}

/// The first `n` rows, and the others.
fn halves<T: Real>(rows: Rows<'_, T>, n: usize) -> (Rows<'_, T>, Rows<'_, T>) {
    (rows.slice(0..n), rows.slice(n..rows.len()))
}

/// Both ways as one.
fn added<T: Real>(mut there: TermCost<T>, back: &Total<T>) -> TermCost<T> {
    there.value += back.value;
    add_slopes(&mut there.parameters, 1.0, back.parameters);
    there.terms += back.terms;
    let each = there.gradient.iter_mut().zip(&back.gradient);
    each.for_each(|(sum, &more)| *sum += more);
    there
}

/// Refuses rows of classes that have no proxy.
fn check_classes(labels: &[i64], classes: &[i64]) -> Result<(), Error> {
    let most = classes.last().copied().unwrap_or(-1);
    match labels.iter().find(|label| !(0..=most).contains(*label)) {
        None => Ok(()),
        Some(&given) => Err(Error::Number {
            what: "class",
            wanted: "one from 0 on that has a proxy",
            given: given as f64,
        }),
    }
}
