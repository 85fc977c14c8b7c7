//! What one anchor costs.

use std::ops::{AddAssign, Range};

use xxhash_rust::xxh3::xxh3_64;

use crate::Real;

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
    /// Candidates with the anchor's label, ascending, the anchor itself among them if it is one.
    pub(crate) same: &'a [usize],
    pub(crate) own: Option<usize>,
    pub(crate) anchor: usize,
    pub(crate) key: Key,
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

    /// The candidates with the anchor's label, itself left out, ascending.
    pub fn positives(&self) -> impl Iterator<Item = usize> + use<'a, T> {
        let own = self.own;
        let same = self.same.iter().copied();
        same.filter(move |&index| Some(index) != own)
    }

    /// How many positives there are.
    pub fn positive_count(&self) -> usize {
        self.same.len() - usize::from(self.own.is_some())
    }

    /// The candidates with another label, ascending.
    pub fn negatives(&self) -> impl Iterator<Item = usize> + use<'a, T> {
        self.negative_runs().flatten()
    }

    /// The negatives as ranges of neighbouring indices: few and long if the batch is sorted by label.
    pub fn negative_runs(&self) -> impl Iterator<Item = Range<usize>> + use<'a, T> {
        let starts = std::iter::once(0).chain(self.same.iter().map(|&index| index + 1));
        let ends = self.same.iter().copied();
        let ends = ends.chain(std::iter::once(self.distances.len()));
        starts.zip(ends).map(|(start, end)| start..end)
    }

    /// How many negatives there are.
    pub fn negative_count(&self) -> usize {
        self.distances.len() - self.same.len()
    }

    /// Ordered positive pairs of this anchor, if it has a negative at all; else 0.
    pub fn pairs(&self) -> u64 {
        if self.negative_count() == 0 {
            return 0;
        }
        self.positive_count() as u64
    }

    /// A number in `0..count`, uniform, keyed by (seed, step, anchor, positive). `count` is above 0.
    pub fn draw(&self, positive: usize, count: usize) -> usize {
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
        // The upper half of a 128-bit product maps 64 random bits to a range without a division.
        ((u128::from(xxh3_64(&bytes)) * count as u128) >> 64) as usize
    }
}

/// A loss that sums over anchors: the one thing a new loss implements. Distances in, slopes out.
pub trait RowLoss: Sync {
    /// Costs one anchor: returns what was counted and adds `d(sum) / d(distance)` to `slopes` `(m,)`,
    /// which comes filled with 0. The sum is not yet divided by anything.
    fn row<T: Real>(&self, row: &Row<'_, T>, slopes: &mut [T]) -> Terms;

    /// The same by the plainest loops: the oracle of a loss whose [`row`](Self::row) is clever.
    fn row_plain<T: Real>(&self, row: &Row<'_, T>, slopes: &mut [T]) -> Terms {
        self.row(row, slopes)
    }

    /// How many denominators the loss has.
    fn parts(&self) -> Parts {
        Parts::One
    }

    /// Whether the loss has no meaning on a distance below 0.
    fn needs_non_negative(&self) -> bool {
        false
    }
}

/// How many denominators a loss has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parts {
    /// One for all terms, counted in [`Terms::positive`]; [`Terms::negative`] stays empty.
    One,
    /// One for terms whose slope is on a positive, one for those whose slope is on a negative.
    Two,
}

/// What was counted of one kind of terms.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Count {
    /// Sum of the costs.
    pub sum: f64,
    /// Selected terms.
    pub terms: u64,
    /// Selected terms that cost more than 0.
    pub active: u64,
    /// Anchors with at least one selected term.
    pub anchors: u64,
    /// Ordered positive pairs whose anchor has a negative.
    pub pairs: u64,
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.sum += other.sum;
        self.terms += other.terms;
        self.active += other.active;
        self.anchors += other.anchors;
        self.pairs += other.pairs;
    }
}

/// What was counted, per denominator (see [`Parts`]). Plain sums: counts of shards add up.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Terms {
    /// All terms of a loss with one denominator; those on positives of a loss with two.
    pub positive: Count,
    /// Terms on negatives of a loss with two denominators.
    pub negative: Count,
}

impl Terms {
    /// The count of a loss with one denominator.
    pub fn one(count: Count) -> Self {
        Self {
            positive: count,
            ..Self::default()
        }
    }

    /// Sum of all costs, before any division.
    pub fn sum(&self) -> f64 {
        self.positive.sum + self.negative.sum
    }

    /// Selected terms; 0 means that nothing was there to learn from.
    pub fn terms(&self) -> u64 {
        self.positive.terms + self.negative.terms
    }

    /// Terms that cost more than 0.
    pub fn active(&self) -> u64 {
        self.positive.active + self.negative.active
    }
}

impl AddAssign for Terms {
    fn add_assign(&mut self, other: Self) {
        self.positive += other.positive;
        self.negative += other.negative;
    }
}
