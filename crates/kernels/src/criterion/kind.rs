//! What makes a term's number.

use super::batch::{self, Price, Seen};
use super::cost::TermCost;
use super::given;
use crate::{
    Batch, BatchObjective, Cosent, CosineRegression, Error, GivenTriplets, Gradients, Loss,
    Objective, Partial, Real, Regularizer, WholeBatchLoss, Workspace,
};

/// What makes a term's number.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum TermKind {
    /// Rows against one another, or against proxies.
    Objective(Objective<Loss>),
    /// Rows against one another, all at once.
    WholeBatch(BatchObjective<WholeBatchLoss>),
    /// Triplets that are given.
    Triplets(GivenTriplets),
    /// The order of scored pairs.
    Cosent(Cosent),
    /// The scores of pairs.
    CosineRegression(CosineRegression),
    /// A price on rows as such.
    Regularizer(Regularizer),
    /// A price on the proxies of the first term that has some.
    ProxyRegularizer(Regularizer),
}

impl TermKind {
    /// The name under `kind`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Objective(objective) => objective.loss().name(),
            Self::WholeBatch(objective) => objective.loss().name(),
            Self::Triplets(_) => GIVEN[0],
            Self::Cosent(_) => GIVEN[1],
            Self::CosineRegression(_) => GIVEN[2],
            Self::Regularizer(kind) | Self::ProxyRegularizer(kind) => kind.name(),
        }
    }

    /// All names that there are.
    pub fn names() -> Vec<&'static str> {
        let regularizers = Regularizer::ALL.iter().map(|kind| kind.name());
        Loss::NAMES
            .iter()
            .chain(WholeBatchLoss::NAMES)
            .copied()
            .chain(GIVEN)
            .chain(regularizers)
            .collect()
    }

    /// What rows as it sees them cost.
    pub(super) fn cost<T: Real>(
        &self,
        seen: &Seen<'_, T>,
        workspace: &mut Workspace<T>,
    ) -> Result<TermCost<T>, Error> {
        let (rows, relation) = (seen.rows, seen.relation);
        match self {
            Self::Objective(objective) => batch::cost(Price::Rows(objective), seen, workspace),
            Self::WholeBatch(objective) => batch::cost(Price::Whole(objective), seen, workspace),
            Self::Triplets(loss) => given::triplets(loss, rows, relation),
            Self::Cosent(loss) => given::scored(rows, relation, |one, two, scores| {
                loss.evaluate(one, two, scores)
            }),
            Self::CosineRegression(loss) => given::scored(rows, relation, |one, two, scores| {
                loss.evaluate(one, two, scores)
            }),
            Self::Regularizer(kind) => given::regularized(*kind, rows, relation),
            Self::ProxyRegularizer(kind) => given::of_proxies(*kind, seen),
        }
    }

    /// Sums over a batch's anchors.
    pub(super) fn partial<T: Real>(&self, batch: &Batch<'_, T>) -> Result<Partial<T>, Error> {
        match self {
            Self::Objective(objective) => objective.partial(batch),
            Self::WholeBatch(objective) => whole(objective, batch),
            Self::Regularizer(kind) => kind.partial(batch),
            _ => Err(Error::Unfit {
                wanted: self.wanted(),
                given: "a batch of anchors and candidates",
            }),
        }
    }

    /// What it is made for, in words.
    pub(super) fn wanted(&self) -> &'static str {
        match self {
            Self::Objective(_) | Self::WholeBatch(_) => batch::LABELLED,
            Self::Triplets(_) => given::TRIPLETS,
            Self::Cosent(_) | Self::CosineRegression(_) => given::SCORED,
            Self::Regularizer(_) => batch::CLASSES,
            Self::ProxyRegularizer(_) => given::PROXIES,
        }
    }
}

/// The names of the kinds on tuples and scores that are given.
pub(super) const GIVEN: [&str; 3] = ["given-triplet", "cosent", "cosine-regression"];

/// A loss of all anchors at once, as a sum of one piece.
fn whole<T: Real>(
    objective: &BatchObjective<WholeBatchLoss>,
    batch: &Batch<'_, T>,
) -> Result<Partial<T>, Error> {
    if batch.range().len() != batch.all().len() {
        return Err(Error::Unfit {
            wanted: "all anchors of a batch at once",
            given: "a part of them",
        });
    }
    let outcome = objective.evaluate(batch)?;
    let (mut terms, value) = (outcome.terms, outcome.value);
    (terms.positive.sum, terms.negative.sum) = (value, 0.0);
    let gradients = Gradients {
        anchors: outcome.anchors,
        candidates: outcome.candidates,
    };
    Ok(Partial::new(terms, vec![gradients], batch))
}
