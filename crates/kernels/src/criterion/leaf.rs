//! One objective or regulariser of a criterion.

use serde::{Deserialize, Serialize};

use super::side::Side;
use crate::number::Finite;
use crate::{Batch, Distance, Error, Loss, Objective, Partial, Real, Reduce, Regularizer};

/// One objective or regulariser of a [`Criterion`](crate::Criterion): its weight, and what it sees of the batch.
///
/// Serialised with the loss under `loss` or the regulariser under `regularizer`; a distance or reduction left out is the
/// loss's own (a regulariser has none), the weight is 1, all dimensions are seen.
///
/// ```
/// use tercet_kernels::{Distance, Leaf, Regularizer};
/// let leaf: Leaf = serde_json::from_str(r#"{"loss": {"kind": "contrastive"}, "dims": 64, "weight": 0.5}"#)?;
/// assert_eq!((leaf.weight(), leaf.dims()), (0.5, Some(64)));
/// assert_eq!(leaf.objective().map(|objective| objective.distance()), Some(Distance::Euclidean));
/// let leaf: Leaf = serde_json::from_str(r#"{"regularizer": "spread", "weight": 0.1}"#)?;
/// assert_eq!(leaf.regularizer(), Some(Regularizer::Spread));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Leaf {
    weight: Finite,
    dims: Option<usize>,
    unit: bool,
    exchanged: bool,
    price: Price,
}

/// What makes a leaf's number.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Price {
    Objective(Objective<Loss>),
    Regularizer(Regularizer),
}

impl Price {
    fn partial<T: Real>(&self, batch: &Batch<'_, T>) -> Result<Partial<T>, Error> {
        match self {
            Self::Objective(objective) => objective.partial(batch),
            Self::Regularizer(kind) => kind.partial(batch),
        }
    }
}

impl Leaf {
    pub(super) fn new(price: Price) -> Self {
        Self {
            weight: Finite::of(1.0),
            dims: None,
            unit: false,
            exchanged: false,
            price,
        }
    }

    /// What its value is multiplied with.
    pub fn weight(&self) -> f64 {
        self.weight.get()
    }

    /// How many leading dimensions it sees; all if `None`.
    pub fn dims(&self) -> Option<usize> {
        self.dims
    }

    /// Whether it sees rows divided by their length, which is that of the leading dimensions.
    pub fn is_unit(&self) -> bool {
        self.unit
    }

    /// Whether candidates are its anchors.
    pub fn is_exchanged(&self) -> bool {
        self.exchanged
    }

    /// The objective, unless it is a regulariser.
    pub fn objective(&self) -> Option<&Objective<Loss>> {
        match &self.price {
            Price::Objective(objective) => Some(objective),
            Price::Regularizer(_) => None,
        }
    }

    /// The regulariser, unless it is an objective.
    pub fn regularizer(&self) -> Option<Regularizer> {
        match self.price {
            Price::Objective(_) => None,
            Price::Regularizer(kind) => Some(kind),
        }
    }

    /// From its sum to its number; a regulariser's shares are summed.
    pub(super) fn reduce(&self) -> Reduce {
        self.objective().map_or(Reduce::Sum, Objective::reduce)
    }

    pub(super) fn times(&self, factor: f64) -> Result<Self, Error> {
        Ok(Self {
            weight: Finite::new("weight", self.weight() * factor)?,
            ..self.clone()
        })
    }

    /// The same on some of the dimensions it has seen.
    pub(super) fn leading(&self, dims: usize) -> Result<Self, Error> {
        let most = self.dims.unwrap_or(usize::MAX);
        fit(most, dims)?;
        Ok(Self {
            dims: Some(dims),
            ..self.clone()
        })
    }

    pub(super) fn unit(self) -> Self {
        Self { unit: true, ..self }
    }

    pub(super) fn twin(&self) -> Self {
        Self {
            exchanged: !self.exchanged,
            ..self.clone()
        }
    }

    /// Sums and gradients with respect to the rows as given; anchors and candidates are the leaf's.
    pub(super) fn partial<T: Real>(&self, batch: &Batch<'_, T>) -> Result<Partial<T>, Error> {
        match self.exchanged {
            true => self.partial_of(&batch.exchanged_part()),
            false => self.partial_of(batch),
        }
    }

    fn partial_of<T: Real>(&self, batch: &Batch<'_, T>) -> Result<Partial<T>, Error> {
        let dim = batch.candidates().dim();
        let dims = self.dims.unwrap_or(dim);
        fit(dim, dims)?;
        if dims == dim && !self.unit {
            return self.price.partial(batch);
        }
        let side = |rows| Side::of(rows, dims, self.unit);
        let candidates = side(batch.candidates());
        let apart = batch.own().is_none().then(|| side(batch.all()));
        let anchors = apart.as_ref().unwrap_or(&candidates);
        let cut = batch.with_rows(anchors.rows(), candidates.rows());
        let partial = self.price.partial(&cut)?;
        let first = batch.range().start;
        Ok(partial.taken_back(
            dim,
            |gradient| anchors.back(first, gradient),
            |gradient| candidates.back(0, gradient),
        ))
    }
}

/// Refuses leading dimensions that rows have not.
fn fit(most: usize, given: usize) -> Result<(), Error> {
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

/// A leaf as it is written down.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default = "one")]
    weight: Finite,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dims: Option<usize>,
    #[serde(default)]
    unit: bool,
    #[serde(default)]
    exchanged: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    loss: Option<Loss>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    regularizer: Option<Regularizer>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    distance: Option<Distance>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reduce: Option<Reduce>,
}

impl Written {
    fn price(&mut self) -> Result<Price, Error> {
        let (distance, reduce) = (self.distance, self.reduce);
        match (self.loss.take(), self.regularizer) {
            (Some(loss), None) => {
                let distance = distance.unwrap_or(loss.default_distance());
                let reduce = reduce.unwrap_or(loss.default_reduce());
                Ok(Price::Objective(Objective::new(distance, loss, reduce)?))
            }
            (None, Some(kind)) => {
                none("distance", distance.map(Distance::name))?;
                none("reduce", reduce.map(Reduce::name))?;
                Ok(Price::Regularizer(kind))
            }
            (loss, _) => Err(Error::Length {
                what: "loss or regularizer",
                wanted: 1,
                given: if loss.is_some() { 2 } else { 0 },
            }),
        }
    }
}

/// Refuses what a regulariser has not.
fn none(what: &'static str, given: Option<&str>) -> Result<(), Error> {
    match given {
        None => Ok(()),
        Some(given) => Err(Error::Name {
            what,
            wanted: "none with a regularizer".to_owned(),
            given: given.to_owned(),
        }),
    }
}

fn one() -> Finite {
    Finite::of(1.0)
}

impl TryFrom<Written> for Leaf {
    type Error = Error;

    fn try_from(mut written: Written) -> Result<Self, Error> {
        fit(usize::MAX, written.dims.unwrap_or(1))?;
        Ok(Self {
            price: written.price()?,
            weight: written.weight,
            dims: written.dims,
            unit: written.unit,
            exchanged: written.exchanged,
        })
    }
}

impl From<Leaf> for Written {
    fn from(leaf: Leaf) -> Self {
        Self {
            weight: leaf.weight,
            dims: leaf.dims,
            unit: leaf.unit,
            exchanged: leaf.exchanged,
            loss: leaf.objective().map(|objective| objective.loss().clone()),
            regularizer: leaf.regularizer(),
            distance: leaf.objective().map(Objective::distance),
            reduce: leaf.objective().map(Objective::reduce),
        }
    }
}
