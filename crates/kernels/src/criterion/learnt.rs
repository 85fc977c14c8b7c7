//! What a term learns beside the network.

use super::kind::TermKind;
use super::term::Term;
use crate::number::Positive;
use crate::scalar::exactly;
use crate::{Cosent, Error, Loss, Objective, RowLoss, Scalar};

/// Which rows of a batch proxies are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proxies {
    /// One per class, the anchors.
    Anchors,
    /// So many per class, the candidates.
    Candidates(usize),
}

impl Proxies {
    /// The proxies that a loss sets rows against, if it does.
    pub(super) fn of(loss: &Loss) -> Option<Self> {
        match loss {
            Loss::ProxyAnchor(_) => Some(Self::Anchors),
            Loss::ProxyNca(_) | Loss::ArcFace(_) | Loss::CosFace(_) => Some(Self::Candidates(1)),
            Loss::SoftTriple(loss) => Some(Self::Candidates(loss.centres.get())),
            _ => None,
        }
    }

    /// How many a class has.
    pub(super) fn each(self) -> usize {
        match self {
            Self::Anchors => 1,
            Self::Candidates(each) => each,
        }
    }
}

/// The scale of the loss on the order of scored pairs, which is learnt as its logarithm.
fn scale(loss: &Cosent) -> Scalar {
    Scalar::log_scale(loss.scale.get())
}

/// That loss at another logarithm of its scale.
fn with_scale(scalars: &[f64]) -> Result<Cosent, Error> {
    let [log] = exactly(scalars)?;
    let scale = Positive::new("scale", log.exp())?;
    Ok(Cosent { scale })
}

impl Term {
    /// The numbers that it could learn, two at most.
    fn all_scalars(&self) -> Vec<Scalar> {
        match &self.kind {
            TermKind::Objective(objective) => objective.loss().scalars(),
            TermKind::Cosent(cosent) => vec![scale(cosent)],
            _ => Vec::new(),
        }
    }

    /// Whether it could learn any number.
    pub(super) fn can_learn(&self) -> bool {
        !self.all_scalars().is_empty()
    }

    /// The numbers that it learns, each with its place among those that it could.
    pub(super) fn scalars(&self) -> impl Iterator<Item = (usize, Scalar)> {
        let learn = self.learn;
        let all = self.all_scalars().into_iter().enumerate();
        all.filter(move |(_, scalar)| learn.unwrap_or(scalar.always))
    }

    /// The gradient in the numbers that it could learn, from that in the numbers as its loss has them.
    pub(super) fn scalar_gradient(&self, counted: [f64; 2]) -> [f64; 2] {
        match &self.kind {
            TermKind::Objective(objective) => objective.loss().scalar_gradient(counted),
            TermKind::Cosent(cosent) => counted.map(|slope| slope * cosent.scale.get()),
            _ => counted,
        }
    }

    /// The term with other values of the numbers that it could learn, by their places.
    pub(super) fn at(&self, values: &[(usize, f64)]) -> Result<Self, Error> {
        let mut all: Vec<f64> = self
            .all_scalars()
            .iter()
            .map(|scalar| scalar.value)
            .collect();
        values.iter().for_each(|&(place, value)| all[place] = value);
        self.with_scalars(&all)
    }

    fn with_scalars(&self, values: &[f64]) -> Result<Self, Error> {
        let kind = match &self.kind {
            TermKind::Objective(objective) => {
                let loss = objective.loss().with_scalars(values)?;
                let (distance, reduce) = (objective.distance(), objective.reduce());
                TermKind::Objective(Objective::new(distance, loss, reduce)?)
            }
            TermKind::Cosent(_) => TermKind::Cosent(with_scale(values)?),
            other => other.clone(),
        };
        Ok(Self {
            kind,
            ..self.clone()
        })
    }

    /// The proxies that it sets rows against, if it does.
    pub(super) fn proxies(&self) -> Option<Proxies> {
        Proxies::of(self.objective()?.loss())
    }

    /// The term with semi-hard negatives, if it mined the hardest.
    pub(super) fn softened(&self) -> Option<Self> {
        let objective = self.objective()?;
        let loss = objective.loss().softened()?;
        let objective = Objective::new(objective.distance(), loss, objective.reduce());
        Some(Self {
            kind: TermKind::Objective(objective.ok()?),
            ..self.clone()
        })
    }
}
