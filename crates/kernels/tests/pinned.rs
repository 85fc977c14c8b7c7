//! Random choices for a seed: they must never change, or old runs could not be repeated.
#![allow(clippy::unwrap_used, reason = "tests")]

mod batches;

use std::sync::Mutex;

use tercet_kernels::{
    Batch, Distance, Margin, Objective, Pick, Real, Reduce, Row, RowLoss, Rows, Select, SemiHard,
    Slopes, Terms,
};

/// Draws out of 1,000 for every (anchor, positive), written down.
#[derive(Debug, Default)]
struct Draws {
    seen: Mutex<Vec<(usize, usize, usize)>>,
}

impl RowLoss for &Draws {
    fn row<T: Real>(&self, row: &Row<'_, T>, _slopes: &mut Slopes<'_, T>) -> Terms {
        for positive in row.positives() {
            let draw = (row.anchor(), positive, row.draw(positive, 1000));
            self.seen.lock().unwrap().push(draw);
        }
        Terms::default()
    }
}

fn draws(batch: &Batch<'_, f64>) -> Vec<(usize, usize, usize)> {
    let draws = Draws::default();
    let objective = Objective::new(Distance::default(), &draws, Reduce::Sum).unwrap();
    objective.evaluate(batch).unwrap();
    let mut seen = draws.seen.into_inner().unwrap();
    seen.sort_unstable();
    seen
}

#[test]
fn draws_of_a_seed() {
    let data = batches::numbers(8, 1);
    let batch = batches::within(&data, 2, &[0, 0, 1, 0]).keyed(42, 7);
    let wanted = PINNED_DRAWS;
    assert_eq!(draws(&batch), wanted);
}

#[test]
fn draws_depend_on_seed_and_step_and_not_on_shards() {
    let data = batches::numbers(60, 1);
    let rows = Rows::new(&data, 2).unwrap();
    let labels: Vec<i64> = (0..30).map(|i| i % 4).collect();
    let shard = |own, seed, step| Batch::shard(rows, &labels, own).unwrap().keyed(seed, step);
    let whole = draws(&shard(0..30, 1, 2));
    let mut halves = draws(&shard(0..11, 1, 2));
    halves.extend(draws(&shard(11..30, 1, 2)));
    assert_eq!(whole, halves);
    assert_ne!(whole, draws(&shard(0..30, 2, 2)));
    assert_ne!(whole, draws(&shard(0..30, 1, 3)));
}

#[test]
fn draws_are_uniform() {
    let data = batches::numbers(200, 1);
    let labels = vec![0; 200];
    let draws = draws(&batches::within(&data, 1, &labels));
    let mut tenths = [0.0; 10];
    draws.iter().for_each(|draw| tenths[draw.2 / 100] += 1.0);
    let wanted = draws.len() as f64 / 10.0;
    // Chi squared with 9 degrees of freedom is above 27.9 once in a thousand.
    let chi: f64 = tenths
        .iter()
        .map(|n| (n - wanted) * (n - wanted) / wanted)
        .sum();
    assert!(chi < 27.9, "{tenths:?}");
}

#[test]
fn values_of_a_seed() {
    let data = batches::numbers(120, 2);
    let labels: Vec<i64> = (0..30).map(|i| i % 5).collect();
    let batch = batches::within(&data, 4, &labels).keyed(42, 7);
    let margin = Margin::hard(0.2).unwrap();
    for (select, wanted) in [
        (Select::Random, PINNED[0]),
        (Select::SemiHard(SemiHard::Facenet(Pick::Random)), PINNED[1]),
        (Select::SemiHard(SemiHard::Sandberg), PINNED[2]),
    ] {
        let objective = batches::triplet(Distance::default(), margin, select, Reduce::Mean);
        let value = objective.evaluate(&batch).unwrap().value;
        assert!((value - wanted).abs() < 1e-12, "{select}: {value:.15}");
    }
}

/// (anchor, positive, draw out of 1,000).
const PINNED_DRAWS: [(usize, usize, usize); 6] = [
    (0, 1, 864),
    (0, 3, 321),
    (1, 0, 23),
    (1, 3, 665),
    (3, 0, 386),
    (3, 1, 797),
];
const PINNED: [f64; 3] = [0.768603330504674, 0.104458199703785, 1.123657624091843];
