//! Loops compiled for the widest instructions that the processor has, chosen when they run.

/// A function compiled for the widest instructions at hand, with what it calls as far as that is inlined.
///
/// A closure given to pulp's dispatch is compiled in its own right, for any processor, unless it is short
/// enough to be inlined; the body here always is.
macro_rules! wide {
    (
        $(#[$meta:meta])*
        $see:vis fn $name:ident<$life:lifetime>(
            $($argument:ident: $of:ty),+ $(,)?
        ) -> $out:ty $body:block
    ) => {
        $(#[$meta])*
        $see fn $name<$life>($($argument: $of),+) -> $out {
            struct Work<$life> {
                $($argument: $of,)+
                life: std::marker::PhantomData<&$life ()>,
            }

            impl<$life> pulp::NullaryFnOnce for Work<$life> {
                type Output = $out;

                #[inline(always)]
                fn call(self) -> $out {
                    let Self { $($argument,)+ life: _ } = self;
                    $body
                }
            }

            pulp::Arch::new().dispatch(Work {
                $($argument,)+
                life: std::marker::PhantomData,
            })
        }
    };
}
pub(crate) use wide;

/// Lanes of a sum: fixed, so that its bits do not depend on how wide the instructions are.
pub(crate) const LANES: usize = 32;

/// The sum of a function of every number of `N` equally long rows, in a fixed order.
#[inline(always)]
pub(crate) fn sum<const N: usize>(rows: [&[f32]; N], of: impl Fn([f32; N]) -> f32) -> f32 {
    let mut lanes = [0.0; LANES];
    let parts = rows.map(|row| row.as_chunks::<LANES>());
    let whole = parts.iter().map(|part| part.0.len()).min().unwrap_or(0);
    let chunks = parts.map(|part| &part.0[..whole]);
    for chunk in 0..whole {
        let numbers = chunks.map(|chunks| &chunks[chunk]);
        for lane in 0..LANES {
            lanes[lane] += of(numbers.map(|numbers| numbers[lane]));
        }
    }
    let mut rest = 0.0;
    let left = parts.iter().map(|part| part.1.len()).min().unwrap_or(0);
    for place in 0..left {
        rest += of(parts.map(|part| part.1[place]));
    }
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            lanes[lane] += lanes[lane + width];
        }
        width /= 2;
    }
    lanes[0] + rest
}

/// The largest of the numbers, negative infinity of none.
#[inline(always)]
pub(crate) fn largest(row: &[f32]) -> f32 {
    let larger = |a: f32, b: f32| if b > a { b } else { a };
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let (chunks, rest) = row.as_chunks::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            lanes[lane] = larger(lanes[lane], chunk[lane]);
        }
    }
    lanes
        .into_iter()
        .chain(rest.iter().copied())
        .fold(f32::NEG_INFINITY, larger)
}

wide! {
    /// Adds as many numbers as there are.
    pub(crate) fn add<'w>(into: &'w mut [f32], from: &'w [f32]) -> () {
        for (sum, number) in into.iter_mut().zip(from) {
            *sum += number;
        }
    }
}
