//! What dropout drops: a pure function of names, never of a generator's state.
//!
//! A number is known by its row's key, the place in the network (its site) and its feature, so a mask is
//! the same in any chunk of the batch, on any thread and when it is asked for again.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::Sequences;

/// Dropout of one training step.
///
/// What is dropped is a pure function of `seed`, `step`, a sentence's slot in the batch, the token's
/// position in the sentence, the place in the network and the feature.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Dropout {
    /// Seed of the run.
    pub seed: u64,
    /// Step of the run.
    pub step: u64,
    /// Share that is dropped, in `[0, 1)`, everywhere; `None`: as the model's configuration says.
    pub rate: Option<f32>,
}

/// Dropout of one pass: what is dropped is a pure function of (row key, site, feature).
#[derive(Debug, Clone)]
pub(crate) struct Noise {
    /// Share that is dropped, in `[0, 1)`; the rest is scaled by `1 / (1 - rate)`.
    pub(crate) rate: f32,
    /// One per packed row: a hash of (seed, step, slot in the batch, position in the sentence).
    pub(crate) keys: Arc<[u64]>,
}

impl Noise {
    /// The keys of packed rows; `slots` has one number per sequence.
    pub(crate) fn keys(dropout: &Dropout, slots: &[u64], sequences: &Sequences) -> Arc<[u64]> {
        let sentences = sequences.ranges().zip(slots);
        sentences
            .flat_map(|(range, &slot)| (0..range.len() as u64).map(move |at| (slot, at)))
            .map(|(slot, at)| key([dropout.seed, dropout.step, slot, at]))
            .collect()
    }

    /// What is dropped: hashes below this.
    pub(crate) fn threshold(&self) -> u32 {
        (f64::from(self.rate) * 2.0_f64.powi(32)) as u32
    }

    /// What the rest is multiplied by.
    pub(crate) fn scale(&self) -> f32 {
        1.0 / (1.0 - self.rate)
    }

    /// The factor of one number: 0 or [`Self::scale`].
    pub(crate) fn factor(&self, row: usize, site: u32, feature: u32) -> f32 {
        if kept(self.keys[row], site, feature) < self.threshold() {
            0.0
        } else {
            self.scale()
        }
    }
}

fn key(names: [u64; 4]) -> u64 {
    let bytes: Vec<u8> = names.iter().flat_map(|name| name.to_le_bytes()).collect();
    xxh3_64(&bytes)
}

/// A hash, uniform over 32 bits, of one number's names; the number is kept if it is at least
/// [`Noise::threshold`].
///
/// `mix(at(key, site), feature)`: the first half is once per row, the second once per number. Attention's
/// feature is `head << 20 | key position`.
pub(crate) fn kept(key: u64, site: u32, feature: u32) -> u32 {
    mix(at(key, site), feature)
}

/// A row's key at one site: the finaliser of SplitMix64 (Steele et al. 2014, doi:10.1145/2660193.2660195)
/// on `key + (site + 1) * 0x9e3779b97f4a7c15`.
pub(crate) fn at(key: u64, site: u32) -> u64 {
    let step = (u64::from(site) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut z = key.wrapping_add(step);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// One feature's hash: 32-bit operations only, so that wide instructions do many at a time.
///
/// Wellons's `lowbias32` on `low half + feature * 0x9e3779b9`, with the high half put in between its two
/// rounds: rows whose low halves are near each other do not see each other's masks.
#[inline(always)]
pub(crate) fn mix(at: u64, feature: u32) -> u32 {
    let (low, high) = (at as u32, (at >> 32) as u32);
    let mut h = low.wrapping_add(feature.wrapping_mul(0x9e37_79b9));
    h = (h ^ (h >> 16)).wrapping_mul(0x7feb_352d) ^ high;
    h = (h ^ (h >> 15)).wrapping_mul(0x846c_a68b);
    h ^ (h >> 16)
}

#[cfg(test)]
mod tests {
    use super::{Dropout, Noise, Sequences, kept};

    fn noise(rate: f32, lengths: &[usize], slots: &[u64]) -> Noise {
        let dropout = Dropout {
            seed: 1,
            step: 2,
            rate: Some(rate),
        };
        let keys = Noise::keys(&dropout, slots, &Sequences::new(lengths));
        Noise { rate, keys }
    }

    #[test]
    fn is_pinned() {
        let all = [
            (0, 0, 0),
            (1, 0, 0),
            (1, 1, 0),
            (1, 1, 1),
            (u64::MAX, 7, 3 << 20 | 5),
        ];
        let hashes = all.map(|(key, site, feature)| kept(key, site, feature));
        // The same in Python's integers.
        let pinned = [
            0xab3c_6f47,
            0xe263_12f7,
            0xbdc8_593d,
            0x5029_dd46,
            0x8f7d_8cce,
        ];
        assert_eq!(hashes, pinned);
        let keys = [
            0xc126_9ea1_b434_62ea,
            0xe515_a48d_cd33_57f1,
            0xf139_73f8_8b86_acda,
        ];
        assert_eq!(noise(0.1, &[1, 2], &[0, 5]).keys.as_ref(), keys);
    }

    #[test]
    fn a_mask_does_not_depend_on_what_else_is_in_the_batch() {
        let together = noise(0.1, &[2, 3, 1], &[0, 1, 2]);
        let alone = noise(0.1, &[3], &[1]);
        assert_eq!(together.keys[2..5], alone.keys[..]);
    }

    #[test]
    fn drops_its_share_everywhere() {
        let noise = noise(0.1, &[200], &[3]);
        for site in 0..4 {
            let masks = (0..200).map(|row| (0..256).map(move |feature| (row, feature)));
            let dropped = masks
                .flatten()
                .filter(|&(row, feature)| noise.factor(row, site, feature) == 0.0)
                .count() as f64;
            // 51,200 draws: five standard deviations of a share of 0.1.
            assert!((dropped / 51_200.0 - 0.1).abs() < 5.0 * (0.09_f64 / 51_200.0).sqrt());
        }
    }

    #[test]
    fn neighbours_are_independent() {
        let noise = noise(0.5, &[300], &[3]);
        let drop = |row, site, feature| noise.factor(row, site, feature) == 0.0;
        for (rows, sites, features) in [(1, 0, 0), (0, 1, 0), (0, 0, 1)] {
            let both = (0..200_usize)
                .flat_map(|row| (0..256_u32).map(move |feature| (row, feature)))
                .filter(|&(row, feature)| {
                    drop(row, 0, feature) == drop(row + rows, sites, feature + features)
                })
                .count() as f64;
            assert!((both / 51_200.0 - 0.5).abs() < 5.0 * (0.25_f64 / 51_200.0).sqrt());
        }
    }
}
