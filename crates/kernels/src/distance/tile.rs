//! A tile of distances from one matrix product.

use super::{Distance, View, cosine, euclidean, negative_dot, squared_euclidean};
use crate::simd::wide;
use crate::{Fill, Matrix, MatrixMut, Real, Threads, product};

/// gemm takes other paths, which may round otherwise, for fewer than 2 rows or columns, for fewer than 257
/// products in all, and for depth 1 and 2: smaller tiles are padded to this, with zeros.
const LEAST: usize = 24;

/// Depth up to which gemm adds one product after the other; deeper rows are cut here, by us, because
/// where gemm would cut them depends on the shape.
const DEPTH: usize = 512;

/// Depth to which shorter rows are padded.
const SHALLOW: usize = 4;

impl Distance {
    /// The distances of all anchors to all candidates, `(n, m)`, on the calling thread.
    ///
    /// The bits of each depend on the two rows only.
    pub(crate) fn tile<T: Real>(self, out: &mut [T], anchors: View<'_, T>, others: View<'_, T>) {
        self.tile_in(out, anchors, others, &mut Padding::default());
    }

    /// [`tile`](Self::tile) with memory for small tiles that is kept.
    pub(crate) fn tile_in<T: Real>(
        self,
        out: &mut [T],
        anchors: View<'_, T>,
        others: View<'_, T>,
        padding: &mut Padding<T>,
    ) {
        let (n, m) = (anchors.len(), others.len());
        assert_eq!(out.len(), n * m, "tile of {n} x {m}");
        if n == 0 || m == 0 {
            return;
        }
        dots(out, anchors, others, padding);
        for (index, row) in out.chunks_exact_mut(m).enumerate() {
            fix(self, row, anchors.slice(index..index + 1), others);
        }
    }
}

wide! {
    /// One anchor's dot products into distances.
    fn fix<'w, T>(
        distance: Distance,
        dots: &'w mut [T],
        anchor: View<'w, T>,
        others: View<'w, T>,
    ) -> () {
        let (row, own) = (anchor.row(0), anchor.lengths[0]);
        let near = |index: usize| squared_euclidean::between(row, others.row(index));
        match distance {
            Distance::SquaredEuclidean => squared_euclidean::fix(dots, own, others.lengths, near),
            Distance::Euclidean => euclidean::fix(dots, own, others.lengths, near),
            Distance::Cosine => cosine::fix(dots, near),
            Distance::NegativeDot => negative_dot::fix(dots),
        }
    }
}

/// Memory for a tile that is too small.
#[derive(Debug, Default)]
pub(crate) struct Padding<T> {
    anchors: Vec<T>,
    others: Vec<T>,
    out: Vec<T>,
}

/// Dot products of all pairs, whose bits depend on the two rows only.
fn dots<T: Real>(
    out: &mut [T],
    anchors: View<'_, T>,
    others: View<'_, T>,
    padding: &mut Padding<T>,
) {
    let (n, m, dim) = (anchors.len(), others.len(), anchors.dim);
    if n >= LEAST && m >= LEAST && dim >= SHALLOW {
        return chunks(out, anchors.data, others.data, (n, m, dim));
    }
    let shape = (n.max(LEAST), m.max(LEAST), dim.max(SHALLOW));
    let a = pad(anchors, (shape.0, shape.2), &mut padding.anchors);
    let b = pad(others, (shape.1, shape.2), &mut padding.others);
    padding.out.resize(shape.0 * shape.1, T::ZERO);
    chunks(&mut padding.out, a, b, shape);
    let each = padding.out.chunks_exact(shape.1);
    for (row, from) in out.chunks_exact_mut(m).zip(each) {
        row.copy_from_slice(&from[..m]);
    }
}

/// `out = a b^T` with at most [`DEPTH`] products at a time; shape `(n, m, d)`.
fn chunks<T: Real>(out: &mut [T], a: &[T], b: &[T], (n, m, dim): (usize, usize, usize)) {
    // Even pieces: a last one of depth 1 or 2 would take gemm's other path.
    let piece = dim.div_ceil(dim.div_ceil(DEPTH));
    for start in (0..dim).step_by(piece) {
        let depth = piece.min(dim - start);
        let fill = if start == 0 {
            Fill::Overwrite
        } else {
            Fill::Add
        };
        let a = Matrix::strided(&a[start..], n, depth, dim);
        let b = Matrix::strided(&b[start..], m, depth, dim).t();
        product(MatrixMut::new(out, n, m), fill, a, b, Threads::One);
    }
}

/// The rows, and zeros up to `(rows, dim)`.
fn pad<'s, T: Real>(
    view: View<'s, T>,
    (rows, dim): (usize, usize),
    scratch: &'s mut Vec<T>,
) -> &'s [T] {
    if view.len() == rows && view.dim == dim {
        return view.data;
    }
    scratch.clear();
    scratch.resize(rows * dim, T::ZERO);
    let each = view.data.chunks_exact(view.dim);
    for (row, from) in scratch.chunks_exact_mut(dim).zip(each) {
        row[..view.dim].copy_from_slice(from);
    }
    scratch
}
