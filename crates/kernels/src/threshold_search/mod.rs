//! How many of some sorted thresholds lie above each distance of a row.
//!
//! The one search behind the counting of triplets. `plain` is its definition and works everywhere;
//! `avx512` keeps the thresholds in registers as a search tree.

#[cfg(target_arch = "x86_64")]
mod avx512;
mod nearest;
#[cfg(target_arch = "x86_64")]
mod nearest_avx512;
mod plain;
mod sort;
mod windows;

pub(crate) use nearest::{nearest, nearest_f32, place};
pub(crate) use plain::{Side, above as above_plain};
pub(crate) use sort::{least_f32, least_plain, sort_f32, sort_plain};
pub(crate) use windows::{Window, Windows, nth, order, reach, sum_up, times};

/// How a list of thresholds is laid out for many searches.
///
/// Every list of a set has the same `size`, a power of two above the longest; what is left is infinite.
pub(crate) fn size(longest: usize) -> usize {
    (longest + 1).next_power_of_two().max(4)
}

/// Up to this many thresholds, one pass over a row for each beats what takes a step for each distance.
pub(crate) const FEW: usize = 16;

/// The most thresholds of a list that is laid out.
pub(crate) const MOST: usize = 511;

/// Lays sorted thresholds out.
pub(crate) fn lay_f32(sorted: &[f32], out: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    if avx512::lay(sorted, out) {
        return;
    }
    lay_plain(sorted, out);
}

/// Lays sorted thresholds out in the order that needs no special instructions: their own.
pub(crate) fn lay_plain<T: crate::Real>(sorted: &[T], out: &mut [T]) {
    out.fill(T::INFINITY);
    out[..sorted.len()].copy_from_slice(sorted);
}

/// [`above_f32`] for `few` thresholds that are laid out.
pub(crate) fn above_laid_f32(
    (laid, few): (&[f32], usize),
    side: Side,
    distances: &[f32],
    counts: &mut [u16],
) {
    #[cfg(target_arch = "x86_64")]
    if avx512::above_laid((laid, few), side, distances, counts) {
        return;
    }
    above_plain(&laid[..few], side, distances, counts);
}

/// [`above_plain`] for `few` thresholds that [`lay_plain`] has laid out.
pub(crate) fn above_laid_plain<T: crate::Real>(
    (laid, few): (&[T], usize),
    side: Side,
    distances: &[T],
    counts: &mut [u16],
) {
    above_plain(&laid[..few], side, distances, counts);
}

/// [`above_plain`] for `f32`, by the fastest way that the processor has.
pub(crate) fn above_f32(thresholds: &[f32], side: Side, distances: &[f32], counts: &mut [u16]) {
    #[cfg(target_arch = "x86_64")]
    if thresholds.len() > 1 && avx512::above(thresholds, side, distances, counts) {
        return;
    }
    above_plain(thresholds, side, distances, counts);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Multiples of 1/4, so that ties are common; lengths around every power of two.
        #[test]
        fn fast_is_plain(
            thresholds in prop::collection::vec(-40i8..40, 0..600),
            distances in prop::collection::vec(-45i8..45, 0..200),
        ) {
            let wide = |numbers: &[i8]| -> Vec<f32> {
                numbers.iter().map(|&x| f32::from(x) / 4.0).collect()
            };
            let mut thresholds = wide(&thresholds);
            thresholds.sort_unstable_by(f32::total_cmp);
            let mut distances = wide(&distances);
            distances.push(f32::INFINITY);
            for side in [Side::Above, Side::From] {
                let mut fast = vec![0; distances.len()];
                above_f32(&thresholds, side, &distances, &mut fast);
                let mut plain = vec![7; distances.len()];
                above_plain(&thresholds, side, &distances, &mut plain);
                prop_assert_eq!(&fast, &plain);
                for (count, distance) in plain.iter().zip(&distances) {
                    let wanted = thresholds.iter().filter(|&t| match side {
                        Side::Above => t > distance,
                        Side::From => t >= distance,
                    });
                    prop_assert_eq!(usize::from(*count), wanted.count());
                }
                if thresholds.len() <= MOST {
                    let (few, mut laid) = (thresholds.len(), vec![0.0; size(thresholds.len())]);
                    lay_f32(&thresholds, &mut laid);
                    above_laid_f32((&laid, few), side, &distances, &mut fast);
                    prop_assert_eq!(&fast, &plain);
                    lay_plain(&thresholds, &mut laid);
                    fast.fill(9);
                    above_laid_plain((&laid, few), side, &distances, &mut fast);
                    prop_assert_eq!(&fast, &plain);
                }
            }
        }
    }
}
