//! The distances that a loss sees, read by a loss of our own.
#![allow(clippy::unwrap_used, reason = "tests")]

mod batches;

use std::sync::Mutex;

use batches::{numbers_f32, within};
use tercet_kernels::{Batch, Distance, Objective, Real, Reduce, Row, RowLoss, Rows, Slopes, Terms};

/// Costs nothing and writes down every row.
#[derive(Debug, Default)]
struct Spy {
    seen: Mutex<Vec<(usize, Vec<f64>)>>,
}

impl RowLoss for &Spy {
    fn row<T: Real>(&self, row: &Row<'_, T>, _slopes: &mut Slopes<'_, T>) -> Terms {
        let distances = row.distances().iter().map(|d| d.to_f64()).collect();
        self.seen.lock().unwrap().push((row.anchor(), distances));
        Terms::default()
    }
}

/// The distances of a batch, row after row.
fn seen<T: Real>(distance: Distance, batch: &Batch<'_, T>) -> Vec<Vec<f64>> {
    let spy = Spy::default();
    let objective = Objective::new(distance, &spy, Reduce::Sum).unwrap();
    objective.evaluate(batch).unwrap();
    let mut seen = spy.seen.into_inner().unwrap();
    seen.sort_by_key(|(anchor, _)| *anchor);
    seen.into_iter().map(|(_, row)| row).collect()
}

const DIMS: [usize; 10] = [1, 2, 3, 4, 5, 16, 128, 513, 514, 1026];

#[test]
fn bits_depend_on_the_two_rows_only() {
    let n = 150;
    let labels = vec![0; n];
    for dim in DIMS {
        let data = numbers_f32(n * dim, dim as u64);
        let rows = Rows::new(&data, dim).unwrap();
        for &distance in Distance::ALL {
            let whole = seen(distance, &within(&data, dim, &labels));
            for (i, row) in whole.iter().enumerate() {
                for (j, given) in row.iter().enumerate() {
                    assert_eq!(given.to_bits(), whole[j][i].to_bits(), "{distance}, {dim}");
                }
            }
            for own in [0..1, 7..9, 63..66, 80..150] {
                let shard = Batch::shard(rows, &labels, own.clone()).unwrap();
                assert_eq!(seen(distance, &shard), whole[own], "{distance}, {dim}");
            }
            for (i, j) in [(0, 1), (3, 77), (148, 149)] {
                let row = |i: usize| Rows::new(&data[i * dim..(i + 1) * dim], dim).unwrap();
                let pair = Batch::between(row(i), &[0], row(j), &[0]).unwrap();
                assert_eq!(
                    seen(distance, &pair)[0][0],
                    whole[i][j],
                    "{distance}, {dim}"
                );
            }
            for others in [2, 16, 17, 40] {
                let few = Rows::new(&data[..others * dim], dim).unwrap();
                let batch = Batch::between(rows, &labels, few, &labels[..others]).unwrap();
                for (row, whole) in seen(distance, &batch).iter().zip(&whole) {
                    assert_eq!(row, &whole[..others], "{distance}, {dim}");
                }
            }
        }
    }
}

#[test]
fn equal_rows_are_at_zero_and_near_rows_are_accurate() {
    let (n, dim) = (30, 128);
    let mut data = numbers_f32(2 * n * dim, 9);
    data.copy_within(..n * dim, n * dim);
    for i in 0..n / 2 {
        data[(n + i) * dim] += 1e-4;
    }
    let labels = vec![0; 2 * n];
    let wide: Vec<f64> = data.iter().map(|x| x.to_f64()).collect();
    for distance in [
        Distance::SquaredEuclidean,
        Distance::Euclidean,
        Distance::Cosine,
    ] {
        let narrow = seen(distance, &within(&data, dim, &labels));
        for i in 0..n {
            let row = |i: usize| &wide[i * dim..(i + 1) * dim];
            let exact = distance.between(row(i), row(n + i));
            let given = narrow[i][n + i];
            if i < n / 2 {
                assert!(
                    (given - exact).abs() < 0.02 * exact,
                    "{distance}: {given}, {exact}"
                );
            } else {
                assert_eq!(given, 0.0, "{distance}");
            }
            assert_eq!(narrow[i][i], 0.0, "{distance}");
        }
    }
}

#[test]
fn tiles_equal_plain_pairs() {
    let (n, dim) = (40, 33);
    let data = batches::numbers(n * dim, 10);
    let labels = vec![0; n];
    for &distance in Distance::ALL {
        for (i, row) in seen(distance, &within(&data, dim, &labels))
            .iter()
            .enumerate()
        {
            for (j, given) in row.iter().enumerate() {
                let row = |i: usize| &data[i * dim..(i + 1) * dim];
                let plain = distance.between(row(i), row(j));
                assert!(
                    (given - plain).abs() < 1e-12 * (1.0 + plain.abs()),
                    "{distance}"
                );
            }
        }
    }
}
