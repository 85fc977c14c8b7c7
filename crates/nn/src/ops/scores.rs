//! Scores of queries against keys, and what becomes of them.

use std::ops::Range;

use tercet_kernels::exp;

use super::noise::{Noise, at, mix};
use super::wide::{largest, sum, wide};

/// How the scores of a block of queries become probabilities.
#[derive(Debug)]
pub(crate) struct Scores<'a> {
    /// What products are multiplied by.
    pub(crate) factor: f32,
    /// Added to them: place `j - i + len - 1` for query `i` and key `j`.
    pub(crate) bias: Option<&'a [f32]>,
    pub(crate) window: Option<usize>,
    /// With the site and the keys of the queries' rows.
    pub(crate) noise: Option<(&'a Noise, u32, &'a [u64])>,
    pub(crate) head: u32,
    /// Places in the sequence.
    pub(crate) queries: Range<usize>,
    /// Places in the sequence.
    pub(crate) keys: Range<usize>,
    /// Length of the sequence.
    pub(crate) len: usize,
}

impl Scores<'_> {
    /// The columns of the tile that a query sees.
    #[inline(always)]
    fn seen(&self, query: usize) -> Range<usize> {
        let first = self.keys.start;
        match self.window {
            Some(window) => {
                let start = query.saturating_sub(window).max(first);
                let end = query.saturating_add(window).saturating_add(1);
                start - first..end.min(self.keys.end) - first
            }
            None => 0..self.keys.len(),
        }
    }

    /// Where in the biases the first key of the tile is for a query.
    #[inline(always)]
    fn offset(&self, query: usize) -> usize {
        self.keys.start + self.len - 1 - query
    }
}

wide! {
    /// Turns products into probabilities, row by row; what a query does not see gets 0.
    pub(crate) fn soften<'w>(tile: &'w mut [f32], scores: &'w Scores<'w>) -> () {
        let factor = scores.factor;
        let rows = tile.chunks_exact_mut(scores.keys.len());
        for (query, row) in scores.queries.clone().zip(rows) {
            let seen = scores.seen(query);
            row[..seen.start].fill(0.0);
            row[seen.end..].fill(0.0);
            let offset = scores.offset(query);
            let row = &mut row[seen.clone()];
            match scores.bias {
                Some(bias) => {
                    let bias = &bias[offset + seen.start..offset + seen.end];
                    for (score, bias) in row.iter_mut().zip(bias) {
                        *score = *score * factor + bias;
                    }
                }
                None => row.iter_mut().for_each(|score| *score *= factor),
            }
            let top = largest(row);
            for score in row.iter_mut() {
                *score = exp(*score - top);
            }
            let whole = 1.0 / sum([row], |[part]| part);
            for score in row.iter_mut() {
                *score *= whole;
            }
        }
    }
}

wide! {
    /// Dropout of a tile.
    pub(crate) fn drop_scores<'w>(tile: &'w mut [f32], scores: &'w Scores<'w>) -> () {
        if let Some((noise, site, keys)) = scores.noise {
            let (threshold, scale) = (noise.threshold(), noise.scale());
            let first = scores.head << 20 | scores.keys.start as u32;
            for (row, &key) in tile.chunks_exact_mut(scores.keys.len()).zip(keys) {
                let key = at(key, site);
                for (place, number) in (0u32..).zip(row) {
                    let stays = mix(key, first + place) >= threshold;
                    *number = if stays { *number * scale } else { 0.0 };
                }
            }
        }
    }
}

wide! {
    /// Turns slopes of probabilities into slopes of products; adds those of the biases.
    pub(crate) fn by_scores<'w>(
        probabilities: &'w [f32],
        slopes: &'w mut [f32],
        scores: &'w Scores<'w>,
        by_bias: Option<&'w mut [f32]>,
    ) -> () {
        let cols = scores.keys.len();
        let mut by_bias = by_bias;
        let rows = probabilities.chunks_exact(cols).zip(slopes.chunks_exact_mut(cols));
        for (query, (row, slopes)) in scores.queries.clone().zip(rows) {
            let level = sum([row, slopes], |[part, slope]| part * slope);
            for (slope, part) in slopes.iter_mut().zip(row) {
                *slope = part * (*slope - level);
            }
            if let Some(by_bias) = by_bias.as_deref_mut() {
                let offset = scores.offset(query);
                for (sum, slope) in by_bias[offset..offset + cols].iter_mut().zip(&*slopes) {
                    *sum += slope;
                }
            }
            slopes.iter_mut().for_each(|slope| *slope *= scores.factor);
        }
    }
}
