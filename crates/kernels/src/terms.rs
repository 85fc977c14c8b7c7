//! What was counted while anchors were costed.

use std::ops::AddAssign;

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
    /// `d(sum) / d(number)` of each number that the loss could learn, as the loss has it (a scale or a temperature,
    /// not its logarithm), in the order of [`RowLoss::scalars`](crate::RowLoss::scalars); 0 where there is none.
    pub parameters: [f64; 2],
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.sum += other.sum;
        self.terms += other.terms;
        self.active += other.active;
        self.anchors += other.anchors;
        self.pairs += other.pairs;
        for (sum, more) in self.parameters.iter_mut().zip(other.parameters) {
            *sum += more;
        }
    }
}

impl Count {
    /// Adds `factor` times the slopes in the numbers that the loss could learn.
    pub(crate) fn add_parameters(&self, sums: &mut [f64; 2], factor: f64) {
        for (sum, slope) in sums.iter_mut().zip(self.parameters) {
            *sum += slope * factor;
        }
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
