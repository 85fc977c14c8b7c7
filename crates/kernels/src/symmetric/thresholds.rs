//! Every anchor's positives, and the windows that they make.

use std::ops::Range;

use super::scratch::ClassScratch;
use super::settings::Settings;
use super::sorted::Order;
use crate::Real;
use crate::distance::{Side, View};
use crate::scratch_pool::ScratchPool;
use crate::share::{self, Cut};
use crate::threshold_search::{Window, size};

/// The positives of all anchors, and the ends of their windows laid out.
#[derive(Debug, Default)]
pub(super) struct Thresholds<T> {
    /// Numbers per anchor in `laid`.
    pub(super) size: usize,
    /// How many ends each window has.
    ends_each: usize,
    /// The ends of the windows, `(n, size)`.
    laid: Vec<T>,
    /// In how many windows each level lies, `(n, size)`; empty where a level is that number.
    cover: Vec<u16>,
    /// The positives of all anchors, each anchor's by distance: (distance, place).
    near: Vec<(T, u32)>,
    /// Where each anchor's positives end.
    ends: Vec<usize>,
    /// The class of each place.
    pub(super) class: Vec<u32>,
}

impl<T: Real> Thresholds<T> {
    /// Finds the positives of every anchor of sorted rows, and lays out their windows.
    pub(super) fn set(
        &mut self,
        (order, side): (&Order, &Side<'_, T>),
        settings: Settings,
        pool: &ScratchPool<ClassScratch<T>>,
    ) {
        let n = order.rows.len();
        let longest = order.classes.iter().map(Range::len).max().unwrap_or(0);
        self.ends_each = settings.window.ends();
        self.size = size(longest.saturating_sub(1) * self.ends_each);
        let is_covered = settings.window == Window::Between;
        let covered = if is_covered { self.size } else { 0 };
        self.cover.resize(n * covered, 0);
        self.near.resize(order.pairs(), (T::ZERO, 0));
        self.laid.resize(n * self.size, T::ZERO);
        let share = Share {
            classes: &order.classes,
            near: &mut self.near,
            laid: &mut self.laid,
            cover: &mut self.cover,
            sizes: (self.size, covered),
        };
        let products = (order.pairs() + n) * side.all().dim;
        let least = share::least(products / order.classes.len().max(1));
        share::each(share, least, &|share| {
            let mut scratch = pool.take();
            fill(share, side, settings, &mut scratch);
            pool.give(scratch);
        });
        self.number(order);
    }

    /// Numbers the positives and the classes.
    fn number(&mut self, order: &Order) {
        self.ends.clear();
        self.class.clear();
        let mut end = 0;
        for (index, places) in order.classes.iter().enumerate() {
            for _ in places.clone() {
                end += places.len() - 1;
                self.ends.push(end);
                self.class.push(index as u32);
            }
        }
    }

    /// The positives of an anchor by distance.
    pub(super) fn near(&self, anchor: usize) -> &[(T, u32)] {
        let start = anchor.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.near[start..self.ends[anchor]]
    }

    /// The ends of an anchor's windows as laid out, and how many they are.
    pub(super) fn laid(&self, anchor: usize) -> (&[T], usize) {
        let laid = &self.laid[anchor * self.size..][..self.size];
        (laid, self.near(anchor).len() * self.ends_each)
    }

    /// In how many windows of an anchor each level lies, if that is not the level itself.
    pub(super) fn cover(&self, anchor: usize) -> Option<&[u16]> {
        self.cover.get(anchor * self.size..(anchor + 1) * self.size)
    }
}

/// Some classes, and what belongs to them.
struct Share<'s, T> {
    classes: &'s [Range<usize>],
    near: &'s mut [(T, u32)],
    laid: &'s mut [T],
    cover: &'s mut [u16],
    /// Numbers per anchor in the last two.
    sizes: (usize, usize),
}

impl<T: Real> Cut for Share<'_, T> {
    fn cut(self, pieces: usize) -> (Self, Self) {
        let (classes, rest) = self.classes.split_at(pieces);
        let rows: usize = classes.iter().map(Range::len).sum();
        let pairs = classes.iter().map(|class| class.len() * (class.len() - 1));
        let (near, rest_near) = self.near.split_at_mut(pairs.sum());
        let (laid, rest_laid) = self.laid.split_at_mut(rows * self.sizes.0);
        let (cover, rest_cover) = self.cover.split_at_mut(rows * self.sizes.1);
        let sizes = self.sizes;
        let of = |classes, near, laid, cover| Self {
            classes,
            near,
            laid,
            cover,
            sizes,
        };
        (
            of(classes, near, laid, cover),
            of(rest, rest_near, rest_laid, rest_cover),
        )
    }

    fn pieces(&self) -> usize {
        self.classes.len()
    }
}

/// The windows of all anchors of one class.
fn fill<T: Real>(
    share: Share<'_, T>,
    side: &Side<'_, T>,
    settings: Settings,
    scratch: &mut ClassScratch<T>,
) {
    let (class, (size, covered)) = (share.classes[0].clone(), share.sizes);
    let len = class.len();
    let rows: View<'_, T> = side.all().slice(class.clone());
    let ClassScratch {
        numbers,
        padding,
        windows,
        ..
    } = scratch;
    numbers.resize(len * len, T::ZERO);
    settings.distance.tile_in(numbers, rows, rows, padding);
    for (index, row) in numbers.chunks_exact(len).enumerate() {
        let near = &mut share.near[index * (len - 1)..][..len - 1];
        let others = (0..len).filter(|&other| other != index);
        for (place, other) in near.iter_mut().zip(others) {
            *place = (row[other], (class.start + other) as u32);
        }
        T::sort(near);
        windows.set(settings.window, settings.margin, near);
        T::lay(&windows.ends, &mut share.laid[index * size..][..size]);
        if covered > 0 {
            windows.cover(&mut share.cover[index * size..][..size]);
        }
    }
}
