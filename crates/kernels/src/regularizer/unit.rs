//! Unit rows by class, and the way back to rows as given.

use std::ops::Range;

use crate::distance::Side;
use crate::{Distance, Real, Rows};

/// Unit rows in f64, sorted by class.
pub(super) struct Unit {
    /// `(n, d)`; rows of zeros stay so.
    pub(super) data: Vec<f64>,
    pub(super) dim: usize,
    /// One range of rows per class.
    pub(super) classes: Vec<Range<usize>>,
    lengths: Vec<f64>,
    /// Where each row came from.
    order: Vec<usize>,
}

impl Unit {
    pub(super) fn new<T: Real>(rows: Rows<'_, T>, labels: &[i64]) -> Self {
        let (dim, n) = (rows.dim(), rows.len());
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_unstable_by_key(|&index| (labels[index], index));
        let each = order.iter().flat_map(|&index| rows.row(index));
        let sorted: Vec<f64> = each.map(|x| x.to_f64()).collect();
        let sorted = Rows::new(&sorted, dim).expect("the rows were whole");
        let side = Side::new(Distance::Cosine, sorted);
        let (data, lengths) = (side.all().data.to_vec(), side.all().lengths.to_vec());
        let chunks = order.chunk_by(|&one, &other| labels[one] == labels[other]);
        let classes = chunks.scan(0, |end, class| {
            let start = *end;
            *end += class.len();
            Some(start..*end)
        });
        Self {
            classes: classes.collect(),
            data,
            dim,
            lengths,
            order,
        }
    }

    /// The rows of a range, `(len, d)`.
    pub(super) fn slice(&self, range: &Range<usize>) -> &[f64] {
        &self.data[range.start * self.dim..range.end * self.dim]
    }

    /// Ordered pairs of two rows of one class.
    pub(super) fn pairs_within(&self) -> f64 {
        let each = self.classes.iter().map(|class| class.len() as f64);
        each.map(|count| count * (count - 1.0)).sum()
    }

    /// A gradient in the unit rows into that in the rows as given, in their order: `(g - u (u.g)) / |x|`.
    pub(super) fn pull(&self, gradient: &[f64]) -> Vec<f64> {
        let dim = self.dim;
        let mut pulled = vec![0.0; gradient.len()];
        let each = gradient.chunks_exact(dim).zip(self.data.chunks_exact(dim));
        for ((gradient, unit), (&index, &length)) in each.zip(self.order.iter().zip(&self.lengths))
        {
            if length == 0.0 {
                continue;
            }
            let along: f64 = gradient.iter().zip(unit).map(|(g, u)| g * u).sum();
            let place = &mut pulled[index * dim..][..dim];
            for ((place, g), u) in place.iter_mut().zip(gradient).zip(unit) {
                *place = (g - u * along) / length;
            }
        }
        pulled
    }
}
