//! What a loss of a whole batch is.

use crate::{Distance, Needs, Real, Row, Slopes, Terms};

/// A loss that is a function of sums over all anchors, where a [`RowLoss`](crate::RowLoss) is such a sum itself.
///
/// A batch is gone through twice. First every anchor's pairs are [`count`](Self::count)ed into sums, which add up over
/// shards and machines. Then [`settle`](Self::settle) makes the value of the sums of all, and whatever the
/// [`slopes`](Self::slopes) of each anchor need to know.
pub trait BatchLoss: Sync {
    /// The distance that the loss is defined with.
    const DISTANCE: Distance;

    /// What the loss wants beside distances and labels; summaries and groups are not to be had.
    fn needs(&self) -> Needs {
        Needs::none()
    }

    /// Whether two rows of a set always have the same slope both ways: then half the work will do.
    fn is_even(&self) -> bool {
        false
    }

    /// How many sums there are.
    fn sums(&self) -> usize;

    /// Adds one anchor's pairs to the sums, `(sums,)`.
    fn count<T: Real>(&self, row: &Row<'_, T>, sums: &mut [f64]);

    /// Value and counts, from the sums of the whole batch.
    fn settle(&self, sums: &[f64]) -> Settled;

    /// Writes `d(value) / d(distance)` of one anchor's pairs into `slopes` `(m,)`.
    fn slopes<T: Real>(&self, settled: &Settled, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>);
}

/// What a [`BatchLoss`] makes of the sums of a whole batch.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settled {
    /// The loss.
    pub value: f64,
    /// What was counted.
    pub terms: Terms,
    /// Whatever slopes are made of.
    pub numbers: Vec<f64>,
}
