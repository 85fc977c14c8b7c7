//! One tile of anchors: what it reads and writes, and what it leaves for the candidates.

use std::ops::Range;

use crate::Terms;
use crate::distance::Padding;
use crate::labels::Related;
use crate::slopes::Buffer;

/// Candidates per block.
pub(crate) const BLOCK: usize = 128;

/// Some anchors of a group, and their places in every part; of a second part that is not there, none.
pub(crate) struct Tile<'t, T> {
    pub(crate) anchors: Range<usize>,
    /// Per part `(tile, m)`.
    pub(crate) weights: [&'t mut [T]; 2],
    /// Per part `(tile, d)`.
    pub(crate) gradients: [&'t mut [T]; 2],
}

/// Memory for one tile, and what it leaves until its group is done.
#[derive(Debug, Default)]
pub(crate) struct TileScratch<T> {
    pub(crate) buffer: Buffer<T>,
    pub(crate) related: Related,
    pub(crate) padding: Padding<T>,
    /// Rows whose weights are in the distances' place.
    pub(crate) dense: Vec<usize>,
    /// Per part.
    pub(crate) parts: [Weights<T>; 2],
    /// Weights on pairs of candidates.
    pub(crate) pairs: Vec<(usize, usize, T)>,
    pub(crate) terms: Terms,
}

/// What the rows of a tile have in one part.
#[derive(Debug, Default)]
pub(crate) struct Weights<T> {
    /// Whether all weights stand in the part's `(group, m)`, those of `entries`, too.
    pub(crate) is_dense: bool,
    /// Weights of rows that have few.
    pub(crate) entries: Vec<Entry<T>>,
    /// Those weights by candidate, then by anchor. Only if not dense.
    pub(crate) sorted: Vec<Entry<T>>,
    /// Where the next entry of each candidate goes.
    places: Vec<usize>,
    /// Each anchor's weight on itself.
    pub(crate) own: Vec<f64>,
}

/// One weight on its own.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Entry<T> {
    /// The anchor's place in its tile.
    pub(crate) anchor: u32,
    pub(crate) candidate: u32,
    pub(crate) weight: T,
}

impl<T> TileScratch<T> {
    /// Nothing found yet, for so many anchors.
    pub(crate) fn reset(&mut self, anchors: usize) {
        self.dense.clear();
        self.pairs.clear();
        self.terms = Terms::default();
        for part in &mut self.parts {
            part.entries.clear();
            part.own.clear();
            part.own.resize(anchors, 0.0);
        }
    }
}

impl<T: Copy + Default> Weights<T> {
    /// Sorts entries by which of `m` candidates they are on and keeps the order of those on one.
    pub(crate) fn sort(&mut self, m: usize) {
        let place = |entry: &Entry<T>| entry.candidate as usize;
        let places = &mut self.places;
        places.clear();
        places.resize(m + 1, 0);
        for entry in &self.entries {
            places[place(entry) + 1] += 1;
        }
        for index in 1..places.len() {
            places[index] += places[index - 1];
        }
        self.sorted.resize(self.entries.len(), Entry::default());
        for entry in &self.entries {
            let place = &mut places[place(entry)];
            self.sorted[*place] = *entry;
            *place += 1;
        }
    }
}
