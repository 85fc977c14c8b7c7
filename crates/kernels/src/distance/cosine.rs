//! `1 - cos(a, b)`; gradient `(u cos - v) / |a|` in `a`, with `u = a / |a|`, `v = b / |b|`.

use crate::Real;
use crate::simd::{fold, wide};

/// Below this distance `1 - u.v` is left for `|u - v|^2 / 2`.
const NEAR: f64 = 1.0 / 256.0;

/// Candidates that are looked at together.
const BLOCK: usize = 64;

/// The length of a row, summed in f64 so that long rows of f32 do not overflow.
#[inline(always)]
pub(super) fn length<T: Real>(row: &[T]) -> f64 {
    fold(row, |x| x.to_f64() * x.to_f64()).sqrt()
}

wide! {
    /// Rows in place into [`unit`] rows, and their lengths.
    pub(super) fn normalise<'w, T>(rows: &'w mut [T], lengths: &'w mut [T], dim: usize) -> () {
        for (row, place) in rows.chunks_exact_mut(dim).zip(lengths) {
            let length = length(row);
            *place = T::from_f64(length);
            for x in row {
                let divided = T::from_f64(x.to_f64() / length);
                *x = if length > 0.0 { divided } else { T::ZERO };
            }
        }
    }
}

/// The row over its length; a row of zeros stays one.
pub(super) fn unit<T: Real>(row: &[T]) -> impl Iterator<Item = T> {
    let length = length(row);
    row.iter().map(move |x| {
        let divided = T::from_f64(x.to_f64() / length);
        if length > 0.0 { divided } else { T::ZERO }
    })
}

/// `|u - v|^2 / 2`, which is `1 - u.v` without its cancellation; 1 beside a row of zeros.
pub(super) fn between<T: Real>(a: &[T], b: &[T]) -> T {
    if length(a) == 0.0 || length(b) == 0.0 {
        return T::ONE;
    }
    let differences = unit(a).zip(unit(b)).map(|(x, y)| (x - y) * (x - y));
    differences.sum::<T>() * T::from_f64(0.5)
}

pub(super) fn pull<T: Real>(slope: T, a: &[T], b: &[T], out: &mut [T]) {
    let length = length(a);
    let distance = between(a, b);
    if length == 0.0 || distance == T::ZERO {
        return;
    }
    let cosine: T = unit(a).zip(unit(b)).map(|(x, y)| x * y).sum();
    let slope = T::from_f64(slope.to_f64() / length);
    for ((place, x), y) in out.iter_mut().zip(unit(a)).zip(unit(b)) {
        *place += slope * (x * cosine - y);
    }
}

/// Dot products of unit rows into distances, clamped at 0 by the exact form.
#[inline(always)]
pub(super) fn fix<T: Real>(dots: &mut [T], near: impl Fn(usize) -> T) {
    let limit = T::from_f64(NEAR);
    for (block, dots) in dots.chunks_mut(BLOCK).enumerate() {
        let mut any = false;
        for place in dots.iter_mut() {
            *place = T::ONE - *place;
            any |= *place < limit;
        }
        if any {
            for (index, place) in dots.iter_mut().enumerate() {
                if *place < limit {
                    *place = near(block * BLOCK + index) * T::from_f64(0.5);
                }
            }
        }
    }
}

/// Slopes into weights on unit rows: the gradient in `u` is `sum_j w_j v_j` with `w = -slope`, and
/// [`project`] takes it back to `a`.
#[inline(always)]
pub(super) fn weigh<T: Real>(slope: T, distance: T) -> T {
    if distance == T::ZERO { T::ZERO } else { -slope }
}

/// The gradient in a unit row, in place, into that in the row itself: `(g - u (u.g)) / |a|`, and 0 for a
/// row of zeros.
pub(super) fn project<T: Real>(gradient: &mut [T], unit: &[T], length: T) {
    let along: T = gradient.iter().zip(unit).map(|(&g, &u)| g * u).sum();
    for (place, &u) in gradient.iter_mut().zip(unit) {
        *place = if length > T::ZERO {
            (*place - u * along) / length
        } else {
            T::ZERO
        };
    }
}
