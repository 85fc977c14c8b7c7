//! `|a - b|`; gradient `(a - b) / |a - b|` in `a`, and 0 at distance 0.

use super::squared_euclidean;
use crate::Real;

pub(super) fn between<T: Real>(a: &[T], b: &[T]) -> T {
    squared_euclidean::between(a, b).sqrt()
}

pub(super) fn pull<T: Real>(slope: T, a: &[T], b: &[T], out: &mut [T]) {
    let distance = between(a, b);
    if distance > T::ZERO {
        for ((place, &x), &y) in out.iter_mut().zip(a).zip(b) {
            *place += slope * (x - y) / distance;
        }
    }
}

/// Dot products into distances, see [`squared_euclidean::fix`].
#[inline(always)]
pub(super) fn fix<T: Real>(dots: &mut [T], own: T, lengths: &[T], near: impl Fn(usize) -> T) {
    squared_euclidean::fix(dots, own, lengths, near);
    for place in dots {
        *place = place.sqrt();
    }
}

/// Slopes into weights, as for the squared distance with `w = -slope / distance`.
#[inline(always)]
pub(super) fn weigh<T: Real>(slope: T, distance: T) -> T {
    if distance > T::ZERO {
        -slope / distance
    } else {
        T::ZERO
    }
}
