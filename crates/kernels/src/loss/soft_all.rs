//! All triplets of an anchor under the soft margin, a block of negatives with one positive after the other.
//!
//! With `e = e^-|z|` of a gap `z = d_p - d_n`, a triplet costs `max(z, 0) + ln(1 + e)`, and its slope is
//! `1 / (1 + e)` where `z` is not below 0, else `e / (1 + e)`: no branch, so that lanes go together. What is no
//! negative stands infinitely far, costs nothing and has no slope.

use super::softmax::{BLOCK, fold, write};
use crate::row::Row;
use crate::simd::{LANES, vectorized};
use crate::slopes::Buffer;
use crate::{Count, Real};

/// Gaps up to here cost nothing even in f64.
const NOTHING: f64 = -745.133_219_101_941_1;

/// Costs every triplet of a row and writes its slopes.
pub(super) fn cost<T: Real>(row: &Row<'_, T>, buffer: &mut Buffer<T>) -> Count {
    let (slopes, scratch) = (&mut buffer.numbers, &mut buffer.scratch);
    buffer.whole = true;
    scratch.thresholds.clear();
    let nears = row.positives().map(|positive| row.distances[positive]);
    scratch.thresholds.extend(nears);
    scratch.sums.clear();
    scratch.sums.resize(row.positive_count(), 0.0);
    let mut tally = Tally::default();
    vectorized(
        #[inline(always)]
        || {
            write(
                row,
                slopes,
                #[inline(always)]
                |_, block, places| {
                    *places = tally.block(block, &scratch.thresholds, &mut scratch.sums);
                },
            );
        },
    );
    for (positive, &pull) in row.positives().zip(&scratch.sums) {
        slopes[positive] = T::from_f64(pull);
    }
    let terms = row.pairs() * row.negative_count() as u64;
    Count {
        sum: tally.costs.iter().sum(),
        terms,
        active: tally.active,
        anchors: u64::from(terms > 0),
        pairs: row.pairs(),
        ..Count::default()
    }
}

#[derive(Debug, Default)]
struct Tally {
    costs: [f64; LANES],
    active: u64,
}

impl Tally {
    /// Adds a block's triplets with all positives; gives the slopes on its negatives.
    #[inline(always)]
    fn block<T: Real>(&mut self, block: &[T; BLOCK], nears: &[T], pulls: &mut [f64]) -> [T; BLOCK] {
        let mut pushes = [0.0; BLOCK];
        for (nears, pulls) in nears.chunks(BLOCK).zip(pulls.chunks_mut(BLOCK)) {
            // A few terms at a time in the type's own arithmetic.
            let mut few = [T::ZERO; BLOCK];
            let mut active = [0u32; BLOCK];
            for (&near, pull) in nears.iter().zip(pulls) {
                *pull += self.positive(near, block, &mut few, &mut active);
            }
            for index in 0..BLOCK {
                pushes[index] -= few[index].to_f64();
            }
            self.active += u64::from(active.iter().sum::<u32>());
        }
        pushes.map(T::from_f64)
    }

    /// Adds a block's triplets with one positive; gives the slope on it.
    #[inline(always)]
    fn positive<T: Real>(
        &mut self,
        near: T,
        block: &[T; BLOCK],
        pushes: &mut [T; BLOCK],
        active: &mut [u32; BLOCK],
    ) -> f64 {
        // Two sums, so that a large gap does not swallow what is beyond it.
        let (mut gaps, mut beyond) = ([T::ZERO; BLOCK], [T::ZERO; BLOCK]);
        let mut slopes = [T::ZERO; BLOCK];
        let nothing = T::from_f64(NOTHING);
        for index in 0..BLOCK {
            let gap = near - block[index];
            let above = gap > T::ZERO;
            let small = (if above { -gap } else { gap }).exp();
            let share = T::ONE / (T::ONE + small);
            let slope = share * if above { T::ONE } else { small };
            gaps[index] = if above { gap } else { T::ZERO };
            beyond[index] = small.ln_1p();
            slopes[index] = slope;
            pushes[index] += slope;
            active[index] += u32::from(gap > nothing);
        }
        let each = fold(&gaps).into_iter().zip(fold(&beyond));
        for (sum, (gap, beyond)) in self.costs.iter_mut().zip(each) {
            *sum += gap.to_f64() + beyond.to_f64();
        }
        across(fold(&slopes)).to_f64()
    }
}

/// The sum of all lanes, halves first.
#[inline(always)]
fn across<T: Real>(mut lanes: [T; LANES]) -> T {
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            let other = lanes[lane + half];
            lanes[lane] += other;
        }
        half /= 2;
    }
    lanes[0]
}
