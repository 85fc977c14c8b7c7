//! Random numbers that are a function of their key: nothing else in this crate draws.
//!
//! The few operations are written out here and do not come from the `rand` crate, whose algorithms
//! may change between versions: a plan pinned today has to stay.

use std::collections::HashMap;

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use xxhash_rust::xxh3::xxh3_64;

/// What a stream of random numbers is for, so that equal seeds and steps do not give equal streams.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    Classes = 1,
    Samples = 2,
    Others = 3,
    Triplets = 4,
    View = 5,
    Rows = 6,
    Positive = 7,
    Negatives = 8,
}

/// xxh3 over the little-endian bytes of the key's parts.
pub(crate) fn key(purpose: Purpose, parts: [u64; 3]) -> u64 {
    let mut bytes = [0; 32];
    let all = [purpose as u64, parts[0], parts[1], parts[2]];
    for (place, part) in bytes.chunks_exact_mut(8).zip(all) {
        place.copy_from_slice(&part.to_le_bytes());
    }
    xxh3_64(&bytes)
}

/// One stream of random numbers.
#[derive(Debug)]
pub(crate) struct Draws(Xoshiro256PlusPlus);

impl Draws {
    pub(crate) fn new(key: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(key))
    }

    /// Uniform in `0..n`; the product's high half (Lemire) is off by less than `n / 2^64`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        let wide = u128::from(self.0.next_u64()) * n as u128;
        (wide >> 64) as usize
    }

    /// Uniform in `0..n`, for totals that pass 64 bits; off by less than `n / 2^128`.
    pub(crate) fn below_wide(&mut self, n: u128) -> u128 {
        let wide = u128::from(self.0.next_u64()) << 64 | u128::from(self.0.next_u64());
        wide % n
    }

    /// Uniform in `[0, 1)`.
    pub(crate) fn unit(&mut self) -> f32 {
        (self.0.next_u64() >> 40) as f32 / (1_u32 << 24) as f32
    }

    /// Uniform in `[low, high)`.
    pub(crate) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// True with this probability.
    pub(crate) fn chance(&mut self, probability: f32) -> bool {
        self.unit() < probability
    }

    /// Fisher and Yates: brings `count` uniform picks without repetition to the front.
    pub(crate) fn pick<T>(&mut self, list: &mut [T], count: usize) {
        for place in 0..count.min(list.len()) {
            let from = place + self.below(list.len() - place);
            list.swap(place, from);
        }
    }

    /// What [`Draws::pick`] brings to the front of the list `0..length`, at most `count` numbers, without the list:
    /// only those that were moved are kept.
    pub(crate) fn pick_places(&mut self, length: usize, count: usize) -> Vec<usize> {
        let mut moved: HashMap<usize, usize> = HashMap::new();
        let mut picked = Vec::with_capacity(count.min(length));
        for place in 0..count.min(length) {
            let from = place + self.below(length - place);
            let here = moved.remove(&place).unwrap_or(place);
            // What stood here goes to where the pick came from; nobody looks at this place again.
            picked.push(match from == place {
                true => here,
                false => moved.insert(from, here).unwrap_or(from),
            });
        }
        picked
    }
}

#[cfg(test)]
mod tests {
    use super::{Draws, Purpose, key};

    #[test]
    fn streams_are_pinned() {
        let key = key(Purpose::View, [1, 2, 3]);
        let mut draws = Draws::new(key);
        let drawn: Vec<usize> = (0..6).map(|_| draws.below(100)).collect();
        // The key is also what Python's xxhash gives for struct.pack("<4Q", 5, 1, 2, 3).
        assert_eq!(key, 187_274_274_205_273_161);
        assert_eq!(drawn, [99, 59, 1, 48, 94, 92]);
    }

    #[test]
    fn a_pick_is_uniform() {
        let mut first = [0; 5];
        for seed in 0..10_000 {
            let mut list = [0, 1, 2, 3, 4];
            Draws::new(key(Purpose::Samples, [seed, 0, 0])).pick(&mut list, 2);
            first[list[1]] += 1;
        }
        assert!(
            first.iter().all(|&count| (1_850..2_150).contains(&count)),
            "{first:?}"
        );
    }

    #[test]
    fn places_are_what_a_pick_of_the_list_brings_to_the_front() {
        for length in [1, 2, 3, 7, 20] {
            for count in 0..25 {
                for seed in 0..40 {
                    let mut list: Vec<usize> = (0..length).collect();
                    Draws::new(seed).pick(&mut list, count);
                    list.truncate(count);
                    let places = Draws::new(seed).pick_places(length, count);
                    assert_eq!(places, list, "{count} of {length}");
                }
            }
        }
    }

    #[test]
    fn the_wide_draw_reaches_both_ends() {
        let mut draws = Draws::new(7);
        let drawn: Vec<u128> = (0..100).map(|_| draws.below_wide(3)).collect();
        assert!([0, 1, 2].iter().all(|value| drawn.contains(value)));
        assert!((0..100).all(|_| draws.below_wide(1 << 100) < 1 << 100));
    }
}
