//! What one rung costs.

use super::Rung;
use super::items::Item;
use crate::row::Row;
use crate::slopes::LossScratch;
use crate::threshold_search::Side;
use crate::{Count, Real, Slopes};

/// Costs pairs of one anchor, rung by rung.
pub(super) struct Tally<'t, 's, T> {
    pub(super) distances: &'t [T],
    pub(super) slopes: &'t mut Slopes<'s, T>,
    count: Count,
}

impl<'t, 's, T: Real> Tally<'t, 's, T> {
    pub(super) fn new(row: &Row<'t, T>, slopes: &'t mut Slopes<'s, T>) -> Self {
        Self {
            distances: row.distances,
            slopes,
            count: Count {
                pairs: row.pairs(),
                ..Count::default()
            },
        }
    }

    /// `b [d_upper - d_lower + m]+` of two items.
    pub(super) fn pair(&mut self, rung: &Rung, upper: Item<T>, lower: Item<T>) {
        let at = |item: Item<T>| (item.0, Some(item.1));
        self.between(rung, at(upper), at(lower));
    }

    /// [`pair`](Self::pair) where either may be no candidate, so that it has no slope.
    pub(super) fn between(
        &mut self,
        rung: &Rung,
        upper: (T, Option<usize>),
        lower: (T, Option<usize>),
    ) {
        self.count.terms += 1;
        let threshold = upper.0 + T::from_f64(rung.margin.get());
        if lower.0 >= threshold {
            return;
        }
        let beta = rung.beta.get();
        self.count.sum += beta * (threshold.to_f64() - lower.0.to_f64());
        self.count.active += u64::from(beta > 0.0);
        if let Some(upper) = upper.1 {
            self.slopes.add(upper, beta);
        }
        if let Some(lower) = lower.1 {
            self.slopes.add(lower, -beta);
        }
    }

    /// All pairs by plain loops.
    pub(super) fn each(&mut self, rung: &Rung, uppers: &[usize], lowers: &[usize]) {
        for &upper in uppers {
            for &lower in lowers {
                let (above, below) = (self.distances[upper], self.distances[lower]);
                self.pair(rung, (above, upper), (below, lower));
            }
        }
    }

    /// All pairs by counting, as [`counting`](crate::loss::counting) does: a search among the sorted
    /// `d_upper + m` per lower item.
    pub(super) fn all(&mut self, rung: &Rung, uppers: &[usize], lowers: &[usize]) {
        let distances = self.distances;
        let scratch = &mut self.slopes.buffer.scratch;
        scratch.lowers.clear();
        scratch
            .lowers
            .extend(lowers.iter().map(|&lower| distances[lower]));
        scratch.counts.resize(lowers.len(), 0);
        // Counts are kept in 16 bits.
        for uppers in uppers.chunks(usize::from(u16::MAX)) {
            self.against(rung, uppers, lowers);
        }
        self.count.terms += (uppers.len() * lowers.len()) as u64;
    }

    /// All pairs of some upper items with the lower ones, whose distances are in place.
    fn against(&mut self, rung: &Rung, uppers: &[usize], lowers: &[usize]) {
        let (beta, margin) = (rung.beta.get(), T::from_f64(rung.margin.get()));
        let slopes = &mut self.slopes.buffer.numbers;
        self.slopes.buffer.whole = true;
        let scratch = &mut self.slopes.buffer.scratch;
        scratch.sort_uppers(uppers, self.distances);
        scratch.thresholds.clear();
        let bounds = scratch
            .uppers
            .iter()
            .map(|&(distance, _)| distance + margin);
        scratch.thresholds.extend(bounds);
        T::above(
            &scratch.thresholds,
            Side::Above,
            &scratch.lowers,
            &mut scratch.counts,
        );
        scratch.ranks.clear();
        scratch.ranks.resize(uppers.len() + 1, 0);
        let mut sum = 0.0;
        for ((&lower, &count), &distance) in lowers.iter().zip(&scratch.counts).zip(&scratch.lowers)
        {
            let costing = f64::from(count);
            scratch.ranks[uppers.len() - usize::from(count)] += 1;
            slopes[lower] -= T::from_f64(beta * costing);
            sum -= costing * distance.to_f64();
        }
        let (mut below, mut active) = (0, 0);
        let each = scratch.uppers.iter().zip(&scratch.thresholds);
        for ((&(_, upper), bound), rank) in each.zip(&scratch.ranks) {
            below += rank;
            active += below as u64;
            slopes[upper as usize] += T::from_f64(beta * below as f64);
            sum += below as f64 * bound.to_f64();
        }
        self.count.sum += beta * sum;
        self.count.active += if beta > 0.0 { active } else { 0 };
    }

    pub(super) fn count(mut self) -> Count {
        self.count.anchors = u64::from(self.count.terms > 0);
        self.count
    }
}

impl<T: Real> LossScratch<T> {
    /// The upper items by distance, then by index.
    fn sort_uppers(&mut self, uppers: &[usize], distances: &[T]) {
        self.uppers.clear();
        let each = uppers.iter().map(|&upper| (distances[upper], upper as u32));
        self.uppers.extend(each);
        self.uppers
            .sort_unstable_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
    }
}
