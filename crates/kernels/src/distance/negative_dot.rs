//! `-a.b`; gradient `-b` in `a`.

use crate::Real;

pub(super) fn between<T: Real>(a: &[T], b: &[T]) -> T {
    -a.iter().zip(b).map(|(&x, &y)| x * y).sum::<T>()
}

pub(super) fn pull<T: Real>(slope: T, b: &[T], out: &mut [T]) {
    for (place, &y) in out.iter_mut().zip(b) {
        *place -= slope * y;
    }
}

/// Dot products into distances.
#[inline(always)]
pub(super) fn fix<T: Real>(dots: &mut [T]) {
    for place in dots {
        *place = -*place;
    }
}
