//! The nearest distance above each threshold, for four thresholds and 16 distances at a time.

use std::arch::x86_64::{__m512, _CMP_GT_OQ};

use pulp::x86::V4;
use pulp::{NullaryFnOnce, cast};

const LANES: usize = 16;
/// Thresholds that share a pass over the distances.
const ABREAST: usize = 4;

/// As [`nearest`](super::nearest); says whether this processor can.
pub(super) fn nearest(thresholds: &[f32], distances: &[f32], out: &mut [f32]) -> bool {
    let Some(simd) = V4::try_new() else {
        return false;
    };
    simd.vectorize(Passes {
        simd,
        thresholds,
        distances,
        out,
    });
    true
}

struct Passes<'p> {
    simd: V4,
    thresholds: &'p [f32],
    distances: &'p [f32],
    out: &'p mut [f32],
}

impl NullaryFnOnce for Passes<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let (distances, rest) = self.distances.as_chunks::<LANES>();
        let mut last = [f32::INFINITY; LANES];
        last[..rest.len()].copy_from_slice(rest);
        let chunks = self.thresholds.chunks(ABREAST);
        for (thresholds, out) in chunks.zip(self.out.chunks_mut(ABREAST)) {
            let mut full = [f32::INFINITY; ABREAST];
            full[..thresholds.len()].copy_from_slice(thresholds);
            let found = pass(self.simd, full, distances, last);
            out.copy_from_slice(&found[..out.len()]);
        }
    }
}

#[inline(always)]
fn pass(
    simd: V4,
    thresholds: [f32; ABREAST],
    distances: &[[f32; LANES]],
    last: [f32; LANES],
) -> [f32; ABREAST] {
    let avx = simd.avx512f;
    let thresholds = thresholds.map(|threshold| avx._mm512_set1_ps(threshold));
    let mut least = [avx._mm512_set1_ps(f32::INFINITY); ABREAST];
    for distances in distances.iter().chain([&last]) {
        let distances: __m512 = cast(*distances);
        for (least, threshold) in least.iter_mut().zip(thresholds) {
            let above = avx._mm512_cmp_ps_mask::<_CMP_GT_OQ>(distances, threshold);
            *least = avx._mm512_mask_min_ps(*least, above, *least, distances);
        }
    }
    least.map(|least| {
        let lanes: [f32; LANES] = cast(least);
        lanes.into_iter().fold(f32::INFINITY, f32::min)
    })
}
