//! All triplets under the soft margin: the fast way against plain loops, with numbers near and far apart.
#![allow(clippy::unwrap_used, reason = "tests")]

mod batches;

use batches::{apart, labels, numbers, triplet, within};
use tercet_kernels::{Batch, Distance, Margin, Outcome, Real, Reduce, Rows, Select};

const DIM: usize = 4;

fn both<T: Real>(batch: &Batch<'_, T>) -> (Outcome<T>, Outcome<T>) {
    let distance = Distance::SquaredEuclidean;
    let objective = triplet(distance, Margin::Soft, Select::All, Reduce::Sum);
    let plain = objective.evaluate_plain(batch).unwrap();
    (objective.evaluate(batch).unwrap(), plain)
}

/// Whether the counts are the same; the error of the value in shares of it.
fn same<T: Real>((fast, plain): &(Outcome<T>, Outcome<T>)) -> f64 {
    let counts = |outcome: &Outcome<T>| {
        let count = outcome.terms.positive;
        (count.terms, count.active, count.anchors, count.pairs)
    };
    assert_eq!(counts(fast), counts(plain));
    (fast.value - plain.value).abs() / plain.value
}

/// Sizes around whole blocks, few and very many positives, gaps from far below to far above what has a cost.
fn each(check: impl Fn(&[f64], &[i64])) {
    for (n, classes) in [(7, 2), (64, 9), (65, 1), (129, 40), (200, 2)] {
        for scale in [0.1, 1.0, 6.0, 40.0] {
            let data: Vec<f64> = numbers(n * DIM, 3).iter().map(|x| scale * x).collect();
            check(&data, &labels(n, classes, 4));
            let mut sorted = labels(n, classes, 4);
            sorted.sort_unstable();
            check(&data, &sorted);
        }
    }
}

#[test]
fn fast_is_plain() {
    each(|data, labels| {
        let found = both(&within(data, DIM, labels));
        let error = same(&found);
        assert!(error < 1e-13 || found.1.value == 0.0, "{error}");
        let apart = apart(&found.0.gradient(), &found.1.gradient());
        assert!(apart < 1e-11, "{apart}");
    });
}

#[test]
fn fast_is_plain_in_f32() {
    each(|data, labels| {
        // Whole multiples of 1/64, so that distances are exact and all that rounds is the loss.
        let rounded = data.iter().map(|x| ((x * 64.0).round() / 64.0) as f32);
        let data: Vec<f32> = rounded.collect();
        let found = both(&within(&data, DIM, labels));
        let error = same(&found);
        assert!(error < 5e-7 || found.1.value == 0.0, "{error}");
        let apart = apart(&found.0.gradient(), &found.1.gradient());
        assert!(apart < 2e-5, "{apart}");
    });
}

#[test]
fn hidden_duplicates_cost_nothing() {
    let (n, data) = (70, numbers(70 * DIM, 5));
    let (labels, ids) = (
        labels(n, 3, 6),
        Vec::from_iter((0..n as u64).map(|i| i / 2)),
    );
    let rows = Rows::new(&data, DIM).unwrap();
    let batch = Batch::within(rows, &labels).unwrap().identified(&ids, &ids);
    let found = both(&batch.unwrap());
    assert!(same(&found) < 1e-13);
    assert!(apart(&found.0.gradient(), &found.1.gradient()) < 1e-11);
}
