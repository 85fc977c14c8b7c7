//! How many of some sorted thresholds lie above each distance of a row.
//!
//! The one search behind the counting of triplets. `plain` is its definition and works everywhere;
//! `avx512` keeps the thresholds in registers as a search tree.

#[cfg(target_arch = "x86_64")]
mod avx512;
mod plain;

pub(crate) use plain::{Side, above as above_plain};

/// The same for `f32`, by the fastest way that the processor has.
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
            let distances = wide(&distances);
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
            }
        }
    }
}
