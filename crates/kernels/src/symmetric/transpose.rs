//! Columns into rows.

use crate::simd::{LANES, wide};

wide! {
    /// `LANES` columns of a row-major matrix of `cols` columns, from column `first` on, each into a row of
    /// `out`; columns that are not there are left alone.
    pub(super) fn columns<'w, T>(
        matrix: &'w [T],
        cols: usize,
        first: usize,
        out: &'w mut [Vec<T>; LANES],
    ) -> () {
        let width = LANES.min(cols - first);
        let mut start = 0;
        let mut rows = matrix.chunks_exact(cols);
        while rows.len() >= LANES && width == LANES {
            let mut block = [[T::default(); LANES]; LANES];
            for (place, row) in block.iter_mut().zip(&mut rows) {
                place.copy_from_slice(&row[first..first + LANES]);
            }
            for (lane, out) in out.iter_mut().enumerate() {
                let column: [T; LANES] = std::array::from_fn(|row| block[row][lane]);
                out[start..start + LANES].copy_from_slice(&column);
            }
            start += LANES;
        }
        for (index, row) in rows.enumerate() {
            for (lane, out) in out.iter_mut().enumerate().take(width) {
                out[start + index] = row[first + lane];
            }
        }
    }
}
