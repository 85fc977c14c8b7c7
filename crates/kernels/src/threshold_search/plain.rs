//! The definition, and what is fast without special instructions.

use crate::Real;
use crate::simd::vectorized;

/// Which thresholds count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(
    unreachable_pub,
    reason = "the sealed part of a public trait speaks of it"
)]
pub enum Side {
    /// Those above the distance.
    Above,
    /// Those above or equal to it.
    From,
}

/// Up to this many thresholds, comparing with all of them beats a search.
const FEW: usize = 32;

/// For every distance the number of thresholds on one side of it. The thresholds are sorted, at most
/// 65,535.
pub(crate) fn above<T: Real>(thresholds: &[T], side: Side, distances: &[T], counts: &mut [u16]) {
    if thresholds.len() <= FEW {
        vectorized(
            #[inline(always)]
            || match side {
                Side::Above => compare(thresholds, distances, counts, |t, d| t > d),
                Side::From => compare(thresholds, distances, counts, |t, d| t >= d),
            },
        );
        return;
    }
    for (count, &distance) in counts.iter_mut().zip(distances) {
        let below = match side {
            Side::Above => thresholds.partition_point(|&threshold| threshold <= distance),
            Side::From => thresholds.partition_point(|&threshold| threshold < distance),
        };
        *count = (thresholds.len() - below) as u16;
    }
}

#[inline(always)]
fn compare<T: Real>(
    thresholds: &[T],
    distances: &[T],
    counts: &mut [u16],
    counts_it: impl Fn(T, T) -> bool,
) {
    /// Distances that stay in registers while the thresholds go by.
    const BLOCK: usize = 64;
    for (distances, counts) in distances.chunks(BLOCK).zip(counts.chunks_mut(BLOCK)) {
        counts.fill(0);
        for &threshold in thresholds {
            for (count, &distance) in counts.iter_mut().zip(distances) {
                *count += u16::from(counts_it(threshold, distance));
            }
        }
    }
}
