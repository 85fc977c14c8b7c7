//! Central differences in f64 over the product of all enums.
#![allow(clippy::unwrap_used, reason = "tests")]

mod batches;

use batches::{numbers, swapped, triplets};
use tercet_kernels::{Batch, Contrastive, Distance, Objective, Reduce, RowLoss, Rows};

const DIM: usize = 3;
const STEP: f64 = 1e-6;
const LABELS: [i64; 7] = [3, 1, 1, 3, 2, 1, 3];
const OTHERS: [i64; 5] = [1, 3, 3, 2, 1];

/// Compares the gradient of `value` at `point` with differences.
fn check(point: &[f64], gradient: &[f64], what: &str, value: impl Fn(&[f64]) -> f64) {
    assert_eq!(point.len(), gradient.len());
    let size = gradient.iter().fold(1e-3, |size: f64, g| size.max(g.abs()));
    for index in 0..point.len() {
        let at = |offset: f64| {
            let mut moved = point.to_vec();
            moved[index] += offset;
            value(&moved)
        };
        let difference = (at(STEP) - at(-STEP)) / (2.0 * STEP);
        let error = (gradient[index] - difference).abs() / size;
        assert!(
            error < 1e-6,
            "{what}, place {index}: {difference} and {}",
            gradient[index]
        );
    }
}

fn within<L: RowLoss + std::fmt::Debug>(objective: &Objective<L>) {
    let point = numbers(LABELS.len() * DIM, 21);
    let evaluate = |data: &[f64]| {
        let batch = Batch::within(Rows::new(data, DIM).unwrap(), &LABELS).unwrap();
        objective.evaluate(&batch).unwrap()
    };
    let outcome = evaluate(&point);
    let what = format!("{objective:?}");
    check(&point, &outcome.gradient(), &what, |data| {
        evaluate(data).value
    });
    assert_eq!(outcome.gradient(), outcome.own_gradient());
}

fn between<L: RowLoss + std::fmt::Debug>(objective: &Objective<L>) {
    let point = numbers((LABELS.len() + OTHERS.len()) * DIM, 22);
    let evaluate = |data: &[f64]| {
        let (anchors, candidates) = data.split_at(LABELS.len() * DIM);
        let anchors = Rows::new(anchors, DIM).unwrap();
        let candidates = Rows::new(candidates, DIM).unwrap();
        let batch = Batch::between(anchors, &LABELS, candidates, &OTHERS).unwrap();
        objective.evaluate(&batch).unwrap()
    };
    let outcome = evaluate(&point);
    let what = format!("between, {objective:?}");
    check(&point, &outcome.gradient(), &what, |data| {
        evaluate(data).value
    });
}

#[test]
fn triplets_of_every_kind() {
    let mut moved = 0;
    for objective in triplets().chain(swapped()) {
        within(&objective);
        between(&objective);
        let data = numbers(LABELS.len() * DIM, 21);
        let batch = batches::within(&data, DIM, &LABELS);
        let gradient = objective.evaluate(&batch).unwrap().gradient();
        moved += usize::from(gradient.iter().any(|&g| g != 0.0));
    }
    assert!(
        moved > 700,
        "only {moved} objectives had a gradient to check"
    );
}

#[test]
fn pairs_of_both_forms() {
    for distance in [
        Distance::SquaredEuclidean,
        Distance::Euclidean,
        Distance::Cosine,
    ] {
        for &reduce in Reduce::ALL {
            for loss in [Contrastive::squared(1.1), Contrastive::linear(0.1, 1.1)] {
                let objective = Objective::new(distance, loss.unwrap(), reduce).unwrap();
                within(&objective);
                between(&objective);
            }
        }
    }
}

#[test]
fn every_loss_of_the_family() {
    for reduce in [Reduce::Sum, Reduce::Mean, Reduce::MeanAnchors] {
        let all = batches::objectives(reduce).into_iter();
        for objective in all.filter(|objective| batches::is_derived(objective.loss())) {
            within(&objective);
            if !objective.loss().needs().within {
                between(&objective);
            }
        }
    }
}

/// Translation-invariant distances: the gradients of all rows sum to 0. Scale-invariant ones: a row's
/// gradient is at right angles to it.
#[test]
fn follow_the_symmetries_of_the_distance() {
    let data = numbers(LABELS.len() * DIM, 23);
    let batch = batches::within(&data, DIM, &LABELS);
    for objective in triplets() {
        let gradient = objective.evaluate(&batch).unwrap().gradient();
        match objective.distance() {
            Distance::SquaredEuclidean | Distance::Euclidean => {
                for k in 0..DIM {
                    let sum: f64 = gradient.iter().skip(k).step_by(DIM).sum();
                    assert!(sum.abs() < 1e-10, "{objective:?}");
                }
            }
            Distance::Cosine => {
                for (row, gradient) in data.chunks(DIM).zip(gradient.chunks(DIM)) {
                    let along: f64 = row.iter().zip(gradient).map(|(x, g)| x * g).sum();
                    assert!(along.abs() < 1e-10, "{objective:?}");
                }
            }
            _ => {}
        }
    }
}
