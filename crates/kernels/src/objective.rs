//! A distance, a loss and a reduction: value and gradient of a batch.

use crate::outcome::{Outcome, Partial};
use crate::tiles::TilesScratch;
use crate::total::{Sides, Total};
use crate::{
    Batch, Distance, Error, Loss, Margin, Real, Reduce, RowLoss, Workspace, costs, plain,
    symmetric, tiles,
};

/// A loss on a distance, reduced to one number.
///
/// [`evaluate`](Self::evaluate) gives value and gradients of a whole batch. For many machines, each
/// takes the [`partial`](Self::partial) of its own anchors; partials add up, and
/// [`finish`](Self::finish) divides by the counts of all.
///
/// A batch without any selected term has value 0, gradient 0, and [`Terms`](crate::Terms) that say so.
///
/// ```
/// use tercet_kernels::{Batch, Contrastive, Distance, Objective, Reduce, Rows};
/// // Hadsell: one similar pair at distance 2 costs 1/2 * 2^2, in both orders.
/// let rows = Rows::new(&[0.0, 2.0], 1)?;
/// let loss = Contrastive::squared(1.0)?;
/// let objective = Objective::new(Distance::Euclidean, loss, Reduce::Mean)?;
/// let outcome = objective.evaluate(&Batch::within(rows, &[5, 5])?)?;
/// assert_eq!(outcome.value, 2.0);
/// assert_eq!(outcome.gradient(), [-2.0, 2.0]);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Objective<L> {
    distance: Distance,
    loss: L,
    reduce: Reduce,
}

impl<L: RowLoss> Objective<L> {
    /// Puts the three together.
    ///
    /// # Errors
    /// [`Error::NegativeDistance`] if the distance may be negative and the loss has no meaning there,
    /// [`Error::Distance`] if the loss is defined with few distances and this is none of them.
    pub fn new(distance: Distance, loss: L, reduce: Reduce) -> Result<Self, Error> {
        let needs = loss.needs();
        if needs.non_negative && !distance.is_non_negative() {
            return Err(Error::NegativeDistance { given: distance });
        }
        if !needs.distances.is_empty() && !needs.distances.contains(&distance) {
            let wanted = needs.distances;
            return Err(Error::Distance {
                wanted,
                given: distance,
            });
        }
        Ok(Self {
            distance,
            loss,
            reduce,
        })
    }

    /// With the loss as one of the list.
    pub(crate) fn into_any(self) -> Objective<Loss>
    where
        L: Into<Loss>,
    {
        Objective {
            distance: self.distance,
            loss: self.loss.into(),
            reduce: self.reduce,
        }
    }

    /// The distance between embeddings.
    pub fn distance(&self) -> Distance {
        self.distance
    }

    /// What one anchor costs.
    pub fn loss(&self) -> &L {
        &self.loss
    }

    /// From the sum to one number.
    pub fn reduce(&self) -> Reduce {
        self.reduce
    }

    /// Value, gradients and counts, on the current rayon pool; the same bits on any number of threads.
    ///
    /// Time grows with `n m d`, memory above the batch with `(n + m) d` and, for each part of the loss
    /// ([`RowLoss::parts`]: two for the linear contrastive loss, else one), 512 rows of `m` numbers.
    ///
    /// # Errors
    /// [`Error::Groups`] if the loss wants candidates in groups that the batch has not, [`Error::Within`] if
    /// it wants one set of rows with labels per item.
    pub fn evaluate<T: Real>(&self, batch: &Batch<'_, T>) -> Result<Outcome<T>, Error> {
        Ok(self.finish(self.partial(batch)?))
    }

    /// Value and gradient alone, which for all triplets, or all in the window, of a batch [`within`](Batch::within) one set of rows is
    /// twice as fast: every distance then serves both of its rows.
    ///
    /// The gradient is that of [`Outcome::gradient`] up to rounding; the same bits on any number of threads.
    ///
    /// # Errors
    /// As [`evaluate`](Self::evaluate).
    pub fn total<T: Real>(&self, batch: &Batch<'_, T>) -> Result<Total<T>, Error> {
        self.total_in(batch, &mut Workspace::default())
    }

    /// [`total`](Self::total) in memory that is kept from one call to the next.
    ///
    /// # Errors
    /// As [`evaluate`](Self::evaluate).
    pub fn total_in<T: Real>(
        &self,
        batch: &Batch<'_, T>,
        workspace: &mut Workspace<T>,
    ) -> Result<Total<T>, Error> {
        if let Some((window, margin)) = self.loss.window() {
            let settings = symmetric::Settings {
                distance: self.distance,
                window,
                margin: Margin::Hard(margin),
                reduce: self.reduce,
            };
            if let Some(total) = symmetric::total(batch, settings, workspace) {
                return Ok(total);
            }
        }
        self.check(batch)?;
        let both = !(self.loss.is_even() && batch.is_even());
        self.summaries(batch, &mut workspace.tiles);
        let (terms, parts) = tiles::sums(self, batch, both, &mut workspace.tiles);
        let sides = match both {
            true => Sides::of(batch),
            false => Sides::Even,
        };
        let parts = (terms, &*parts);
        Ok(Total::of(
            parts,
            self.reduce,
            sides,
            &mut workspace.gradient,
        ))
    }

    /// Looks up what the loss wants to know of every candidate; if nothing, there is nothing.
    fn summaries<T: Real>(&self, batch: &Batch<'_, T>, scratch: &mut TilesScratch<T>) {
        match self.loss.needs().summaries {
            true => tiles::summaries(self, &batch.exchanged(), scratch),
            false => scratch.summaries.clear(),
        }
    }

    /// Value, gradients and counts by plain loops over every triplet in the type's own arithmetic: the oracle.
    ///
    /// # Errors
    /// As [`evaluate`](Self::evaluate).
    pub fn evaluate_plain<T: Real>(&self, batch: &Batch<'_, T>) -> Result<Outcome<T>, Error> {
        self.check(batch)?;
        let summaries = match self.loss.needs().summaries {
            true => plain::summaries(self, &batch.exchanged()),
            false => Vec::new(),
        };
        Ok(self.finish(plain::partial(self, batch, &summaries)))
    }

    /// Sums that are not yet divided by anything, to be added to those of other shards.
    ///
    /// # Errors
    /// As [`evaluate`](Self::evaluate).
    pub fn partial<T: Real>(&self, batch: &Batch<'_, T>) -> Result<Partial<T>, Error> {
        self.check(batch)?;
        let mut scratch = TilesScratch::default();
        self.summaries(batch, &mut scratch);
        Ok(tiles::partial(self, batch, &mut scratch))
    }

    /// What each anchor costs by itself, `(n,)`: the sum of its terms, not divided by anything. Together they are
    /// [`Terms::sum`](crate::Terms::sum) up to rounding; the largest are the anchors worth looking at.
    ///
    /// ```
    /// use tercet_kernels::{Batch, Contrastive, Distance, Objective, Reduce, Rows};
    /// // The pair at distance 2 costs 1/2 * 2^2 for each of the two; the third row is far from both.
    /// let rows = Rows::new(&[0.0, 2.0, 9.0], 1)?;
    /// let objective = Objective::new(Distance::Euclidean, Contrastive::squared(1.0)?, Reduce::Mean)?;
    /// assert_eq!(objective.costs(&Batch::within(rows, &[5, 5, 6])?)?, [2.0, 2.0, 0.0]);
    /// # Ok::<(), tercet_kernels::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`evaluate`](Self::evaluate).
    pub fn costs<T: Real>(&self, batch: &Batch<'_, T>) -> Result<Vec<f64>, Error> {
        self.check(batch)?;
        let mut scratch = TilesScratch::default();
        self.summaries(batch, &mut scratch);
        Ok(costs::costs(self, batch, &scratch.summaries))
    }

    /// Refuses a batch whose candidates the loss cannot group, or whose positives are not mutual.
    fn check<T: Real>(&self, batch: &Batch<'_, T>) -> Result<(), Error> {
        let needs = self.loss.needs();
        if needs.within {
            batch.check_within()?;
        }
        match needs.groups {
            0 => Ok(()),
            groups => batch.check_groups(groups),
        }
    }

    /// Divides by the counts of all shards.
    ///
    /// # Panics
    /// As [`Partial::finish`], if a caller has emptied its `parts`.
    pub fn finish<T: Real>(&self, partial: Partial<T>) -> Outcome<T> {
        partial.finish(self.reduce)
    }
}
