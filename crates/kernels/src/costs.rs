//! What each anchor costs by itself.

use crate::scan::Scan;
use crate::slopes::Buffer;
use crate::{Batch, Objective, Real, RowLoss};

/// The sum of every anchor's terms, `(n,)`.
pub(crate) fn costs<L: RowLoss, T: Real>(
    objective: &Objective<L>,
    batch: &Batch<'_, T>,
    summaries: &[[f64; 2]],
) -> Vec<f64> {
    let (loss, m) = (objective.loss(), batch.candidates().len());
    let scan = Scan {
        distance: objective.distance(),
        grades: loss.needs().grades,
        summaries,
    };
    let empty = || (Buffer::default(), Vec::new());
    let tiles = scan.fold(batch, empty, |(slopes, costs), row| {
        slopes.reset(m);
        costs.push(loss.row(row, &mut slopes.slopes()).sum());
    });
    tiles.into_iter().flat_map(|(_, costs)| costs).collect()
}
