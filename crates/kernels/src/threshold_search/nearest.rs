//! The nearest distance above each threshold.

use crate::Real;
use crate::simd::wide;

/// For every threshold the smallest distance above it, infinite if there is none.
pub(crate) fn nearest<T: Real>(thresholds: &[T], distances: &[T], out: &mut [T]) {
    for (out, &threshold) in out.iter_mut().zip(thresholds) {
        let above = distances.iter().filter(|&&distance| distance > threshold);
        *out = above.fold(
            T::INFINITY,
            |least, &distance| {
                if distance < least { distance } else { least }
            },
        );
    }
}

/// [`nearest`] for `f32`, by the fastest way that the processor has.
pub(crate) fn nearest_f32(thresholds: &[f32], distances: &[f32], out: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    if super::nearest_avx512::nearest(thresholds, distances, out) {
        return;
    }
    nearest(thresholds, distances, out);
}

wide! {
    /// The first place of a number in a list that holds it.
    pub(crate) fn place<'w, T>(list: &'w [T], number: T) -> Option<usize> {
        /// Numbers that are looked at together.
        const BLOCK: usize = 64;
        for (block, numbers) in list.chunks(BLOCK).enumerate() {
            let mut any = false;
            numbers.iter().for_each(|&x| any |= x == number);
            if any {
                let here = numbers.iter().position(|&x| x == number);
                return here.map(|place| block * BLOCK + place);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fast_is_plain() {
        for len in [0, 1, 15, 16, 33, 200] {
            let distances: Vec<f32> = (0..len).map(|k| (k * 37 % 50) as f32 / 4.0).collect();
            for few in 0..40 {
                let thresholds: Vec<f32> = (0..few).map(|k| k as f32 / 3.0 - 1.0).collect();
                let (mut fast, mut plain) = (vec![0.0; few], vec![1.0; few]);
                nearest_f32(&thresholds, &distances, &mut fast);
                nearest(&thresholds, &distances, &mut plain);
                assert_eq!(fast, plain);
            }
        }
    }

    #[test]
    fn finds_the_first_place() {
        let list: Vec<f32> = (0..150).map(|k| (k % 100) as f32).collect();
        assert_eq!(place(&list, 70.0), Some(70));
        assert_eq!(place(&list, 7.0), Some(7));
        assert_eq!(place(&list, 0.5), None);
    }
}
