//! Matrix products against their scalar twin, over shapes, strides, alignments and fills.
#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use tercet_kernels::{Fill, Matrix, MatrixMut, Real, Threads, product};

/// The scalar twin.
fn twin<T: Real>(out: &mut [T], stride: usize, fill: Fill, (a, b): (Matrix<'_, T>, Matrix<'_, T>)) {
    for row in 0..a.rows() {
        for col in 0..b.cols() {
            let sum: T = (0..a.cols()).map(|k| a.at(row, k) * b.at(k, col)).sum();
            let place = &mut out[row * stride + col];
            *place = if fill == Fill::Add { *place + sum } else { sum };
        }
    }
}

/// Small integers, so that every order of additions gives the same bits.
fn integers<T: Real>(len: usize, seed: usize) -> Vec<T> {
    let number = |i: usize| T::from_f64(((i * 7 + seed * 5) % 11) as f64 - 5.0);
    (0..len).map(number).collect()
}

/// A matrix that starts `offset` numbers into its data, with `gap` numbers between rows.
fn view<T: Real>(
    data: &[T],
    (rows, cols): (usize, usize),
    (offset, gap): (usize, usize),
    turned: bool,
) -> Matrix<'_, T> {
    if turned {
        return view(data, (cols, rows), (offset, gap), false).t();
    }
    Matrix::strided(&data[offset..], rows, cols, cols + gap)
}

fn compare<T: Real>(
    (rows, depth, cols): (usize, usize, usize),
    place: (usize, usize),
    turned: (bool, bool),
    fill: Fill,
) {
    let room = |one: usize, other: usize| (one + 8) * (other + 8) + 8;
    let (a, b) = (
        integers::<T>(room(rows, depth), 1),
        integers(room(depth, cols), 2),
    );
    let a = view(&a, (rows, depth), place, turned.0);
    let b = view(&b, (depth, cols), place, turned.1);
    let stride = cols + place.1;
    let before = integers::<T>(rows * stride, 3);
    let mut slow = before.clone();
    twin(&mut slow, stride, fill, (a, b));
    for threads in [Threads::One, Threads::All] {
        let mut fast = before.clone();
        product(
            MatrixMut::strided(&mut fast, rows, cols, stride),
            fill,
            a,
            b,
            threads,
        );
        assert_eq!(fast, slow, "{rows} x {depth} x {cols}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..Default::default() })]

    #[test]
    fn equals_its_scalar_twin(
        shape in (0usize..40, 0usize..40, 0usize..40),
        place in (0usize..8, 0usize..5),
        turned in any::<(bool, bool)>(),
        add in any::<bool>(),
    ) {
        let fill = if add { Fill::Add } else { Fill::Overwrite };
        compare::<f32>(shape, place, turned, fill);
        compare::<f64>(shape, place, turned, fill);
    }
}

#[test]
fn equals_its_scalar_twin_where_it_is_cut() {
    for shape in [(70, 513, 33), (1, 1030, 70), (200, 3, 1), (65, 64, 257)] {
        for turned in [(false, false), (true, false), (false, true), (true, true)] {
            compare::<f32>(shape, (0, 0), turned, Fill::Overwrite);
            compare::<f64>(shape, (1, 2), turned, Fill::Add);
        }
    }
}

#[test]
fn leaves_what_lies_between_rows() {
    let ones = vec![1.0f32; 100];
    let mut out = vec![7.0f32; 5 * 9];
    let a = Matrix::strided(&ones[1..], 5, 4, 6);
    let b = Matrix::strided(&ones, 4, 3, 20);
    let view = MatrixMut::strided(&mut out, 5, 3, 9);
    product(view, Fill::Overwrite, a, b, Threads::One);
    for (index, &number) in out.iter().enumerate() {
        assert_eq!(number, if index % 9 < 3 { 4.0 } else { 7.0 });
    }
}

#[test]
#[should_panic(expected = "needs 12, given 11")]
fn refuses_a_slice_that_is_too_short() {
    Matrix::strided(&[0.0f32; 11], 3, 4, 4);
}

#[test]
#[should_panic(expected = "matrix 3 x 4")]
fn refuses_a_slice_that_is_too_long() {
    Matrix::new(&[0.0f32; 13], 3, 4);
}

#[test]
#[should_panic(expected = "product of shapes")]
fn refuses_shapes_that_do_not_fit() {
    let (a, b) = ([0.0f32; 6], [0.0f32; 6]);
    let mut out = [0.0f32; 4];
    let out = MatrixMut::new(&mut out, 2, 2);
    let b = Matrix::new(&b, 2, 3);
    product(out, Fill::Add, Matrix::new(&a, 2, 3), b, Threads::One);
}

#[test]
#[should_panic(expected = "row stride 3 of 4 columns")]
fn refuses_rows_that_overlap() {
    MatrixMut::strided(&mut [0.0f32; 11], 3, 4, 3);
}

#[test]
#[should_panic(expected = "a matrix in memory")]
fn refuses_counts_that_overflow() {
    // (2^63 + 1) rows of 2 numbers would wrap round to 2.
    let rows = (usize::MAX / 2) + 2;
    Matrix::new(&[0.0f32; 2], rows, 2);
}
