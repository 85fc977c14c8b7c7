//! One term of a criterion.

use super::batch::Price;
use super::direction::Direction;
use super::given;
use super::kind::TermKind;
use super::side::Side;
use crate::number::Finite;
use crate::{
    Batch, Distance, Error, Loss, Margin, Objective, Partial, Real, Reduce, Relation, RowLoss,
};

/// One term of a [`Criterion`](crate::Criterion): what makes its number, its weight, and what it sees of the rows.
///
/// Serialised as a flat table: `kind` and the keys of that kind, and beside them
///
/// | key | default | |
/// |---|---|---|
/// | `distance`, `reduce` | those that the loss is published with | of losses that have them |
/// | `weight` | 1 | what the value is multiplied with |
/// | `dims` | all | leading dimensions: the term is the weighted sum over them |
/// | `dim_weights` | 1 each | their weights |
/// | `normalize` | whether there are `dims` | rows divided by their length, which is that of the leading dimensions |
/// | `direction` | as [`Direction`] says | who are the anchors of two sets |
/// | `learn` | only `sigmoid` | whether the numbers that the loss can learn are learnt |
/// | `on` | `rows` | of a regulariser: `rows`, or the `proxies` of the first term that has some |
///
/// ```
/// use tercet_kernels::{Distance, Regularizer, Term, TermKind};
/// let term: Term = serde_json::from_str(r#"{"kind": "contrastive", "dims": [64, 32], "weight": 0.5}"#)?;
/// assert_eq!((term.weight(), term.dims().collect::<Vec<_>>()), (0.5, vec![(64, 1.0), (32, 1.0)]));
/// assert_eq!((term.distance(), term.is_normalized()), (Some(Distance::Euclidean), true));
/// let term: Term = serde_json::from_str(r#"{"kind": "spread", "weight": 0.1}"#)?;
/// assert_eq!(*term.kind(), TermKind::Regularizer(Regularizer::Spread));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    pub(super) kind: TermKind,
    pub(super) weight: Finite,
    /// Leading dimensions with their weights; all if empty.
    pub(super) sizes: Vec<(usize, Finite)>,
    pub(super) normalize: bool,
    pub(super) direction: Option<Direction>,
    /// `None`: what the loss always learns.
    pub(super) learn: Option<bool>,
}

impl Term {
    pub(super) fn new(kind: TermKind) -> Self {
        Self {
            weight: Finite::of(1.0),
            sizes: Vec::new(),
            normalize: false,
            direction: None,
            learn: None,
            kind,
        }
    }

    /// What makes its number.
    pub fn kind(&self) -> &TermKind {
        &self.kind
    }

    /// What its value is multiplied with.
    pub fn weight(&self) -> f64 {
        self.weight.get()
    }

    /// The numbers of leading dimensions it sees, with their weights; none if it sees all.
    pub fn dims(&self) -> impl Iterator<Item = (usize, f64)> + '_ {
        self.sizes
            .iter()
            .map(|(size, weight)| (*size, weight.get()))
    }

    pub(super) fn sizes(&self) -> &[(usize, Finite)] {
        &self.sizes
    }

    /// Whether it sees rows divided by their length, which is that of the leading dimensions.
    pub fn is_normalized(&self) -> bool {
        self.normalize
    }

    /// Who are its anchors, of two sets; `None`: as the relation has it.
    pub fn direction(&self) -> Option<Direction> {
        self.direction
    }

    /// Whether it learns numbers of its loss.
    pub fn learns(&self) -> bool {
        self.scalars().next().is_some()
    }

    /// The objective, if it is one.
    pub fn objective(&self) -> Option<&Objective<Loss>> {
        match &self.kind {
            TermKind::Objective(objective) => Some(objective),
            _ => None,
        }
    }

    /// The distance between embeddings; `None` of a regulariser.
    pub fn distance(&self) -> Option<Distance> {
        match &self.kind {
            TermKind::Objective(objective) => Some(objective.distance()),
            TermKind::WholeBatch(objective) => Some(objective.distance()),
            TermKind::Triplets(given) => Some(given.distance),
            TermKind::Cosent(_) | TermKind::CosineRegression(_) => Some(Distance::Cosine),
            TermKind::Regularizer(_) | TermKind::ProxyRegularizer(_) => None,
        }
    }

    /// From a sum to one number; a regulariser's shares are summed.
    pub fn reduce(&self) -> Reduce {
        match &self.kind {
            TermKind::Objective(objective) => objective.reduce(),
            TermKind::Triplets(given) => given.reduce,
            TermKind::CosineRegression(regression) => regression.reduce,
            TermKind::Cosent(_) => Reduce::Mean,
            TermKind::Regularizer(_) | TermKind::ProxyRegularizer(_) | TermKind::WholeBatch(_) => {
                Reduce::Sum
            }
        }
    }

    /// By how much it wants a negative to be farther than a positive, where it says so.
    pub fn margin(&self) -> Option<Margin> {
        match &self.kind {
            TermKind::Objective(objective) => objective.loss().margin(),
            TermKind::Triplets(given) => Some(given.margin),
            _ => None,
        }
    }

    /// What it needs, if it cannot cost rows that belong together in this way.
    pub fn unfit(&self, relation: &Relation) -> Option<&'static str> {
        let fits = match (&self.kind, relation) {
            (TermKind::Objective(objective), _) => {
                return Price::Rows(objective).unfit(relation);
            }
            (TermKind::WholeBatch(objective), _) => {
                return Price::Whole(objective).unfit(relation);
            }
            (TermKind::Triplets(_), Relation::Tuples(tuples)) => tuples.negatives() > 0,
            (TermKind::Cosent(_) | TermKind::CosineRegression(_), Relation::Scored(_)) => true,
            (TermKind::Regularizer(kind), _) => given::suits(*kind, relation),
            (TermKind::ProxyRegularizer(_), _) => true,
            _ => false,
        };
        (!fits).then(|| self.kind.wanted())
    }

    pub(super) fn times(&self, factor: f64) -> Result<Self, Error> {
        Ok(Self {
            weight: Finite::new("weight", self.weight() * factor)?,
            ..self.clone()
        })
    }

    /// On some of the dimensions it has seen.
    pub(super) fn leading(&self, sizes: &[(usize, f64)]) -> Result<Self, Error> {
        let seen = match self.sizes.is_empty() {
            true => vec![(usize::MAX, Finite::of(1.0))],
            false => self.sizes.clone(),
        };
        let pairs = sizes
            .iter()
            .flat_map(|size| seen.iter().map(move |seen| (size, seen)));
        let sizes = pairs.map(|(&(dims, weight), (most, seen))| {
            fit(*most, dims)?;
            Ok((dims, Finite::new("dimension weight", weight * seen.get())?))
        });
        Ok(Self {
            sizes: sizes.collect::<Result<_, Error>>()?,
            normalize: true,
            ..self.clone()
        })
    }

    /// Sums and gradients with respect to the rows as given, of one number of leading dimensions.
    pub(super) fn partial<T: Real>(
        &self,
        batch: &Batch<'_, T>,
        size: Option<usize>,
    ) -> Result<Partial<T>, Error> {
        let dim = batch.candidates().dim();
        let dims = size.unwrap_or(dim);
        fit(dim, dims)?;
        if dims == dim && !self.normalize {
            return self.kind.partial(batch);
        }
        let side = |rows| Side::of(rows, dims, self.normalize);
        let candidates = side(batch.candidates());
        let apart = batch.own().is_none().then(|| side(batch.all()));
        let anchors = apart.as_ref().unwrap_or(&candidates);
        let cut = batch.with_rows(anchors.rows(), candidates.rows());
        let partial = self.kind.partial(&cut)?;
        let first = batch.range().start;
        Ok(partial.taken_back(
            dim,
            |gradient| anchors.back(first, gradient),
            |gradient| candidates.back(0, gradient),
        ))
    }
}

/// Refuses leading dimensions that rows have not.
pub(super) fn fit(most: usize, given: usize) -> Result<(), Error> {
    if given == 0 {
        return Err(Error::Number {
            what: "leading dimensions",
            wanted: "at least 1",
            given: 0.0,
        });
    }
    if given > most {
        return Err(Error::Leading { most, given });
    }
    Ok(())
}

/// Rows that belong together in another way than a term needs.
pub(super) fn unfit(wanted: &'static str, relation: &Relation) -> Error {
    Error::Unfit {
        wanted,
        given: relation.kind(),
    }
}
