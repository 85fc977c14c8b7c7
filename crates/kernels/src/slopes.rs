//! Where a loss writes what it found.

use crate::Real;
use crate::threshold_search::Windows;

/// One anchor's slopes `d(sum) / d(distance)`, `(m,)`, all 0 to begin with.
///
/// Few of them are [`add`](Self::add)ed one by one, and the gradient then costs as much as there are;
/// a loss that has one for nearly every candidate writes them into [`all`](Self::all) of them.
#[derive(Debug)]
pub struct Slopes<'s, T> {
    pub(crate) buffer: &'s mut Buffer<T>,
}

/// What [`Slopes`] write into, kept from one anchor to the next.
#[derive(Debug, Default)]
pub(crate) struct Buffer<T> {
    /// 0 where nothing was written.
    pub(crate) numbers: Vec<T>,
    /// Where something was written one by one; places may repeat.
    pub(crate) touched: Vec<usize>,
    /// Whether anything may have been written anywhere.
    pub(crate) whole: bool,
    /// Slopes on distances between a positive and a negative.
    pub(crate) pairs: Vec<(usize, usize, T)>,
    /// Memory for losses to count in.
    pub(crate) scratch: LossScratch<T>,
}

/// Lists that a loss fills anew for every anchor.
#[derive(Debug, Default)]
pub(crate) struct LossScratch<T> {
    /// Positives by distance.
    pub(crate) positives: Vec<(T, u32)>,
    /// The row's distances, infinite where there is no negative.
    pub(crate) negatives: Vec<T>,
    /// Something per positive.
    pub(crate) found: Vec<T>,
    /// Something sorted.
    pub(crate) thresholds: Vec<T>,
    /// One count per candidate.
    pub(crate) counts: Vec<u16>,
    /// The windows of the positives.
    pub(crate) windows: Windows<T>,
    /// In how many windows each level lies.
    pub(crate) cover: Vec<u16>,
    /// How many negatives have at least each level.
    pub(crate) reach: Vec<u32>,
    /// One number per rank of a positive.
    pub(crate) ranks: Vec<i64>,
    /// Where the next candidate of each level goes.
    pub(crate) next: Vec<u32>,
    /// Candidates by level.
    pub(crate) order: Vec<u32>,
    /// The nearest negative of every bin.
    pub(crate) bins: Vec<(T, usize)>,
    /// Slopes of the positives, in their order.
    pub(crate) pulls: Vec<T>,
    /// A sum per positive, in their order.
    pub(crate) sums: Vec<f64>,
    /// What is above a rung of a ladder, by distance.
    pub(crate) uppers: Vec<(T, u32)>,
    /// Distances of what is below.
    pub(crate) lowers: Vec<T>,
    /// Candidates in the order of their places on a ladder.
    pub(crate) items: Vec<usize>,
}

impl<T: Real> Buffer<T> {
    /// All 0, for `m` candidates.
    pub(crate) fn reset(&mut self, m: usize) {
        if self.whole || self.numbers.len() != m {
            self.numbers.clear();
            self.numbers.resize(m, T::ZERO);
        } else {
            for &index in &self.touched {
                self.numbers[index] = T::ZERO;
            }
        }
        self.touched.clear();
        self.pairs.clear();
        self.whole = false;
    }

    pub(crate) fn slopes(&mut self) -> Slopes<'_, T> {
        Slopes { buffer: self }
    }
}

impl<T: Real> Slopes<'_, T> {
    /// How many candidates there are, `m`.
    pub fn len(&self) -> usize {
        self.buffer.numbers.len()
    }

    /// Whether there is no candidate.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds to the slope on the distance to one candidate.
    ///
    /// # Panics
    /// If there is no such candidate.
    #[inline]
    pub fn add(&mut self, candidate: usize, slope: f64) {
        self.buffer.numbers[candidate] += T::from_f64(slope);
        if !self.buffer.whole {
            self.buffer.touched.push(candidate);
        }
    }

    /// All slopes, to be written at will; what was added before is in them.
    pub fn all(&mut self) -> &mut [T] {
        self.buffer.whole = true;
        &mut self.buffer.numbers
    }

    /// Adds to the slope on the distance between two candidates, see [`Row::pair`](crate::Row::pair). Only a loss
    /// whose [`Needs::pairs`](crate::Needs::pairs) says so may.
    #[inline]
    pub fn add_pair(&mut self, positive: usize, negative: usize, slope: f64) {
        let pair = (positive, negative, T::from_f64(slope));
        self.buffer.pairs.push(pair);
    }
}
