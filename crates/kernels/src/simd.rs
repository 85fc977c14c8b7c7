//! Loops over many numbers at once, with the widest instructions that the processor has.
//!
//! Every sum runs over a fixed number of lanes in index order and then over the lanes, so its bits do not
//! depend on how wide the instructions are (but for fused multiplication, on processors without it).

use crate::Real;

/// Lanes of a sum.
pub(crate) const LANES: usize = 16;

/// A function compiled for the widest instructions at hand, with what it calls as far as that is inlined.
///
/// A closure given to [`vectorized`] is compiled in its own right, for any processor, unless it is short
/// enough to be inlined; the body here always is.
macro_rules! wide {
    (
        $(#[$meta:meta])*
        $see:vis fn $name:ident<$life:lifetime, $type:ident>(
            $($argument:ident: $of:ty),+ $(,)?
        ) -> $out:ty $body:block
    ) => {
        $(#[$meta])*
        $see fn $name<$life, $type: $crate::Real>($($argument: $of),+) -> $out {
            struct Work<$life, $type> {
                $($argument: $of,)+
                kind: std::marker::PhantomData<&$life $type>,
            }

            impl<$life, $type: $crate::Real> pulp::NullaryFnOnce for Work<$life, $type> {
                type Output = $out;

                #[inline(always)]
                fn call(self) -> $out {
                    let Self { $($argument,)+ kind: _ } = self;
                    $body
                }
            }

            pulp::Arch::new().dispatch(Work {
                $($argument,)+
                kind: std::marker::PhantomData::<&$life $type>,
            })
        }
    };
}
pub(crate) use wide;

/// Runs a short loop compiled for the widest instructions at hand. See [`wide`] for a longer one.
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

wide! {
    /// [`sum`] on its own.
    pub(crate) fn sum_of<'w, T>(numbers: &'w [T]) -> f64 {
        sum(numbers)
    }
}

wide! {
    /// [`squared_difference`] on its own.
    pub(crate) fn squared_difference_of<'w, T>(a: &'w [T], b: &'w [T]) -> T {
        squared_difference(a, b)
    }
}

wide! {
    /// [`squared_length`] on its own.
    pub(crate) fn squared_length_of<'w, T>(row: &'w [T]) -> T {
        squared_length(row)
    }
}

/// How many numbers are above 0.
#[inline(always)]
pub(crate) fn above_zero<T: Real>(numbers: &[T]) -> u64 {
    /// Fewer than a 16-bit count can hold in each lane.
    const BLOCK: usize = 1 << 15;
    let blocks = numbers.chunks(BLOCK);
    let count = blocks.map(|block| {
        let each = block.iter().map(|&number| u16::from(number > T::ZERO));
        u64::from(each.sum::<u16>())
    });
    count.sum()
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

/// The squared length of a row, in the type's own arithmetic.
#[inline(always)]
pub(crate) fn squared_length<T: Real>(row: &[T]) -> T {
    let mut lanes = [T::ZERO; LANES];
    let chunks = row.chunks_exact(LANES);
    let rest = chunks.remainder();
    for chunk in chunks {
        for (lane, &x) in lanes.iter_mut().zip(chunk) {
            *lane += x * x;
        }
    }
    for (lane, &x) in lanes.iter_mut().zip(rest) {
        *lane += x * x;
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

/// `e^x` without a branch: `2^n e^r` with `|r| <= ln(2) / 2`, `e^r` by the polynomial of Cephes' `expf`.
///
/// Within two units in the last place; 0 below -87.3, and `e^88` above 88. A loop over it is vectorised.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    /// Adding it leaves the nearest whole number in the low bits.
    const MAGIC: f32 = 12_582_912.0;
    /// ln 2 in two parts, the first with few bits, so that `n` times it is exact.
    const LN_2: (f32, f32) = (0.693_359_4, -2.121_944_4e-4);
    const SERIES: [f32; 6] = [
        1.987_569_1e-4,
        1.398_199_9e-3,
        8.333_452e-3,
        4.166_579_6e-2,
        1.666_666_5e-1,
        0.5,
    ];
    let inside = x.clamp(-87.3, 88.0);
    let shifted = inside * std::f32::consts::LOG2_E + MAGIC;
    let n = shifted - MAGIC;
    let r = (inside - n * LN_2.0) - n * LN_2.1;
    let series = SERIES.into_iter().fold(0.0, |sum, term| sum * r + term);
    let small = (series * (r * r) + r) + 1.0;
    let power = (shifted
        .to_bits()
        .wrapping_sub(MAGIC.to_bits())
        .wrapping_add(127))
        << 23;
    let value = small * f32::from_bits(power);
    if x < -87.3 { 0.0 } else { value }
}

/// `ln(1 + x)` of `x` in `[0, 1]` without a branch: `2 atanh(u)`, `u = x / (2 + x)` up to 1/3, by its series.
#[inline(always)]
pub(crate) fn ln_1p(x: f32) -> f32 {
    /// `1 / (2 k + 1)`, the last first; what is left out is below 2e-8 of the whole.
    const SERIES: [f32; 7] = [
        1.0 / 13.0,
        1.0 / 11.0,
        1.0 / 9.0,
        1.0 / 7.0,
        1.0 / 5.0,
        1.0 / 3.0,
        1.0,
    ];
    let part = x / (2.0 + x);
    let square = part * part;
    let series = SERIES
        .into_iter()
        .fold(0.0, |sum, term| sum * square + term);
    2.0 * part * series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ln_1p_is_within_three_units_in_the_last_place() {
        let few = (0..=1_000_000).map(|step| step as f32 / 1e6);
        let tiny = (1..120).map(|power| 0.7 * 2f32.powi(-power));
        for x in few.chain(tiny) {
            let (given, wanted) = (f64::from(ln_1p(x)), f64::from(x).ln_1p());
            let apart = (given - wanted).abs();
            let unit = f64::from((wanted as f32).next_up() - wanted as f32);
            assert!(apart <= 3.0 * unit, "ln(1 + {x}): {given}, {wanted}");
        }
        assert_eq!(ln_1p(0.0), 0.0);
    }

    #[test]
    fn exp_is_within_two_units_in_the_last_place() {
        for step in -87_200..88_000 {
            let x = step as f32 / 1000.0;
            let wanted = f64::from(x).exp();
            let unit = f64::from((wanted as f32).next_up() - wanted as f32);
            let given = f64::from(exp(x));
            assert!(
                (given - wanted).abs() <= 2.0 * unit,
                "e^{x}: {given}, {wanted}"
            );
        }
        assert_eq!(
            (exp(0.0), exp(-1e30), exp(f32::NEG_INFINITY)),
            (1.0, 0.0, 0.0)
        );
        assert!(exp(1e30).is_finite() && exp(f32::NAN).is_nan());
    }

    /// Bits of everything here, for some numbers.
    #[inline(always)]
    fn bits_of(numbers: &[f32], others: &[f32]) -> Vec<u64> {
        let mut scaled = others.to_vec();
        add_scaled(&mut scaled, 0.3, numbers);
        let each = numbers.iter().zip(&scaled);
        let mut bits: Vec<u64> = each
            .flat_map(|(&x, &y)| [exp(x), ln_1p(x.abs().min(1.0)), y])
            .map(|x| u64::from(x.to_bits()))
            .collect();
        bits.push(sum(numbers).to_bits());
        bits.push(above_zero(numbers));
        let narrow = [squared_difference(numbers, others), squared_length(numbers)];
        bits.extend(narrow.map(|x| u64::from(x.to_bits())));
        bits
    }

    /// The widest instructions at hand, those of AVX2 where the processor has them, and those of any.
    #[test]
    fn the_same_bits_by_instructions_of_any_width() {
        for len in [0, 1, 15, 16, 17, 64, 301] {
            let numbers: Vec<f32> = (0..len)
                .map(|k| (k * 37 % 101) as f32 / 7.0 - 6.0)
                .collect();
            let others: Vec<f32> = numbers.iter().rev().map(|x| x * 1.7).collect();
            let plain = bits_of(&numbers, &others);
            let wide = vectorized(
                #[inline(always)]
                || bits_of(&numbers, &others),
            );
            assert_eq!(wide, plain);
            #[cfg(target_arch = "x86_64")]
            if let Some(simd) = pulp::x86::V3::try_new() {
                let narrow = simd.vectorize(
                    #[inline(always)]
                    || bits_of(&numbers, &others),
                );
                assert_eq!(narrow, plain);
            }
        }
    }

    #[test]
    fn sums_leave_nothing_out() {
        let numbers: Vec<f32> = (0..53u8).map(f32::from).collect();
        assert_eq!(sum(&numbers), 1378.0);
        let zeros = vec![0.0; 53];
        assert_eq!(squared_difference(&numbers, &zeros), 48_230.0);
    }
}
