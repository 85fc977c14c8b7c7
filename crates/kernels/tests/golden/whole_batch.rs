//! Losses of a whole batch against other people's numbers.

use crate::file::case;
use tercet_kernels::{Batch, BatchObjective, Distance, Histogram};

/// Every test here.
pub(crate) const ALL: &[fn()] = &[histograms];

/// pytorch-metric-learning's `HistogramLoss`.
#[test]
fn histograms() {
    for source in ["formula", "balanced"] {
        for bins in [100, 20] {
            let case = case(&format!("pml-histogram-{bins}-{source}"));
            let (rows, labels) = (case.numbers("rows"), case.labels("labels"));
            let batch = Batch::within(case.rows(&rows), &labels).unwrap();
            let loss = Histogram::new(bins + 1).unwrap();
            let objective = BatchObjective::new(Distance::Cosine, loss).unwrap();
            let outcome = objective.evaluate(&batch).unwrap();
            case.same_value(outcome.value);
            case.same_gradient("gradient", &outcome.gradient());
        }
    }
}
