//! A search tree in registers: permutations look up the next threshold for 16 distances at once.
//!
//! The thresholds stand in the order of a complete binary tree (node `k` has children `2k` and `2k + 1`),
//! filled up with infinity. Four levels fit into one register of 16, the fifth into another, the sixth
//! into two, the seventh into four, the eighth into eight, the ninth into 16: 511 thresholds.

use std::arch::x86_64::{__m256i, __m512, __m512i, _CMP_LE_OQ, _CMP_LT_OQ};

use pulp::x86::V4;
use pulp::{NullaryFnOnce, cast};

use super::{MOST, Side};

/// Numbers in a register.
const LANES: usize = 16;
/// Registers of a whole tree.
const REGISTERS: usize = (MOST + 1) / LANES;
/// Registers that go down the tree together, to hide the wait for each step.
const ABREAST: usize = 4;

/// As [`above`](super::above_plain); says whether this processor can.
pub(super) fn above(thresholds: &[f32], side: Side, distances: &[f32], counts: &mut [u16]) -> bool {
    let Some(simd) = V4::try_new() else {
        return false;
    };
    for (index, some) in thresholds.chunks(MOST).enumerate() {
        let mut tree = [f32::INFINITY; MOST + 1];
        let size = super::size(some.len());
        plant(some, &mut tree[..size]);
        let search = Search {
            simd,
            tree: &tree[..size],
            few: some.len(),
            distances,
            counts,
            add: index > 0,
        };
        search.run(side, size);
    }
    true
}

/// As [`lay_plain`](super::lay_plain); says whether this processor can.
pub(super) fn lay(sorted: &[f32], out: &mut [f32]) -> bool {
    if V4::try_new().is_none() {
        return false;
    }
    plant(sorted, out);
    true
}

/// As [`above_laid_plain`](super::above_laid_plain); says whether this processor can.
pub(super) fn above_laid(
    (laid, few): (&[f32], usize),
    side: Side,
    distances: &[f32],
    counts: &mut [u16],
) -> bool {
    let Some(simd) = V4::try_new() else {
        return false;
    };
    let search = Search {
        simd,
        tree: laid,
        few,
        distances,
        counts,
        add: false,
    };
    search.run(side, laid.len());
    true
}

/// Sorted thresholds in the order of a tree; node 0 is not used.
fn plant(sorted: &[f32], tree: &mut [f32]) {
    tree.fill(f32::INFINITY);
    let levels = tree.len().trailing_zeros();
    for level in 0..levels {
        // The nodes of a level are evenly spaced in the sorted list.
        let (first, step) = (1 << level, 1 << (levels - level));
        for node in 0..first {
            let place = node * step + step / 2 - 1;
            if let Some(&threshold) = sorted.get(place) {
                tree[first + node] = threshold;
            }
        }
    }
}

struct Search<'s> {
    simd: V4,
    tree: &'s [f32],
    /// How many of the tree's nodes are thresholds.
    few: usize,
    distances: &'s [f32],
    counts: &'s mut [u16],
    /// Whether counts of other thresholds are there already.
    add: bool,
}

impl Search<'_> {
    /// `size` is that of the tree: a power of two, at least 4.
    fn run(self, side: Side, size: usize) {
        match side {
            Side::Above => self.run_by::<_CMP_LE_OQ>(size),
            Side::From => self.run_by::<_CMP_LT_OQ>(size),
        }
    }

    /// `BELOW` is the comparison of a threshold with a distance that sends the search to the right.
    fn run_by<const BELOW: i32>(self, size: usize) {
        let simd = self.simd;
        match size.trailing_zeros() {
            2 => simd.vectorize(Levels::<2, BELOW>(self)),
            3 => simd.vectorize(Levels::<3, BELOW>(self)),
            4 => simd.vectorize(Levels::<4, BELOW>(self)),
            5 => simd.vectorize(Levels::<5, BELOW>(self)),
            6 => simd.vectorize(Levels::<6, BELOW>(self)),
            7 => simd.vectorize(Levels::<7, BELOW>(self)),
            8 => simd.vectorize(Levels::<8, BELOW>(self)),
            9 => simd.vectorize(Levels::<9, BELOW>(self)),
            levels => panic!("a tree of {levels} levels"),
        }
    }
}

/// A search whose number of levels is known to the compiler.
struct Levels<'s, const LEVELS: usize, const BELOW: i32>(Search<'s>);

impl<const LEVELS: usize, const BELOW: i32> NullaryFnOnce for Levels<'_, LEVELS, BELOW> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self(search) = self;
        let down = Down::<LEVELS, BELOW>::new(search.simd, search.tree);
        let all = search.few as i32 + (1 << LEVELS);
        let (distances, rest) = search.distances.as_chunks::<{ LANES * ABREAST }>();
        let (counts, counts_rest) = search.counts.as_chunks_mut::<{ LANES * ABREAST }>();
        for (distances, counts) in distances.iter().zip(counts) {
            down.block(all, search.add, distances, counts);
        }
        if !rest.is_empty() {
            let mut padded = [0.0; LANES * ABREAST];
            padded[..rest.len()].copy_from_slice(rest);
            let mut found = [0; LANES * ABREAST];
            found[..rest.len()].copy_from_slice(counts_rest);
            down.block(all, search.add, &padded, &mut found);
            counts_rest.copy_from_slice(&found[..rest.len()]);
        }
    }
}

struct Down<const LEVELS: usize, const BELOW: i32> {
    simd: V4,
    tree: [__m512; REGISTERS],
}

impl<const LEVELS: usize, const BELOW: i32> Down<LEVELS, BELOW> {
    #[inline(always)]
    fn new(simd: V4, nodes: &[f32]) -> Self {
        let mut tree = [simd.avx512f._mm512_setzero_ps(); REGISTERS];
        for (index, register) in tree.iter_mut().enumerate() {
            // Known to the compiler, so that the others are not there.
            if index * LANES < 1 << LEVELS {
                let mut full = [0.0; LANES];
                let nodes = &nodes[index * LANES..];
                let count = LANES.min(1 << LEVELS);
                full[..count].copy_from_slice(&nodes[..count]);
                *register = cast(full);
            }
        }
        Self { simd, tree }
    }

    #[inline(always)]
    fn block(
        &self,
        all: i32,
        add: bool,
        distances: &[f32; LANES * ABREAST],
        counts: &mut [u16; LANES * ABREAST],
    ) {
        let distances: [__m512; ABREAST] = cast(*distances);
        let avx = self.simd.avx512f;
        let one = avx._mm512_set1_epi32(1);
        let mut node: [__m512i; ABREAST] = [one; ABREAST];
        for level in 0..LEVELS {
            for (node, &distance) in node.iter_mut().zip(&distances) {
                let threshold = self.threshold(level, *node);
                let right = avx._mm512_cmp_ps_mask::<BELOW>(threshold, distance);
                let left = avx._mm512_add_epi32(*node, *node);
                *node = avx._mm512_mask_add_epi32(left, right, left, one);
            }
        }
        let (all, none) = (avx._mm512_set1_epi32(all), avx._mm512_setzero_si512());
        let mut found = [[0; LANES]; ABREAST];
        for (found, node) in found.iter_mut().zip(node) {
            // An infinite distance passes by what the tree is filled up with, too.
            let count = avx._mm512_max_epi32(avx._mm512_sub_epi32(all, node), none);
            let count: __m256i = avx._mm512_cvtepi32_epi16(count);
            *found = cast::<__m256i, [u16; LANES]>(count);
        }
        let found = found.as_flattened();
        if add {
            counts
                .iter_mut()
                .zip(found)
                .for_each(|(count, more)| *count += more);
        } else {
            counts.copy_from_slice(found);
        }
    }

    /// The thresholds of the nodes, which are all of one level.
    #[inline(always)]
    fn threshold(&self, level: usize, node: __m512i) -> __m512 {
        let avx = self.simd.avx512f;
        match level {
            0..=3 => avx._mm512_permutexvar_ps(node, self.tree[0]),
            4 => avx._mm512_permutexvar_ps(node, self.tree[1]),
            5 => self.two(2, node),
            6 => self.four(4, node),
            7 => self.eight(8, node),
            _ => self.either(128, node, self.eight(16, node), self.eight(24, node)),
        }
    }

    /// The nodes that stand in two registers.
    #[inline(always)]
    fn two(&self, at: usize, node: __m512i) -> __m512 {
        let avx = self.simd.avx512f;
        avx._mm512_permutex2var_ps(self.tree[at], node, self.tree[at + 1])
    }

    /// The nodes that stand in four registers.
    #[inline(always)]
    fn four(&self, at: usize, node: __m512i) -> __m512 {
        self.either(32, node, self.two(at, node), self.two(at + 2, node))
    }

    /// The nodes that stand in eight registers.
    #[inline(always)]
    fn eight(&self, at: usize, node: __m512i) -> __m512 {
        self.either(64, node, self.four(at, node), self.four(at + 4, node))
    }

    /// The second where the node has a bit, else the first.
    #[inline(always)]
    fn either(&self, bit: i32, node: __m512i, first: __m512, second: __m512) -> __m512 {
        let avx = self.simd.avx512f;
        let has = avx._mm512_test_epi32_mask(node, avx._mm512_set1_epi32(bit));
        avx._mm512_mask_blend_ps(has, first, second)
    }
}
