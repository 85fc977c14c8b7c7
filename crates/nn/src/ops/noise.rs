//! What is dropped: a pure function of a row's key, the place in the network and the feature.

use std::sync::Arc;

/// Dropout of a rate, with a key for every packed row.
///
/// What a row loses depends on its key alone, never on the batch it is in or on threads.
#[derive(Debug, Clone)]
pub(crate) struct Noise {
    /// Share of the numbers that are dropped, in `[0, 1)`.
    pub(crate) rate: f32,
    /// One per packed row.
    pub(crate) keys: Arc<[u64]>,
}

impl Noise {
    /// Numbers whose draw is below it are dropped.
    pub(crate) fn threshold(&self) -> u32 {
        (f64::from(self.rate) * 2f64.powi(32)) as u32
    }

    /// What the numbers that are kept are multiplied by: `1 / (1 - rate)`.
    pub(crate) fn scale(&self) -> f32 {
        1.0 / (1.0 - self.rate)
    }
}

/// A number that looks drawn at random, in 32-bit arithmetic.
///
/// Two rounds of multiplying and shifting (the constants of Murmur's finaliser and of Chris
/// Wellons' `lowbias32`), with half of the key each.
#[inline(always)]
pub(crate) fn kept(key: u64, site: u32, feature: u32) -> u32 {
    let (low, high) = (key as u32, (key >> 32) as u32);
    let mut x = feature.wrapping_mul(0x9e37_79b9) ^ low ^ site.wrapping_mul(0x85eb_ca6b);
    x = (x ^ (x >> 16)).wrapping_mul(0x7feb_352d);
    x = (x ^ (x >> 15)).wrapping_add(high);
    x = (x ^ (x >> 15)).wrapping_mul(0x846c_a68b);
    x ^ (x >> 16)
}
