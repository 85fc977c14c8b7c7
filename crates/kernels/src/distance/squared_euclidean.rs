//! `|a - b|^2`; gradient `2 (a - b)` in `a`.

use crate::Real;
use crate::simd::{squared_difference_of, squared_length_of};

/// Below this part of `|a|^2 + |b|^2`, the Gram form is left for differences. At the limit it has lost
/// 8 of its 24 (f32) or 53 (f64) bits.
pub(super) const NEAR: f64 = 1.0 / 256.0;

/// Candidates that are looked at together.
const BLOCK: usize = 64;

/// The plain sum. `a - b` and `b - a` have the same square, so the order of the two does not matter.
pub(super) fn between<T: Real>(a: &[T], b: &[T]) -> T {
    squared_difference_of(a, b)
}

pub(super) fn pull<T: Real>(slope: T, a: &[T], b: &[T], out: &mut [T]) {
    let twice = slope + slope;
    for ((place, &x), &y) in out.iter_mut().zip(a).zip(b) {
        *place += twice * (x - y);
    }
}

/// The squared length of a row.
pub(super) fn length<T: Real>(row: &[T]) -> T {
    squared_length_of(row)
}

/// Dot products of one anchor with all candidates into squared distances, `(m,)`.
///
/// `near(j)` gives candidate `j` by differences; it is asked where the Gram form is unreliable.
#[inline(always)]
pub(super) fn fix<T: Real>(dots: &mut [T], own: T, lengths: &[T], near: impl Fn(usize) -> T) {
    let part = T::from_f64(NEAR);
    for (block, (dots, lengths)) in dots
        .chunks_mut(BLOCK)
        .zip(lengths.chunks(BLOCK))
        .enumerate()
    {
        let mut any = false;
        for (place, &length) in dots.iter_mut().zip(lengths) {
            *place = own + length - (*place + *place);
            // A negative number is below the limit too, so no clamp is needed.
            any |= *place < part * (own + length);
        }
        if any {
            for (index, (place, &length)) in dots.iter_mut().zip(lengths).enumerate() {
                if *place < part * (own + length) {
                    *place = near(block * BLOCK + index);
                }
            }
        }
    }
}

/// Slopes into weights: the gradient in `a` is `sum_j w_j b_j - (sum_j w_j) a` with `w = -2 slope`.
///
/// At distance 0 the two terms cancel; a weight of 0 makes them do so exactly.
#[inline(always)]
pub(super) fn weigh<T: Real>(slope: T, distance: T) -> T {
    if distance > T::ZERO {
        -(slope + slope)
    } else {
        T::ZERO
    }
}
