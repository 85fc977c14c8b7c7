//! A weighted sum of objectives and regularisers.

use serde::{Deserialize, Serialize};

use super::leaf::{Leaf, Price};
use super::partials::{Combined, Partials};
use crate::labels::same_length;
use crate::{Batch, Error, Loss, Objective, Real, Regularizer, RowLoss};

/// Several objectives and regularisers as one: `sum_l weight_l price_l(what leaf l sees of the batch)`.
///
/// | made by | leaves |
/// |---|---|
/// | [`of`](Self::of), or [`from`](Self::from) an objective or a regulariser | one of weight 1 |
/// | [`and`](Self::and) | those of both, the other's weights times a factor |
/// | [`times`](Self::times) | the same, weights times a factor |
/// | [`exchanged`](Self::exchanged) | the same with candidates as anchors |
/// | [`both_ways`](Self::both_ways) | each, and its twin with candidates as anchors |
/// | [`matryoshka`](Self::matryoshka) | each once per number of leading dimensions, weighted |
/// | [`on_unit_rows`](Self::on_unit_rows) | the same, on rows divided by their length |
///
/// Every leaf is reduced by its own reduction before it is weighted; nothing is divided by the sum of the weights, as in
/// sentence-transformers. A leaf costs as much as its objective alone.
///
/// A [`Regularizer`] looks at the anchors of all machines, exchanged at the candidates (proxies, the other tower), and
/// every machine costs its own rows' share; ids play no part in it. Its terms are rows. Those that ask for classes
/// take class ids, or one-to-one pairs, in which every row is of a class of its own.
///
/// Serialised as the list of its [`Leaf`]s, which has at least one.
///
/// ```
/// use tercet_kernels::{Batch, Contrastive, Criterion, Distance, Objective, Reduce, Rows};
/// let loss = Contrastive::squared(1.0)?;
/// let objective = Objective::new(Distance::Euclidean, loss, Reduce::Mean)?;
/// let criterion = Criterion::of(objective).matryoshka(&[(2, 1.0), (1, 0.5)])?;
/// // One pair at distance 5, at distance 3 in the first dimension: 25 / 2 + 0.5 * 9 / 2.
/// let rows = Rows::new(&[0.0, 0.0, 3.0, 4.0], 2)?;
/// let combined = criterion.evaluate(&Batch::within(rows, &[1, 1])?)?;
/// assert_eq!(combined.outcome.value, 14.75);
/// assert_eq!(combined.outcome.gradient(), [-4.5, -4.0, 4.5, 4.0]);
/// assert_eq!(combined.leaves[1].value, 4.5);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Leaf>", into = "Vec<Leaf>")]
pub struct Criterion {
    leaves: Vec<Leaf>,
}

impl Criterion {
    /// One objective, of weight 1.
    pub fn of<L: RowLoss + Into<Loss>>(objective: Objective<L>) -> Self {
        Self::one(Price::Objective(objective.into_any()))
    }

    fn one(price: Price) -> Self {
        let leaves = vec![Leaf::new(price)];
        Self { leaves }
    }

    /// The objectives, at least one.
    pub fn leaves(&self) -> &[Leaf] {
        &self.leaves
    }

    /// This plus `weight` times the other.
    ///
    /// # Errors
    /// [`Error::Number`] if a weight is not between -1e30 and 1e30.
    pub fn and(mut self, weight: f64, other: impl Into<Self>) -> Result<Self, Error> {
        self.leaves.extend(other.into().times(weight)?.leaves);
        Ok(self)
    }

    /// This times a factor.
    ///
    /// # Errors
    /// [`Error::Number`] if a weight is not between -1e30 and 1e30.
    pub fn times(&self, factor: f64) -> Result<Self, Error> {
        let leaves = self.leaves.iter().map(|leaf| leaf.times(factor));
        let leaves = leaves.collect::<Result<_, _>>()?;
        Ok(Self { leaves })
    }

    /// Candidates as anchors, and anchors as their candidates.
    #[must_use]
    pub fn exchanged(&self) -> Self {
        let leaves = self.leaves.iter().map(Leaf::twin).collect();
        Self { leaves }
    }

    /// Both directions: candidates are anchors too, with the same weight; `.times(0.5)` makes a mean of it.
    ///
    /// Of two towers, a candidate without a positive costs in its direction what the loss says of such an anchor. Within
    /// one set every row is an anchor already, and the twin differs only where labels are not symmetric.
    ///
    /// Sources: VSE++ (sum of both, arXiv:1707.05612); symmetric ranking losses and CLIP (mean of both,
    /// arXiv:2103.00020).
    #[must_use]
    pub fn both_ways(&self) -> Self {
        let leaves = [self.leaves.clone(), self.exchanged().leaves].concat();
        Self { leaves }
    }

    /// Every leaf on leading dimensions, once per (dimensions, weight); weights multiply. Name all dimensions, too, if
    /// they are to count.
    ///
    /// The leading numbers of a row are taken as they are; the cosine distance normalises them anew at every size, and
    /// [`on_unit_rows`](Self::on_unit_rows) does so for other distances. sentence-transformers' `MatryoshkaLoss`
    /// always does.
    ///
    /// Source: Kusupati et al., *Matryoshka Representation Learning*, NeurIPS 2022, arXiv:2205.13147.
    ///
    /// # Errors
    /// [`Error::Length`] without any number of dimensions, [`Error::Leading`] if one is above that of an earlier cut,
    /// [`Error::Number`] if one is 0 or a weight is not between -1e30 and 1e30.
    pub fn matryoshka(&self, sizes: &[(usize, f64)]) -> Result<Self, Error> {
        let pairs = sizes
            .iter()
            .flat_map(|size| self.leaves.iter().map(move |leaf| (size, leaf)));
        let leaves = pairs.map(|(&(dims, weight), leaf)| leaf.leading(dims)?.times(weight));
        Self::try_from(leaves.collect::<Result<Vec<Leaf>, Error>>()?)
    }

    /// Every leaf on rows divided by their length, or by that of their leading dimensions.
    #[must_use]
    pub fn on_unit_rows(self) -> Self {
        let leaves = self.leaves.into_iter().map(Leaf::unit);
        Self {
            leaves: leaves.collect(),
        }
    }

    /// Value, gradients and counts, as [`Objective::evaluate`].
    ///
    /// Of one machine's part of two towers, an exchanged leaf has the machine's own candidates as anchors (see
    /// [`partial`](Self::partial)), and what they cost the anchors of other machines is in the partials only.
    ///
    /// # Errors
    /// As [`Objective::evaluate`], [`Error::Leading`] if rows have fewer dimensions than a leaf wants, and
    /// [`Error::Kind`] if a regulariser asks for classes that the labels do not name.
    pub fn evaluate<T: Real>(&self, batch: &Batch<'_, T>) -> Result<Combined<T>, Error> {
        self.finish(self.partial(batch)?)
    }

    /// Sums that are not yet divided by anything, one [`Partial`](crate::Partial) per leaf.
    ///
    /// Whose candidates are whose: of a machine with the anchors `a..b`, the exchanged leaves have the candidates
    /// `a..b` as anchors, and those of the last anchors' machine all that follow, too.
    ///
    /// # Errors
    /// As [`evaluate`](Self::evaluate).
    pub fn partial<T: Real>(&self, batch: &Batch<'_, T>) -> Result<Partials<T>, Error> {
        let leaves = self.leaves.iter().map(|leaf| leaf.partial(batch));
        Ok(Partials::new(leaves.collect::<Result<_, _>>()?, batch))
    }

    /// Divides by the counts of all shards, and sums the leaves.
    ///
    /// # Errors
    /// [`Error::Partial`] if the partials are not those of as many leaves.
    ///
    /// # Panics
    /// As [`Partial::finish`](crate::Partial::finish).
    pub fn finish<T: Real>(&self, partials: Partials<T>) -> Result<Combined<T>, Error> {
        partials.finish(&self.leaves)
    }
}

impl<L: RowLoss + Into<Loss>> From<Objective<L>> for Criterion {
    fn from(objective: Objective<L>) -> Self {
        Self::of(objective)
    }
}

impl From<Regularizer> for Criterion {
    fn from(kind: Regularizer) -> Self {
        Self::one(Price::Regularizer(kind))
    }
}

impl TryFrom<Vec<Leaf>> for Criterion {
    type Error = Error;

    fn try_from(leaves: Vec<Leaf>) -> Result<Self, Error> {
        if leaves.is_empty() {
            same_length("leaves", 1, 0)?;
        }
        Ok(Self { leaves })
    }
}

impl From<Criterion> for Vec<Leaf> {
    fn from(criterion: Criterion) -> Self {
        criterion.leaves
    }
}
