//! Loops over many numbers at once, with the widest instructions that the processor has.
//!
//! Every sum runs over a fixed number of lanes in index order and then over the lanes, so its bits do not
//! depend on how wide the instructions are (but for fused multiplication, on processors without it).

use crate::Real;

/// Lanes of a sum.
const LANES: usize = 16;

/// Runs a loop compiled for the widest instructions at hand. What it calls must be inlined to profit.
#[inline]
pub(crate) fn vectorized<R>(work: impl FnOnce() -> R) -> R {
    pulp::Arch::new().dispatch(work)
}

/// The sum, in f64.
#[inline(always)]
pub(crate) fn sum<T: Real>(numbers: &[T]) -> f64 {
    fold(numbers, |number| number.to_f64())
}

/// The sum of a function of every number, in f64.
#[inline(always)]
pub(crate) fn fold<T: Real>(numbers: &[T], of: impl Fn(T) -> f64) -> f64 {
    let mut lanes = [0.0; LANES];
    let chunks = numbers.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, &number) in lanes.iter_mut().zip(chunk) {
            *lane += of(number);
        }
    }
    for (lane, &number) in lanes.iter_mut().zip(rest) {
        *lane += of(number);
    }
    lanes.iter().sum()
}

/// The squared difference of two rows, in the type's own arithmetic.
#[inline(always)]
pub(crate) fn squared_difference<T: Real>(a: &[T], b: &[T]) -> T {
    let mut lanes = [T::ZERO; LANES];
    let (a, b) = (&a[..a.len().min(b.len())], &b[..a.len().min(b.len())]);
    let (one, two) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest = one.remainder().iter().zip(two.remainder());
    for (one, two) in one.zip(two) {
        for ((lane, &x), &y) in lanes.iter_mut().zip(one).zip(two) {
            *lane += (x - y) * (x - y);
        }
    }
    for (lane, (&x, &y)) in lanes.iter_mut().zip(rest) {
        *lane += (x - y) * (x - y);
    }
    lanes.into_iter().sum()
}

/// Adds `factor * row` to as many numbers as the row has.
#[inline(always)]
pub(crate) fn add_scaled<T: Real>(out: &mut [T], factor: T, row: &[T]) {
    for (place, &number) in out.iter_mut().zip(row) {
        *place += factor * number;
    }
}
