//! Centres of a class near one another.

use super::unit::Unit;
use crate::{Real, Rows};

/// Keeps the root's slope finite where two centres have merged; the authors' own.
const EPSILON: f64 = 1e-5;

/// `sum sqrt(2 + 1e-5 - 2 u_s.u_t)` over pairs `s < t` of one class, over the number of ordered such pairs
/// (`C K (K - 1)` for `C` classes of `K`), and its gradient `(n, d)`.
pub(super) fn centres<T: Real>(rows: Rows<'_, T>, labels: &[i64]) -> (f64, Vec<f64>) {
    let unit = Unit::new(rows, labels);
    let share = 1.0 / unit.pairs_within().max(1.0);
    let mut gradient = vec![0.0; rows.data().len()];
    let mut value = 0.0;
    for class in &unit.classes {
        for one in class.clone() {
            for other in one + 1..class.end {
                value += share * pair(&unit, (one, other), share, &mut gradient);
            }
        }
    }
    (value, unit.pull(&gradient))
}

/// The root of one pair; adds its gradient times `share`.
fn pair(unit: &Unit, (one, other): (usize, usize), share: f64, gradient: &mut [f64]) -> f64 {
    let dim = unit.dim;
    let (a, b) = (unit.slice(&(one..one + 1)), unit.slice(&(other..other + 1)));
    let cosine: f64 = a.iter().zip(b).map(|(x, y)| x * y).sum();
    // Rounding may put the cosine of equal rows a little above 1.
    let root = (2.0 + EPSILON - 2.0 * cosine).sqrt();
    for (at, from) in [(one, b), (other, a)] {
        let place = &mut gradient[at * dim..][..dim];
        for (place, x) in place.iter_mut().zip(from) {
            *place -= share / root * x;
        }
    }
    root
}
