//! How sure a share of hits is when the queries of one class succeed and fail together.

use std::iter::Sum;

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

use crate::interval::Interval;

/// How often the classes are drawn anew. Even, and `SAMPLES / 40` is the 2.5 % on either side.
const SAMPLES: usize = 1000;

/// The key of the draws: the interval is a function of the hits alone.
const KEY: u64 = 0x7465_7263_6574;

/// Hits among tries; a graded try is a part of a hit.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Tally {
    pub(crate) hits: f64,
    pub(crate) tries: usize,
}

impl Tally {
    /// Counts one try: hit or not, or what it is worth in `[0, 1]`.
    pub(crate) fn count(&mut self, hit: impl Into<f64>) {
        self.hits += hit.into();
        self.tries += 1;
    }

    /// The share of hits; 0 without tries.
    pub(crate) fn share(self) -> f64 {
        self.hits / self.tries.max(1) as f64
    }

    fn add(&mut self, other: Tally) {
        self.hits += other.hits;
        self.tries += other.tries;
    }
}

impl Sum for Tally {
    fn sum<I: Iterator<Item = Tally>>(tallies: I) -> Self {
        let mut sum = Self::default();
        tallies.for_each(|tally| sum.add(tally));
        sum
    }
}

/// A uniform index below `len`, by multiplication: off from uniform by less than `len / 2^64`.
pub(crate) fn below(random: &mut Xoshiro256PlusPlus, len: usize) -> usize {
    ((u128::from(random.next_u64()) * len as u128) >> 64) as usize
}

/// The mean over strata of the share of hits in each, those without tries left out.
pub(crate) fn mean_share<'a>(classes: impl Iterator<Item = &'a Vec<Tally>>) -> f64 {
    let mut strata: Vec<Tally> = Vec::new();
    for class in classes {
        strata.resize(class.len(), Tally::default());
        strata
            .iter_mut()
            .zip(class)
            .for_each(|(sum, &one)| sum.add(one));
    }
    strata.retain(|tally| tally.tries > 0);
    let shares: Vec<f64> = strata.into_iter().map(Tally::share).collect();
    shares.iter().sum::<f64>() / shares.len().max(1) as f64
}

/// The 95 % percentile interval of [`mean_share`] over classes drawn with replacement; `classes`
/// holds one tally per stratum for each class and is not empty.
///
/// Queries of one class are not independent (they share their candidates), so classes are drawn,
/// not queries: the cluster bootstrap (Efron and Tibshirani, An Introduction to the Bootstrap,
/// 1993, chapters 8 and 13).
pub(crate) fn interval(classes: &[Vec<Tally>]) -> Interval {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(KEY);
    let mut shares: Vec<f64> = (0..SAMPLES)
        .map(|_| {
            mean_share((0..classes.len()).map(|_| &classes[below(&mut random, classes.len())]))
        })
        .collect();
    shares.sort_unstable_by(f64::total_cmp);
    Interval {
        low: shares[SAMPLES / 40 - 1],
        high: shares[SAMPLES - SAMPLES / 40],
    }
}

#[cfg(test)]
mod tests {
    use super::{Tally, interval, mean_share};

    fn classes(hits: &[usize], tries: usize) -> Vec<Vec<Tally>> {
        hits.iter()
            .map(|&hits| {
                let hits = hits as f64;
                vec![Tally { hits, tries }]
            })
            .collect()
    }

    #[test]
    fn strata_weigh_the_same() {
        let (few, many) = (
            Tally {
                hits: 1.0,
                tries: 1,
            },
            Tally {
                hits: 0.0,
                tries: 9,
            },
        );
        let none = Tally::default();
        assert_eq!(mean_share([vec![few, many, none]].iter()), 0.5);
    }

    #[test]
    fn agrees_with_the_normal_approximation_for_many_classes() {
        let hits: Vec<usize> = (0..400).map(|class| usize::from(class % 4 == 0)).collect();
        let found = interval(&classes(&hits, 1));
        let half = 1.96 * (0.25f64 * 0.75 / 400.0).sqrt();
        assert!((found.low - (0.25 - half)).abs() < 0.01, "{found:?}");
        assert!((found.high - (0.25 + half)).abs() < 0.01, "{found:?}");
    }

    #[test]
    fn is_wider_where_a_class_fails_as_one() {
        let together = interval(&classes(&[8, 8, 8, 8, 0, 0, 0, 0], 8));
        let apart = interval(&classes(&[4; 8], 8));
        assert_eq!((apart.low, apart.high), (0.5, 0.5));
        assert!(together.high - together.low > 0.4);
    }
}
