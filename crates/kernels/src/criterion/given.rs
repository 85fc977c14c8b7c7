//! Terms on tuples and scores that are given.

use super::batch::Seen;
use super::cost::TermCost;
use super::term::unfit;
use crate::{
    Count, Error, GivenTriplets, Real, Regularizer, Relation, Rows, ScoredOutcome, Terms, Tuples,
};

pub(super) const TRIPLETS: &str = "tuples with negatives";
pub(super) const SCORED: &str = "scored pairs";

/// The triplets of tuples.
pub(super) fn triplets<T: Real>(
    given: &GivenTriplets,
    rows: Rows<'_, T>,
    relation: &Relation,
) -> Result<TermCost<T>, Error> {
    let tuples = match relation {
        Relation::Tuples(tuples) if tuples.negatives() > 0 => tuples,
        _ => return Err(unfit(TRIPLETS, relation)),
    };
    let (anchors, positives, negatives) = parts(rows, tuples);
    let outcome = given.evaluate(anchors, positives, negatives)?;
    let gradient = [outcome.anchors, outcome.positives, outcome.negatives].concat();
    Ok(TermCost::new(outcome.value, gradient, outcome.terms))
}

fn parts<'a, T: Real>(
    rows: Rows<'a, T>,
    tuples: &Tuples,
) -> (Rows<'a, T>, Rows<'a, T>, Rows<'a, T>) {
    let (n, all) = (tuples.len(), rows.len());
    (
        rows.slice(0..n),
        rows.slice(n..2 * n),
        rows.slice(2 * n..all),
    )
}

/// What cosines of scored pairs cost.
pub(super) fn scored<T: Real>(
    rows: Rows<'_, T>,
    relation: &Relation,
    evaluate: impl Fn(Rows<'_, T>, Rows<'_, T>, &[f64]) -> Result<ScoredOutcome<T>, Error>,
) -> Result<TermCost<T>, Error> {
    let Relation::Scored(scores) = relation else {
        return Err(unfit(SCORED, relation));
    };
    let n = scores.len();
    let outcome = evaluate(rows.slice(0..n), rows.slice(n..2 * n), scores)?;
    let gradient = [outcome.first, outcome.second].concat();
    Ok(TermCost {
        parameters: [outcome.parameter, 0.0],
        ..TermCost::new(outcome.value, gradient, outcome.terms)
    })
}

pub(super) const PROXIES: &str = "a term with proxies";

/// Whether a regulariser can tell the classes that it asks for.
pub(super) fn suits(kind: Regularizer, relation: &Relation) -> bool {
    !kind.needs_classes() || !matches!(relation, Relation::Sets(_) | Relation::Paths(_))
}

/// A price on all rows.
pub(super) fn regularized<T: Real>(
    kind: Regularizer,
    rows: Rows<'_, T>,
    relation: &Relation,
) -> Result<TermCost<T>, Error> {
    if !suits(kind, relation) {
        return Err(unfit(super::batch::CLASSES, relation));
    }
    let (value, gradient) = kind.evaluate(rows, &relation.classes())?;
    Ok(TermCost::new(value, gradient, terms(rows.len(), value)))
}

/// A price on the proxies of another term.
pub(super) fn of_proxies<T: Real>(
    kind: Regularizer,
    seen: &Seen<'_, T>,
) -> Result<TermCost<T>, Error> {
    let (proxies, classes) = seen.proxies.ok_or(unfit(PROXIES, seen.relation))?;
    let (value, gradient) = kind.evaluate(proxies, classes)?;
    let zero = vec![T::ZERO; seen.rows.data().len()];
    Ok(TermCost {
        proxies: gradient,
        ..TermCost::new(value, zero, terms(proxies.len(), value))
    })
}

/// The terms of a regulariser are rows.
fn terms(rows: usize, value: f64) -> Terms {
    let rows = rows as u64;
    Terms::one(Count {
        sum: value,
        terms: rows,
        active: if value > 0.0 { rows } else { 0 },
        anchors: rows,
        ..Count::default()
    })
}
