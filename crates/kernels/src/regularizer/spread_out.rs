//! Spread-out directions, by sums over all pairs less those over pairs of one class.

use std::ops::Range;

use super::unit::Unit;
use crate::{Fill, Matrix, MatrixMut, Real, Rows, Threads, product};

/// `M1^2 + [M2 - 1/d]+` over ordered pairs of unequal class, and its gradient `(n, d)`.
///
/// `sum_ij u_i.u_j = |sum_i u_i|^2` and `sum_ij (u_i.u_j)^2 = |U^T U|^2`, over all rows and over each class.
pub(super) fn spread_out<T: Real>(rows: Rows<'_, T>, labels: &[i64]) -> (f64, Vec<f64>) {
    let unit = Unit::new(rows, labels);
    let (n, dim) = (rows.len(), rows.dim());
    let pairs = (n * n) as f64 - unit.pairs_within() - n as f64;
    if pairs == 0.0 {
        return (0.0, vec![0.0; rows.data().len()]);
    }
    let sum = total(unit.slice(&(0..n)), dim);
    let mut first = dot(&sum, &sum);
    let mut pull = vec![0.0; n * dim];
    let mut second = pull_pairs(&unit, &(0..n), Threads::All, &mut pull);
    // What is left of `sum_j u_j` and `sum_j (u_i.u_j) u_j` once a row's own class is taken out.
    let mut others = sum.repeat(n);
    for class in &unit.classes {
        let own = total(unit.slice(class), dim);
        first -= dot(&own, &own);
        let mut own_pull = vec![0.0; class.len() * dim];
        second -= pull_pairs(&unit, class, Threads::One, &mut own_pull);
        let range = class.start * dim..class.end * dim;
        take(&mut others[range.clone()], own.iter().cycle());
        take(&mut pull[range], own_pull.iter());
    }
    let (first, above) = (first / pairs, second / pairs - 1.0 / dim as f64);
    let weight = if above > 0.0 { 4.0 / pairs } else { 0.0 };
    let each = others.iter().zip(&pull);
    let gradient: Vec<f64> = each
        .map(|(other, pull)| 4.0 * first * other / pairs + weight * pull)
        .collect();
    (first * first + above.max(0.0), unit.pull(&gradient))
}

/// The sum of some rows.
fn total(rows: &[f64], dim: usize) -> Vec<f64> {
    let mut sum = vec![0.0; dim];
    for row in rows.chunks_exact(dim) {
        sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
    }
    sum
}

/// `sum_ij (u_i.u_j)^2` of some rows, and `sum_j (u_i.u_j) u_j` of each into `out`. By products of rows if
/// they are few, else by the moment `U^T U`: never more than `d^2` numbers beside.
fn pull_pairs(unit: &Unit, range: &Range<usize>, threads: Threads, out: &mut [f64]) -> f64 {
    let (count, dim) = (range.len(), unit.dim);
    let rows = Matrix::new(unit.slice(range), count, dim);
    let few = count < dim;
    let size = if few { count } else { dim };
    let mut square = vec![0.0; size * size];
    let place = MatrixMut::new(&mut square, size, size);
    let (one, two) = if few {
        (rows, rows.t())
    } else {
        (rows.t(), rows)
    };
    product(place, Fill::Overwrite, one, two, threads);
    let moment = Matrix::new(&square, size, size);
    let (one, two) = if few { (moment, rows) } else { (rows, moment) };
    let out = MatrixMut::new(out, count, dim);
    product(out, Fill::Overwrite, one, two, threads);
    dot(&square, &square)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn take<'n>(from: &mut [f64], what: impl Iterator<Item = &'n f64>) {
    from.iter_mut().zip(what).for_each(|(place, x)| *place -= x);
}
