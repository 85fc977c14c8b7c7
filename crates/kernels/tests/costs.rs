//! What each anchor costs by itself, against shards of one anchor.
#![allow(clippy::unwrap_used, reason = "tests")]

mod batches;

use batches::{labels, numbers, objectives};
use tercet_kernels::{Batch, Reduce, RowLoss, Rows};

const DIM: usize = 3;

#[test]
fn the_cost_of_an_anchor_is_the_sum_of_its_shard() {
    let n = 70; // more than one tile
    let (data, labels) = (numbers(n * DIM, 1), labels(n, 9, 1));
    let rows = Rows::new(&data, DIM).unwrap();
    for objective in objectives(Reduce::Sum) {
        let batch = Batch::within(rows, &labels).unwrap().keyed(3, 4);
        let given = objective.costs(&batch).unwrap();
        assert_eq!(given.len(), n);
        for (anchor, cost) in given.into_iter().enumerate() {
            let shard = batch.clone().part(anchor..anchor + 1).unwrap();
            let wanted = objective.evaluate(&shard).unwrap().value;
            assert_eq!(cost, wanted, "{objective:?}, anchor {anchor}");
        }
    }
}

#[test]
fn part_of_the_anchors_and_other_candidates() {
    let (data, labels) = (numbers(80 * DIM, 2), labels(80, 6, 2));
    let (anchors, candidates) = data.split_at(50 * DIM);
    let (own, others) = labels.split_at(50);
    let (anchors, candidates) = (
        Rows::new(anchors, DIM).unwrap(),
        Rows::new(candidates, DIM).unwrap(),
    );
    let between = objectives(Reduce::Sum).into_iter();
    for objective in between.filter(|objective| !objective.loss().needs().within) {
        let batch = Batch::between(anchors, own, candidates, others).unwrap();
        let all = objective.costs(&batch).unwrap();
        let part = objective.costs(&batch.clone().part(7..30).unwrap());
        assert_eq!(all[7..30], part.unwrap());
        let sum = objective.evaluate(&batch).unwrap().terms.sum();
        assert!((all.iter().sum::<f64>() - sum).abs() < 1e-9 * sum.max(1.0));
    }
}
