//! Counts of a row into weights, 16 numbers at a time, whose sums stay in registers.

use std::arch::x86_64::{__m256, __m256i, __m512, __m512d, __m512i, _CMP_GT_OQ, _CMP_NEQ_OQ};

use pulp::x86::V4;
use pulp::{NullaryFnOnce, cast};

use super::sums::Sums;
use crate::Distance;

const LANES: usize = 16;

/// As [`weigh`](super::weigh::weigh), or `None` if this processor cannot.
pub(super) fn weigh(
    distance: Distance,
    weights: &mut [f32],
    counts: &[u16],
    columns: &mut [f64],
) -> Option<Sums> {
    let simd = V4::try_new()?;
    let row = Row {
        simd,
        weights,
        counts,
        columns,
    };
    Some(match distance {
        Distance::SquaredEuclidean => simd.vectorize(Weigh::<0>(row)),
        Distance::Euclidean => simd.vectorize(Weigh::<1>(row)),
        Distance::Cosine => simd.vectorize(Weigh::<2>(row)),
        Distance::NegativeDot => simd.vectorize(Weigh::<3>(row)),
    })
}

struct Row<'r> {
    simd: V4,
    weights: &'r mut [f32],
    counts: &'r [u16],
    columns: &'r mut [f64],
}

/// A row and its distance, by its place in the list.
struct Weigh<'r, const DISTANCE: u8>(Row<'r>);

impl<const DISTANCE: u8> NullaryFnOnce for Weigh<'_, DISTANCE> {
    type Output = Sums;

    #[inline(always)]
    fn call(self) -> Sums {
        let Row {
            simd,
            weights,
            counts,
            columns,
        } = self.0;
        let mut sums = Lanes::new(simd);
        let (weights, rest) = weights.as_chunks_mut::<LANES>();
        let (counts, rest_counts) = counts.as_chunks::<LANES>();
        let (columns, rest_columns) = columns.as_chunks_mut::<LANES>();
        for ((weights, counts), columns) in weights.iter_mut().zip(counts).zip(columns) {
            sums.add::<DISTANCE>(weights, counts, columns);
        }
        if !rest.is_empty() {
            // No count, no weight: what is filled up adds nothing.
            let (mut full, mut full_columns) = ([1.0; LANES], [0.0; LANES]);
            let mut full_counts = [0; LANES];
            full[..rest.len()].copy_from_slice(rest);
            full_counts[..rest.len()].copy_from_slice(rest_counts);
            full_columns[..rest.len()].copy_from_slice(rest_columns);
            sums.add::<DISTANCE>(&mut full, &full_counts, &mut full_columns);
            rest.copy_from_slice(&full[..rest.len()]);
            rest_columns.copy_from_slice(&full_columns[..rest.len()]);
        }
        sums.finish()
    }
}

/// Sums by lane.
struct Lanes {
    simd: V4,
    costs: [__m512d; 2],
    weights: [__m512d; 2],
}

impl Lanes {
    #[inline(always)]
    fn new(simd: V4) -> Self {
        Self {
            simd,
            costs: [simd.avx512f._mm512_setzero_pd(); 2],
            weights: [simd.avx512f._mm512_setzero_pd(); 2],
        }
    }

    #[inline(always)]
    fn add<const DISTANCE: u8>(
        &mut self,
        weights: &mut [f32; LANES],
        counts: &[u16; LANES],
        columns: &mut [f64; LANES],
    ) {
        let avx = self.simd.avx512f;
        let distances: __m512 = cast(*weights);
        let counts: __m512i = avx._mm512_cvtepu16_epi32(cast::<_, __m256i>(*counts));
        let number = avx._mm512_cvtepi32_ps(counts);
        let halves: [__m256; 2] = cast(distances);
        let numbers: [__m256; 2] = cast(number);
        for ((cost, half), number) in self.costs.iter_mut().zip(halves).zip(numbers) {
            let (half, number) = (avx._mm512_cvtps_pd(half), avx._mm512_cvtps_pd(number));
            *cost = avx._mm512_fmadd_pd(number, half, *cost);
        }
        let zero = avx._mm512_setzero_ps();
        let weight = match DISTANCE {
            0 => avx._mm512_add_ps(number, number),
            1 => {
                let apart = avx._mm512_cmp_ps_mask::<_CMP_GT_OQ>(distances, zero);
                avx._mm512_maskz_div_ps(apart, number, distances)
            }
            2 => {
                let apart = avx._mm512_cmp_ps_mask::<_CMP_NEQ_OQ>(distances, zero);
                avx._mm512_maskz_mov_ps(apart, number)
            }
            _ => number,
        };
        *weights = cast(weight);
        let halves: [__m256; 2] = cast(weight);
        let mut columns_of: [__m512d; 2] = cast(*columns);
        let each = self.weights.iter_mut().zip(&mut columns_of);
        for ((sum, column), half) in each.zip(halves) {
            let half = avx._mm512_cvtps_pd(half);
            *sum = avx._mm512_add_pd(*sum, half);
            *column = avx._mm512_add_pd(*column, half);
        }
        *columns = cast(columns_of);
    }

    #[inline(always)]
    fn finish(self) -> Sums {
        let costs: [f64; LANES] = cast(self.costs);
        let weights: [f64; LANES] = cast(self.weights);
        Sums {
            cost: costs.iter().sum(),
            weight: weights.iter().sum(),
        }
    }
}
