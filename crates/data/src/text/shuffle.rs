use crate::draws::{Purpose, key};

/// Rounds of the network; four are enough for a random one (Luby and Rackoff, SIAM J. Comput. 17,
/// 1988, doi:10.1137/0217022).
const ROUNDS: u64 = 6;

/// Halves of fewer bits reach too few permutations.
const LEAST: u32 = 4;

/// A shuffle of `0..n` of which any place can be asked for, without a list of `n` numbers.
///
/// A balanced Feistel network permutes the numbers of `2 half` bits; a number that falls outside
/// `0..n` is sent through again until it is inside (cycle walking: Black and Rogaway, Ciphers with
/// Arbitrary Finite Domains, 2002, doi:10.1007/3-540-45760-7_9), at most `4` times on average where
/// `n` is above 64.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shuffle {
    n: u64,
    half: u32,
    key: u64,
}

impl Shuffle {
    /// The shuffle of `0..n` under a key; `n` is at least 1.
    pub(super) fn new(n: usize, key: u64) -> Self {
        let n = n as u64;
        let bits = u64::BITS - (n - 1).leading_zeros();
        let half = bits.div_ceil(2).max(LEAST);
        Self { n, half, key }
    }

    /// What stands at a place below `n`.
    pub(super) fn at(&self, place: usize) -> usize {
        let mut number = self.permute(place as u64);
        while number >= self.n {
            number = self.permute(number);
        }
        number as usize
    }

    fn permute(&self, number: u64) -> u64 {
        let mask = (1 << self.half) - 1;
        let (mut left, mut right) = (number >> self.half, number & mask);
        for round in 0..ROUNDS {
            let mixed = left ^ key(Purpose::Rows, [self.key, round, right]) & mask;
            (left, right) = (right, mixed);
        }
        left << self.half | right
    }
}

#[cfg(test)]
mod tests {
    use super::Shuffle;

    #[test]
    fn every_number_once() {
        for n in [1, 2, 3, 5, 16, 17, 255, 256, 257, 5_000] {
            for key in 0..3 {
                let shuffle = Shuffle::new(n, key);
                let mut seen: Vec<usize> = (0..n).map(|place| shuffle.at(place)).collect();
                seen.sort_unstable();
                assert!(seen.into_iter().eq(0..n), "{n}");
            }
        }
    }

    #[test]
    fn all_orders_of_four_are_as_likely() {
        let mut orders = std::collections::HashMap::new();
        for key in 0..24_000 {
            let shuffle = Shuffle::new(4, key);
            let order: Vec<usize> = (0..4).map(|place| shuffle.at(place)).collect();
            *orders.entry(order).or_insert(0) += 1;
        }
        assert_eq!(orders.len(), 24);
        let fair = |&count: &i32| (850..1_150).contains(&count);
        assert!(orders.values().all(fair), "{orders:?}");
    }

    #[test]
    fn neighbours_are_torn_apart() {
        let shuffle = Shuffle::new(1 << 40, 7);
        let near =
            (0..1_000).filter(|&place| shuffle.at(place).abs_diff(shuffle.at(place + 1)) < 1 << 30);
        assert!(near.count() < 10);
        assert_eq!(shuffle.at(0), 157_298_267_861);
    }
}
