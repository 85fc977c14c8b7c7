//! The exponentials of a row's negatives, and what they come to.
//!
//! `ln sum_n e^(-k d_n)` is `ln sum_n e^(k (p - d_n)) - k p` for any pivot `p`. With the nearest negative as pivot
//! no exponential is above 1 and one of them is 1, so nothing overflows at any scale `k`.
//!
//! Loops run over blocks of whole rows, in which all that is no negative stands infinitely far: a row of any
//! labels in any order so costs the same, and no loop has a remainder. Every closure on the way says
//! `#[inline(always)]`: a long one else stays a function of its own, compiled for the least processor.

use crate::row::Row;
use crate::simd::{LANES, vectorized};
use crate::{Distance, Real};

/// Candidates at a time: sums within a block are the type's own, sums of blocks in f64.
pub(super) const BLOCK: usize = 64;

/// The similarity of embeddings at distance 0, so that a similarity is this less the distance.
pub(super) fn similarity_of_zero(distance: Distance) -> f64 {
    match distance {
        Distance::Cosine => 1.0,
        _ => 0.0,
    }
}

/// The distance of the nearest negative; infinite if there is none.
pub(super) fn nearest<T: Real>(row: &Row<'_, T>) -> T {
    vectorized(
        #[inline(always)]
        || {
            let mut lanes = [T::INFINITY; LANES];
            read(
                row,
                #[inline(always)]
                |block| lanes = lesser(lanes, block),
            );
            lanes.into_iter().fold(T::INFINITY, less)
        },
    )
}

/// Which exponentials: `e^(scale (pivot - d))` of every `d` below `limit`, 0 of all others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Logits<T> {
    pub(super) scale: f64,
    pub(super) pivot: T,
    pub(super) limit: T,
}

impl<T: Real> Logits<T> {
    /// All, around a pivot; an infinite one, as of a row without negatives, is none.
    pub(super) fn around(pivot: T, scale: f64) -> Self {
        Self {
            scale,
            pivot: if pivot == T::INFINITY { T::ZERO } else { pivot },
            limit: T::INFINITY,
        }
    }

    /// What the exponentials of all negatives come to.
    pub(super) fn sum(self, row: &Row<'_, T>) -> Softmax {
        let mut sums = Sums::default();
        vectorized(
            #[inline(always)]
            || {
                read(
                    row,
                    #[inline(always)]
                    |block| self.of(block, &mut [T::ZERO; BLOCK], &mut sums),
                )
            },
        );
        self.softmax(&sums)
    }

    /// [`sum`](Self::sum), where every exponential is left in its negative's slope, and 0 in all others.
    pub(super) fn write(self, row: &Row<'_, T>, slopes: &mut [T]) -> Softmax {
        let mut sums = Sums::default();
        vectorized(
            #[inline(always)]
            || {
                write(
                    row,
                    slopes,
                    #[inline(always)]
                    |_, block, places| self.of(block, places, &mut sums),
                )
            },
        );
        self.softmax(&sums)
    }

    #[inline(always)]
    fn of(self, block: &[T; BLOCK], places: &mut [T; BLOCK], sums: &mut Sums) {
        let scale = T::from_f64(self.scale);
        let mut beyond = [T::ZERO; BLOCK];
        for index in 0..BLOCK {
            let away = self.pivot - block[index];
            let value = (scale * away).exp();
            let inside = block[index] < self.limit;
            places[index] = if inside { value } else { T::ZERO };
            beyond[index] = if inside { value * away } else { T::ZERO };
        }
        sums.add(places, &beyond);
    }

    fn softmax(self, sums: &Sums) -> Softmax {
        let (sum, beyond) = sums.total();
        let pivot = self.pivot.to_f64();
        Softmax {
            scale: self.scale,
            sum,
            log: sum.ln() - self.scale * pivot,
            mean: if sum > 0.0 { pivot - beyond / sum } else { 0.0 },
        }
    }
}

/// What exponentials come to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Softmax {
    scale: f64,
    /// `sum e^(scale (pivot - d))`.
    pub(super) sum: f64,
    /// `ln sum e^(-scale d)`; -infinity over nothing.
    pub(super) log: f64,
    /// The mean distance, weighted with the exponentials; 0 over nothing.
    pub(super) mean: f64,
}

impl Softmax {
    /// The sums under a weight `e^(hardness s)` on every exponential that is held constant, where the exponentials are
    /// those of the scale and the hardness together: slopes keep the scale alone. `zero` is the similarity at distance 0.
    pub(super) fn held(self, scale: f64, hardness: f64, zero: f64) -> Self {
        Self {
            scale,
            log: self.log + hardness * zero,
            ..self
        }
    }

    /// Turns what [`write`](Logits::write) left into slopes, where `weight` is the slope of the cost on
    /// [`log`](Self::log): `-scale weight` times the share of each.
    pub(super) fn share<T: Real>(&self, weight: f64, slopes: &mut [T]) {
        if self.sum > 0.0 {
            multiply(slopes, -self.scale * weight / self.sum);
        }
    }
}

/// Multiplies all slopes.
pub(super) fn multiply<T: Real>(slopes: &mut [T], factor: f64) {
    let factor = T::from_f64(factor);
    vectorized(
        #[inline(always)]
        || slopes.iter_mut().for_each(|slope| *slope *= factor),
    );
}

/// `ln sum e^z`, and `-inf` of nothing.
pub(super) fn log_sum(numbers: impl Iterator<Item = f64> + Clone) -> f64 {
    let top = numbers.clone().fold(f64::NEG_INFINITY, f64::max);
    if top == f64::NEG_INFINITY {
        return top;
    }
    top + numbers.map(|z| (z - top).exp()).sum::<f64>().ln()
}

/// Two sums over blocks.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sums([[f64; LANES]; 2]);

impl Sums {
    #[inline(always)]
    pub(super) fn add<T: Real>(&mut self, one: &[T; BLOCK], other: &[T; BLOCK]) {
        for (lanes, block) in self.0.iter_mut().zip([one, other]) {
            let folded = fold(block);
            for lane in 0..LANES {
                lanes[lane] += folded[lane].to_f64();
            }
        }
    }

    pub(super) fn total(&self) -> (f64, f64) {
        let [one, other] = &self.0;
        (one.iter().sum(), other.iter().sum())
    }
}

/// The sums of every lane.
#[inline(always)]
pub(super) fn fold<T: Real>(block: &[T; BLOCK]) -> [T; LANES] {
    let mut lanes = [T::ZERO; LANES];
    for chunk in block.as_chunks::<LANES>().0 {
        for lane in 0..LANES {
            lanes[lane] += chunk[lane];
        }
    }
    lanes
}

/// The lesser of every lane and what stands in a block for it.
#[inline(always)]
pub(super) fn lesser<T: Real>(mut lanes: [T; LANES], block: &[T; BLOCK]) -> [T; LANES] {
    for chunk in block.as_chunks::<LANES>().0 {
        for lane in 0..LANES {
            lanes[lane] = less(lanes[lane], chunk[lane]);
        }
    }
    lanes
}

#[inline(always)]
pub(super) fn less<T: Real>(one: T, other: T) -> T {
    if other < one { other } else { one }
}

/// Gives the distances of a row block by block, infinite where there is no negative.
#[inline(always)]
pub(super) fn read<T: Real>(row: &Row<'_, T>, mut each: impl FnMut(&[T; BLOCK])) {
    let (blocks, last) = row.distances.as_chunks::<BLOCK>();
    let (last, count) = (padded(last), row.distances.len().div_ceil(BLOCK));
    let mut rest = row.rest();
    for index in 0..count {
        let mut block = *blocks.get(index).unwrap_or(&last);
        rest = mask(&mut block, index * BLOCK, rest);
        each(&block);
    }
}

/// [`read`] with every block's first place, and its slopes to be written or changed.
#[inline(always)]
pub(super) fn write<T: Real>(
    row: &Row<'_, T>,
    slopes: &mut [T],
    mut each: impl FnMut(usize, &[T; BLOCK], &mut [T; BLOCK]),
) {
    let (places, rest_places) = slopes.as_chunks_mut::<BLOCK>();
    let mut last = padded(rest_places);
    let mut index = 0;
    read(
        row,
        #[inline(always)]
        |block| {
            let places = places.get_mut(index).unwrap_or(&mut last);
            each(index * BLOCK, block, places);
            index += 1;
        },
    );
    rest_places.copy_from_slice(&last[..rest_places.len()]);
}

/// A block that is not whole.
fn padded<T: Real>(numbers: &[T]) -> [T; BLOCK] {
    let mut block = [T::INFINITY; BLOCK];
    block[..numbers.len()].copy_from_slice(numbers);
    block
}

/// Puts what is no negative out of reach; gives those of later blocks.
#[inline(always)]
fn mask<'r, T: Real>(block: &mut [T; BLOCK], start: usize, mut rest: &'r [usize]) -> &'r [usize] {
    while let [first, others @ ..] = rest
        && *first < start + BLOCK
    {
        block[first - start] = T::INFINITY;
        rest = others;
    }
    rest
}
