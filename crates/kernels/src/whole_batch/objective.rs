//! A loss of a whole batch on a distance: value and gradient.

use super::{BatchLoss, Settled, WholeBatchLoss};
use crate::outcome::fit;
use crate::row::RowLoss;
use crate::scan::Scan;
use crate::{
    Batch, Distance, Error, Needs, Objective, Outcome, Real, Reduce, Row, Slopes, Terms, Total,
    Workspace,
};

/// A [`BatchLoss`] on a distance.
///
/// ```
/// use tercet_kernels::{Batch, BatchObjective, Distance, Histogram, Rows};
/// let objective = BatchObjective::new(Distance::Cosine, Histogram::default())?;
/// // The positive pair has similarity 0, the negatives have 0.6 and 0.8: surely those are more alike.
/// let rows = Rows::new(&[1.0, 0.0, 0.0, 1.0, 0.6, 0.8], 2)?;
/// let outcome = objective.evaluate(&Batch::within(rows, &[0, 0, 1])?)?;
/// assert!((outcome.value - 1.0).abs() < 1e-12);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BatchObjective<L> {
    distance: Distance,
    loss: L,
}

/// Sums over some anchors: what machines exchange before any of them knows a slope.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BatchPartial {
    /// As many as [`BatchLoss::sums`]. They may be replaced by sums over machines.
    pub sums: Vec<f64>,
}

impl BatchPartial {
    /// Adds the sums of other anchors.
    ///
    /// # Errors
    /// [`Error::Partial`] if there are not as many.
    pub fn add(&mut self, other: &Self) -> Result<(), Error> {
        fit("sums", self.sums.len(), other.sums.len())?;
        for (sum, more) in self.sums.iter_mut().zip(&other.sums) {
            *sum += more;
        }
        Ok(())
    }
}

impl<L: BatchLoss> BatchObjective<L> {
    /// Puts the two together.
    ///
    /// # Errors
    /// As [`Objective::new`].
    pub fn new(distance: Distance, loss: L) -> Result<Self, Error> {
        let settled = Settled::default();
        slopes(&loss, distance, &settled)?;
        Ok(Self { distance, loss })
    }

    /// With the loss as one of the list.
    pub(crate) fn into_any(self) -> BatchObjective<WholeBatchLoss>
    where
        L: Into<WholeBatchLoss>,
    {
        BatchObjective {
            distance: self.distance,
            loss: self.loss.into(),
        }
    }

    /// The distance between embeddings.
    pub fn distance(&self) -> Distance {
        self.distance
    }

    /// The loss.
    pub fn loss(&self) -> &L {
        &self.loss
    }

    /// Value, gradients and counts, on the current rayon pool; the same bits on any number of threads.
    ///
    /// Time grows with `n m d`, a third more than for an [`Objective`]: distances are made twice. Memory above the batch
    /// grows with `(n + m) d` and 512 rows of `m` numbers.
    ///
    /// # Errors
    /// [`Error::Within`] if the loss wants one set of rows with labels per item.
    pub fn evaluate<T: Real>(&self, batch: &Batch<'_, T>) -> Result<Outcome<T>, Error> {
        self.finish(batch, &self.partial(batch))
    }

    /// Value and gradient alone, in memory that is kept from one call to the next, which within one set of rows is
    /// faster. The gradient is that of [`Outcome::gradient`] up to rounding.
    ///
    /// # Errors
    /// As [`evaluate`](Self::evaluate).
    pub fn total_in<T: Real>(
        &self,
        batch: &Batch<'_, T>,
        workspace: &mut Workspace<T>,
    ) -> Result<Total<T>, Error> {
        let settled = self.loss.settle(&self.partial(batch).sums);
        let mut total = slopes(&self.loss, self.distance, &settled)?.total_in(batch, workspace)?;
        (total.value, total.terms) = (settled.value, settled.terms);
        Ok(total)
    }

    /// Sums over the anchors of a batch, to be added to those of other shards.
    pub fn partial<T: Real>(&self, batch: &Batch<'_, T>) -> BatchPartial {
        let scan = Scan {
            distance: self.distance,
            grades: self.loss.needs().grades,
            summaries: &[],
        };
        let empty = || BatchPartial {
            sums: vec![0.0; self.loss.sums()],
        };
        let tiles = scan.fold(batch, empty, |found, row| {
            self.loss.count(row, &mut found.sums);
        });
        let mut all = empty();
        for tile in tiles {
            all.sums
                .iter_mut()
                .zip(&tile.sums)
                .for_each(|(a, b)| *a += b);
        }
        all
    }

    /// Value and counts of the whole batch, whose sums are given, and what the anchors of this shard of it add to the
    /// gradients: those of the candidates are to be summed over shards.
    ///
    /// # Errors
    /// [`Error::Partial`] for another number of sums, else as [`evaluate`](Self::evaluate).
    pub fn finish<T: Real>(
        &self,
        batch: &Batch<'_, T>,
        all: &BatchPartial,
    ) -> Result<Outcome<T>, Error> {
        fit("sums", self.loss.sums(), all.sums.len())?;
        let settled = self.loss.settle(&all.sums);
        let mut outcome = slopes(&self.loss, self.distance, &settled)?.evaluate(batch)?;
        (outcome.value, outcome.terms) = (settled.value, settled.terms);
        Ok(outcome)
    }
}

/// The slopes of a settled loss, anchor by anchor.
struct Pairs<'s, L> {
    loss: &'s L,
    settled: &'s Settled,
}

fn slopes<'s, L: BatchLoss>(
    loss: &'s L,
    distance: Distance,
    settled: &'s Settled,
) -> Result<Objective<Pairs<'s, L>>, Error> {
    Objective::new(distance, Pairs { loss, settled }, Reduce::Sum)
}

impl<L: BatchLoss> RowLoss for Pairs<'_, L> {
    fn row<T: Real>(&self, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) -> Terms {
        self.loss.slopes(self.settled, row, slopes);
        Terms::default()
    }

    fn needs(&self) -> Needs {
        self.loss.needs()
    }

    fn is_even(&self) -> bool {
        self.loss.is_even()
    }
}
