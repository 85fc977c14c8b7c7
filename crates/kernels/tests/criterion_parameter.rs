//! The number that leaves can learn (a scale, a temperature, a boundary) against differences, through a criterion.
#![allow(clippy::unwrap_used, reason = "tests")]

mod batches;

use batches::{labels, numbers};
use tercet_kernels::{
    Batch, Combined, Criterion, Finite, InfoNce, Loss, MarginLoss, MarginPairs, NonNegative,
    NtXent, Objective, Regularizer, Rows, SupCon, Triplet,
};

const DIM: usize = 4;
const STEP: f64 = 1e-5;

/// A loss as a function of the number that it can learn, and a value of that.
type Learner = (&'static str, fn(f64) -> Loss, f64);

/// Each loss that can learn a number.
fn learners() -> Vec<Learner> {
    vec![
        ("info-nce", |scale| InfoNce::new(scale).unwrap().into(), 3.0),
        (
            "symmetric info-nce",
            |scale| InfoNce::new(scale).unwrap().symmetric().into(),
            3.0,
        ),
        ("nt-xent", |heat| NtXent::new(heat).unwrap().into(), 0.4),
        ("sup-con", |heat| SupCon::new(heat).unwrap().into(), 0.4),
        ("margin, all", |beta| bounded(beta, MarginPairs::All), 1.2),
        (
            "margin, triplets",
            |beta| bounded(beta, MarginPairs::Triplets),
            1.2,
        ),
    ]
}

fn bounded(beta: f64, select: MarginPairs) -> Loss {
    let loss = MarginLoss {
        beta: Finite::new("beta", beta).unwrap(),
        nu: NonNegative::new("nu", 0.05).unwrap(),
        select,
        ..MarginLoss::default()
    };
    loss.into()
}

fn usual(loss: Loss) -> Objective<Loss> {
    let (distance, reduce) = (loss.default_distance(), loss.default_reduce());
    Objective::new(distance, loss, reduce).unwrap()
}

/// Sums in which the loss stands beside others, weighted, cut and turned.
fn sums(loss: Loss) -> [Criterion; 3] {
    let learner = Criterion::of(usual(loss));
    let beside = Criterion::of(usual(Triplet::default().into()));
    let sum = beside.and(0.5, learner.clone()).unwrap();
    let nested = learner.matryoshka(&[(DIM, 1.0), (2, -0.5)]).unwrap();
    [
        sum.and(0.1, Regularizer::Norm).unwrap(),
        nested.clone(),
        nested.both_ways().times(0.5).unwrap(),
    ]
}

#[test]
fn parameters_by_differences() {
    let (data, others) = (numbers(9 * DIM, 1), numbers(9 * DIM, 2));
    let classes = labels(9, 3, 2);
    let rows = |data| Rows::new(data, DIM).unwrap();
    let batches: [Batch<'_, f64>; 3] = [
        Batch::within(rows(&data), &classes).unwrap(),
        Batch::between(rows(&data), &classes, rows(&others), &classes).unwrap(),
        Batch::matched(rows(&data), rows(&others)).unwrap(),
    ];
    let mut seen = 0;
    for (name, learner, value) in learners() {
        for (at, batch) in batches.iter().enumerate() {
            for which in 0..3 {
                let evaluate = |value: f64| -> Combined<f64> {
                    let criterion = &sums(learner(value))[which];
                    criterion.evaluate(batch).unwrap()
                };
                let (up, down) = (evaluate(value + STEP), evaluate(value - STEP));
                let wanted = (up.outcome.value - down.outcome.value) / (2.0 * STEP);
                let combined = evaluate(value);
                let given = combined.outcome.parameters[0];
                let size = wanted.abs().max(1.0);
                let what = format!("{name}, batch {at}, sum {which}: {given}, {wanted}");
                assert!((given - wanted).abs() < 1e-7 * size, "{what}");
                let shares: f64 = combined
                    .shares
                    .iter()
                    .map(|share| share.parameters[0])
                    .sum();
                assert!((shares - given).abs() < 1e-12 * size, "{what}");
                seen += u64::from(wanted.abs() > 1e-3);
            }
        }
    }
    assert!(seen > 40, "{seen} that differ from 0");
}
