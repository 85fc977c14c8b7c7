//! Matrix products: the one place with unsafe code, a checked door to the `gemm` crate.
#![allow(
    unsafe_code,
    reason = "gemm takes raw pointers; every bound is checked here first"
)]

use crate::Real;

/// A borrowed matrix to read, row-major or a transposed view of one.
#[derive(Debug, Clone, Copy)]
pub struct Matrix<'a, T> {
    data: &'a [T],
    rows: usize,
    cols: usize,
    row_stride: usize,
    col_stride: usize,
}

impl<'a, T: Real> Matrix<'a, T> {
    /// `rows * cols` numbers, row after row.
    ///
    /// # Panics
    /// If `data` has another length.
    pub fn new(data: &'a [T], rows: usize, cols: usize) -> Self {
        assert_eq!(data.len(), rows * cols, "matrix {rows} x {cols}");
        Self::strided(data, rows, cols, cols)
    }

    /// Rows of `cols` numbers, each `row_stride` after the one before: a block of a wider matrix.
    ///
    /// # Panics
    /// If `row_stride < cols` or `data` ends before the last row does.
    pub fn strided(data: &'a [T], rows: usize, cols: usize, row_stride: usize) -> Self {
        check(data.len(), rows, cols, row_stride);
        Self {
            data,
            rows,
            cols,
            row_stride,
            col_stride: 1,
        }
    }

    /// These numbers with rows and columns exchanged; nothing is copied.
    #[must_use]
    pub fn t(self) -> Self {
        Self {
            data: self.data,
            rows: self.cols,
            cols: self.rows,
            row_stride: self.col_stride,
            col_stride: self.row_stride,
        }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// The number at a place.
    ///
    /// # Panics
    /// If there is no such place.
    pub fn at(&self, row: usize, col: usize) -> T {
        assert!(row < self.rows && col < self.cols, "no place {row}, {col}");
        self.data[row * self.row_stride + col * self.col_stride]
    }
}

/// A borrowed row-major matrix to write.
#[derive(Debug)]
pub struct MatrixMut<'a, T> {
    data: &'a mut [T],
    rows: usize,
    cols: usize,
    row_stride: usize,
}

impl<'a, T: Real> MatrixMut<'a, T> {
    /// `rows * cols` numbers, row after row.
    ///
    /// # Panics
    /// If `data` has another length.
    pub fn new(data: &'a mut [T], rows: usize, cols: usize) -> Self {
        assert_eq!(data.len(), rows * cols, "matrix {rows} x {cols}");
        Self::strided(data, rows, cols, cols)
    }

    /// Rows of `cols` numbers, each `row_stride` after the one before. What lies between is not
    /// touched.
    ///
    /// # Panics
    /// If `row_stride < cols` or `data` ends before the last row does.
    pub fn strided(data: &'a mut [T], rows: usize, cols: usize, row_stride: usize) -> Self {
        check(data.len(), rows, cols, row_stride);
        Self {
            data,
            rows,
            cols,
            row_stride,
        }
    }
}

/// Every index `row * row_stride + col` must lie in the data, and no two may be the same.
fn check(len: usize, rows: usize, cols: usize, row_stride: usize) {
    assert!(
        row_stride >= cols,
        "row stride {row_stride} of {cols} columns"
    );
    if rows == 0 || cols == 0 {
        return;
    }
    let last = (rows - 1).checked_mul(row_stride);
    let needed = last.and_then(|last| last.checked_add(cols));
    let needed = needed.expect("a matrix in memory has fewer numbers than usize can count");
    assert!(
        len >= needed,
        "matrix {rows} x {cols}: needs {needed}, given {len}"
    );
    // gemm computes addresses with isize.
    let largest = isize::try_from(needed.max(row_stride));
    assert!(largest.is_ok(), "row stride {row_stride}");
}

/// What becomes of the numbers already in the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fill {
    /// `out = a b`; they are not read.
    Overwrite,
    /// `out = out + a b`.
    Add,
}

/// Who computes a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Threads {
    /// The calling thread.
    One,
    /// The current rayon pool.
    All,
}

/// `out = a b` or `out = out + a b`, for `out (r, c)`, `a (r, k)`, `b (k, c)`; with `k = 0` the product is 0.
///
/// The order of additions depends on the shapes only, so the bits are the same on any number of
/// threads of one processor type.
///
/// ```
/// use tercet_kernels::{Fill, Matrix, MatrixMut, Threads, product};
/// let (a, b) = ([1.0, 2.0, 3.0, 4.0], [5.0, 6.0]);
/// let mut out = [100.0, 100.0];
/// let b = Matrix::new(&b, 2, 1);
/// product(MatrixMut::new(&mut out, 2, 1), Fill::Add, Matrix::new(&a, 2, 2), b, Threads::One);
/// assert_eq!(out, [117.0, 139.0]);
/// let a = Matrix::new(&a, 2, 2).t();
/// product(MatrixMut::new(&mut out, 2, 1), Fill::Overwrite, a, b, Threads::One);
/// assert_eq!(out, [23.0, 34.0]);
/// ```
///
/// # Panics
/// If the shapes do not fit.
pub fn product<T: Real>(
    out: MatrixMut<'_, T>,
    fill: Fill,
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    threads: Threads,
) {
    let shapes = ((out.rows, out.cols), (a.rows, a.cols), (b.rows, b.cols));
    let fits = a.rows == out.rows && a.cols == b.rows && b.cols == out.cols;
    assert!(fits, "product of shapes {shapes:?}");
    if out.rows == 0 || out.cols == 0 {
        return;
    }
    let parallelism = match threads {
        Threads::One => gemm::Parallelism::None,
        Threads::All => gemm::Parallelism::Rayon(0),
    };
    // SAFETY: `check` has made sure, when each matrix was built, that every (row, column) of its shape
    // lies inside its slice and that strides fit isize; transposing exchanges both. `out` is borrowed
    // mutably, so it overlaps neither operand, and its rows do not overlap. The shapes fit (asserted
    // above). `Real` is sealed to f32 and f64, both of which gemm supports.
    unsafe {
        gemm::gemm(
            out.rows,
            out.cols,
            a.cols,
            out.data.as_mut_ptr(),
            1,
            out.row_stride as isize,
            fill == Fill::Add,
            a.data.as_ptr(),
            a.col_stride as isize,
            a.row_stride as isize,
            b.data.as_ptr(),
            b.col_stride as isize,
            b.row_stride as isize,
            T::ONE,
            T::ONE,
            false,
            false,
            false,
            parallelism,
        );
    }
}
