//! What one anchor sees, and what it costs.

use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64;

use crate::labels::{Related, gaps};
use crate::scalar::{Scalar, exactly};
use crate::threshold_search::Window;
use crate::{
    Distance, Error, Margin, Needs, NonNegative, Parts, Real, Reduce, Rows, Slopes, Terms,
};

/// The key of random selections.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Key {
    pub(crate) seed: u64,
    pub(crate) step: u64,
}

/// One anchor's view: its distances `(m,)`, its positives (itself left out), its negatives.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a, T> {
    pub(crate) distances: &'a [T],
    pub(crate) related: &'a Related,
    pub(crate) own: Option<usize>,
    pub(crate) anchor: usize,
    pub(crate) key: Key,
    /// One per candidate if the loss asked for them, else none.
    pub(crate) summaries: &'a [[f64; 2]],
    /// The candidates and the distance, for distances that are no anchor's.
    pub(crate) candidates: Rows<'a, T>,
    pub(crate) distance: Distance,
}

impl<'a, T: Real> Row<'a, T> {
    /// The distances to all candidates, `(m,)`; the anchor's own place holds its distance to itself.
    pub fn distances(&self) -> &'a [T] {
        self.distances
    }

    /// The anchor's place among all rows.
    pub fn anchor(&self) -> usize {
        self.anchor
    }

    /// The anchor's place among the candidates, if it is one of them.
    pub fn own(&self) -> Option<usize> {
        self.own
    }

    /// The candidates that are positives, itself left out, ascending.
    pub fn positives(&self) -> impl Iterator<Item = usize> + Clone + use<'a, T> {
        self.related.positives.iter().copied()
    }

    /// How many positives there are.
    pub fn positive_count(&self) -> usize {
        self.related.positives.len()
    }

    /// The negatives, ascending: neither a positive, nor the anchor itself, nor known to be either.
    pub fn negatives(&self) -> impl Iterator<Item = usize> + Clone + use<'a, T> {
        self.negative_runs().flatten()
    }

    /// The negatives as ranges of neighbouring indices: few and long if the batch is sorted by label.
    pub fn negative_runs(&self) -> impl Iterator<Item = Range<usize>> + Clone + use<'a, T> {
        gaps(&self.related.rest, self.distances.len())
    }

    /// All that are no negatives, ascending: positives, the anchor itself, masked duplicates.
    pub fn rest(&self) -> &'a [usize] {
        &self.related.rest
    }

    /// How many negatives there are.
    pub fn negative_count(&self) -> usize {
        self.distances.len() - self.related.rest.len()
    }

    /// Ordered positive pairs of this anchor, if it has a negative at all; else 0.
    pub fn pairs(&self) -> u64 {
        if self.negative_count() == 0 {
            return 0;
        }
        self.positive_count() as u64
    }

    /// How relevant every candidate is, in `[0, 1]`, `(m,)`. Empty unless [`Needs::grades`].
    pub fn grades(&self) -> &'a [f32] {
        &self.related.grades
    }

    /// The [`RowLoss::summary`] of every candidate, `(m,)`. Empty unless [`Needs::summaries`].
    pub fn summaries(&self) -> &'a [[f64; 2]] {
        self.summaries
    }

    /// The distance between two candidates, computed now by plain loops.
    pub fn pair(&self, one: usize, other: usize) -> T {
        let (one, other) = (self.candidates.row(one), self.candidates.row(other));
        self.distance.between(one, other)
    }

    /// A number in `0..count`, uniform, keyed by (seed, step, anchor, positive). `count` is above 0.
    pub fn draw(&self, positive: usize, count: usize) -> usize {
        // The upper half of a 128-bit product maps 64 random bits to a range without a division.
        ((u128::from(self.bits(positive)) * count as u128) >> 64) as usize
    }

    /// A number in `[0, 1)`, uniform, keyed as [`draw`](Self::draw).
    pub fn uniform(&self, positive: usize) -> f64 {
        (self.bits(positive) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn bits(&self, positive: usize) -> u64 {
        let words = [
            self.key.seed,
            self.key.step,
            self.anchor as u64,
            positive as u64,
        ];
        let mut bytes = [0; 32];
        for (place, word) in bytes.chunks_exact_mut(8).zip(words) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        xxh3_64(&bytes)
    }
}

/// A loss that sums over anchors: the one thing a new loss implements. Distances in, slopes out.
pub trait RowLoss: Sync {
    /// The distance that the loss is defined with.
    const DISTANCE: Distance = Distance::SquaredEuclidean;
    /// The reduction that the loss is defined with.
    const REDUCE: Reduce = Reduce::Mean;

    /// Costs one anchor: returns what was counted and writes `d(sum) / d(distance)` into `slopes` `(m,)`.
    /// The sum is not yet divided by anything.
    fn row<T: Real>(&self, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) -> Terms;

    /// Costs one anchor by the plainest loops: the oracle of a loss whose [`row`](Self::row) is clever.
    fn row_plain<T: Real>(&self, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) -> Terms {
        self.row(row, slopes)
    }

    /// What the loss wants to know beside distances and labels.
    fn needs(&self) -> Needs {
        Needs::default()
    }

    /// The window and the margin, if the loss is the triplet loss over all triplets of a window under a hard one:
    /// there is a way of its own for that.
    #[doc(hidden)]
    fn window(&self) -> Option<(Window, NonNegative)> {
        None
    }

    /// Whether two rows of a set always cost as much one way as the other, and with the same slope: then
    /// half the work will do.
    #[doc(hidden)]
    fn is_even(&self) -> bool {
        false
    }

    /// How many denominators the loss has.
    fn parts(&self) -> Parts {
        Parts::One
    }

    /// By how much a negative should be farther than a positive, in units of the distance, by which triplets are
    /// called hard, semi-hard or easy; `None` where the loss has no such number (circle's and proxy-anchor's are
    /// thresholds of one similarity, arc-face's is an angle).
    ///
    /// ```
    /// use tercet_kernels::{Loss, Margin, RowLoss};
    /// assert_eq!(Loss::named("ladder")?.margin(), Some(Margin::hard(0.2)?));
    /// assert_eq!(Loss::named("margin")?.margin(), Some(Margin::hard(0.4)?));
    /// assert_eq!(Loss::named("circle")?.margin(), None);
    /// # Ok::<(), tercet_kernels::Error>(())
    /// ```
    fn margin(&self) -> Option<Margin> {
        None
    }

    /// The loss with semi-hard negatives, where it mines the hardest: what a run that collapses can go on with.
    /// `None` where there is nothing to soften.
    fn softened(&self) -> Option<Self>
    where
        Self: Sized,
    {
        None
    }

    /// The numbers that it could learn, two at most, in the form in which they are learnt.
    fn scalars(&self) -> Vec<Scalar> {
        Vec::new()
    }

    /// The loss with other values of its [`scalars`](Self::scalars), in their order.
    ///
    /// # Errors
    /// [`Error::Length`] unless there are as many, [`Error::Number`] for one outside its range.
    fn with_scalars(&self, scalars: &[f64]) -> Result<Self, Error>
    where
        Self: Sized + Clone,
    {
        exactly::<0>(scalars)?;
        Ok(self.clone())
    }

    /// The gradient with respect to the [`scalars`](Self::scalars), from what was counted: `counted` is
    /// [`Count::parameters`](crate::Count::parameters) or [`Total::parameters`](crate::Total::parameters), whose
    /// numbers are the loss's own (a scale, where its logarithm is learnt).
    ///
    /// ```
    /// use tercet_kernels::{NtXent, RowLoss};
    /// // d/d(ln(1 / t)) = -t d/dt.
    /// assert_eq!(NtXent::new(0.5)?.scalar_gradient([3.0, 0.0]), [-1.5, 0.0]);
    /// # Ok::<(), tercet_kernels::Error>(())
    /// ```
    fn scalar_gradient(&self, counted: [f64; 2]) -> [f64; 2] {
        counted
    }

    /// Two numbers about a candidate, from the row it has as an anchor among the anchors; asked for all
    /// candidates before any [`row`](Self::row), if [`Needs::summaries`].
    fn summary<T: Real>(&self, row: &Row<'_, T>) -> [f64; 2] {
        let _ = row;
        [0.0; 2]
    }
}
