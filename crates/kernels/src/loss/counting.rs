//! All triplets of an anchor by counting: no loop over (positive, negative).
//!
//! Under a hard margin a triplet costs `t_p - d_n` if `d_n < t_p`, with `t_p = d_p + m`. With `c_p`
//! negatives active for each positive and `c_n` positives for each negative, the sum is
//! `sum_p c_p t_p - sum_n c_n d_n`, and `c_p`, `-c_n` are the slopes. One search among the sorted `t_p` per
//! negative gives both: `O(P log P + N log P)` for `P` positives and `N` negatives.

use crate::row::Row;
use crate::{Count, Margin, Real};

/// Which triplets are selected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Window {
    /// All; those with `d_n < t_p` cost something.
    Below,
    /// Those with `d_p < d_n < t_p`; all cost something.
    Between,
}

/// Costs every triplet of a row and adds its slopes.
pub(super) fn cost<T: Real>(
    window: Window,
    margin: Margin,
    row: &Row<'_, T>,
    slopes: &mut [T],
) -> Count {
    let mut positives: Vec<usize> = row.positives().collect();
    positives.sort_unstable_by(|&one, &other| row.distances[one].total_cmp(&row.distances[other]));
    let lower: Vec<T> = positives
        .iter()
        .map(|&index| row.distances[index])
        .collect();
    // Adding the margin rounds, but never exchanges two thresholds.
    let upper: Vec<T> = lower.iter().map(|&near| margin.threshold(near)).collect();
    let lower = (window == Window::Between).then_some(lower);
    let (ranks, mut sum) = negatives(row, &upper, lower.as_deref(), slopes);
    let (mut below, mut active) = (0, 0);
    for (rank, &positive) in positives.iter().enumerate() {
        below += ranks[rank];
        slopes[positive] = T::from_f64(below as f64);
        sum += below as f64 * upper[rank].to_f64();
        active += below as u64;
    }
    let all = row.pairs() * row.negative_count() as u64;
    let terms = if window == Window::Below { all } else { active };
    Count {
        sum,
        terms,
        active,
        anchors: u64::from(terms > 0),
        pairs: row.pairs(),
        ..Count::default()
    }
}

/// The slopes of all negatives, `sum_n -c_n d_n`, and per rank of positives by how many negatives its
/// `c_p` exceeds that of the rank before.
fn negatives<T: Real>(
    row: &Row<'_, T>,
    upper: &[T],
    lower: Option<&[T]>,
    slopes: &mut [T],
) -> (Vec<i64>, f64) {
    let count = upper.len();
    let mut ranks = vec![0i64; count + 1];
    let mut sum = 0.0;
    for run in row.negative_runs() {
        let each = row.distances[run.clone()].iter().zip(&mut slopes[run]);
        for (&distance, slope) in each {
            // It costs something beside the positives `first..last` in order of distance.
            let first = upper.partition_point(|&bound| bound <= distance);
            let last = lower.map_or(count, |lower| {
                lower.partition_point(|&near| near < distance)
            });
            ranks[first] += 1;
            ranks[last] -= 1;
            let active = (last - first) as f64;
            *slope = T::from_f64(-active);
            sum -= active * distance.to_f64();
        }
    }
    (ranks, sum)
}
