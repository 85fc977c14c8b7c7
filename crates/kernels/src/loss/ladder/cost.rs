//! What one rung costs.

use super::Rung;
use super::items::Item;
use crate::row::Row;
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

    /// The same where either may be no candidate, so that it has no slope.
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
        let (beta, margin) = (rung.beta.get(), T::from_f64(rung.margin.get()));
        let distances = self.distances;
        let mut uppers = uppers.to_vec();
        uppers.sort_unstable_by(|&one, &other| distances[one].total_cmp(&distances[other]));
        let bounds: Vec<T> = uppers.iter().map(|&at| distances[at] + margin).collect();
        let slopes = self.slopes.all();
        let mut ranks = vec![0u64; uppers.len() + 1];
        let (mut sum, mut below, mut active) = (0.0, 0, 0);
        for &lower in lowers {
            let first = bounds.partition_point(|&bound| bound <= distances[lower]);
            ranks[first] += 1;
            let costing = (uppers.len() - first) as f64;
            slopes[lower] -= T::from_f64(beta * costing);
            sum -= costing * distances[lower].to_f64();
        }
        for (rank, &upper) in uppers.iter().enumerate() {
            below += ranks[rank];
            active += below;
            slopes[upper] += T::from_f64(beta * below as f64);
            sum += below as f64 * bounds[rank].to_f64();
        }
        self.count.sum += beta * sum;
        self.count.terms += (uppers.len() * lowers.len()) as u64;
        self.count.active += if beta > 0.0 { active } else { 0 };
    }

    pub(super) fn count(mut self) -> Count {
        self.count.anchors = u64::from(self.count.terms > 0);
        self.count
    }
}
