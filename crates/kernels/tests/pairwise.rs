//! Losses with soft maxima over pairs, written as plain loops over explicit pairs, apart from the crate's code.
#![allow(clippy::unwrap_used, reason = "tests")]

mod batches;

use batches::{labels, numbers};
use std::ops::Range;
use tercet_kernels::{
    Batch, Distance, Error, GeneralizedLifted, Lifted, NonNegative, Objective, Pairs, Reduce,
    RowLoss, Rows,
};

const DIM: usize = 4;

/// A batch as a table: who is related to whom, and how far.
struct Table {
    anchors: Vec<f64>,
    candidates: Vec<f64>,
    classes: (Vec<i64>, Vec<i64>),
    /// Within one set: which candidates are anchors.
    own: Option<Range<usize>>,
}

impl Table {
    fn within(classes: &[i64], seed: u64, own: Range<usize>) -> Self {
        let candidates = numbers(classes.len() * DIM, seed);
        let anchors = candidates[own.start * DIM..own.end * DIM].to_vec();
        Self {
            anchors,
            candidates,
            classes: (classes[own.clone()].to_vec(), classes.to_vec()),
            own: Some(own),
        }
    }

    fn between(anchors: &[i64], candidates: &[i64], seed: u64) -> Self {
        Self {
            anchors: numbers(anchors.len() * DIM, seed),
            candidates: numbers(candidates.len() * DIM, seed + 1),
            classes: (anchors.to_vec(), candidates.to_vec()),
            own: None,
        }
    }

    fn batch(&self) -> Batch<'_, f64> {
        let candidates = Rows::new(&self.candidates, DIM).unwrap();
        let (ours, theirs) = &self.classes;
        match &self.own {
            Some(own) => Batch::shard(candidates, theirs, own.clone()).unwrap(),
            None => {
                let anchors = Rows::new(&self.anchors, DIM).unwrap();
                Batch::between(anchors, ours, candidates, theirs).unwrap()
            }
        }
    }

    fn n(&self) -> usize {
        self.classes.0.len()
    }

    fn of(&self, anchor: usize, positive: bool) -> Vec<usize> {
        let itself = self.own.as_ref().map(|own| own.start + anchor);
        let each = 0..self.classes.1.len();
        each.filter(|&j| Some(j) != itself)
            .filter(|&j| (self.classes.0[anchor] == self.classes.1[j]) == positive)
            .collect()
    }

    fn positives(&self, anchor: usize) -> Vec<usize> {
        self.of(anchor, true)
    }

    fn negatives(&self, anchor: usize) -> Vec<usize> {
        self.of(anchor, false)
    }

    fn far(&self, distance: Distance, anchor: usize, candidate: usize) -> f64 {
        let a = &self.anchors[anchor * DIM..][..DIM];
        let b = &self.candidates[candidate * DIM..][..DIM];
        measure(distance, a, b)
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn measure(distance: Distance, a: &[f64], b: &[f64]) -> f64 {
    let squared: f64 = a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum();
    match distance {
        Distance::SquaredEuclidean => squared,
        Distance::Euclidean => squared.sqrt(),
        Distance::Cosine => 1.0 - dot(a, b) / (dot(a, a) * dot(b, b)).sqrt(),
        Distance::NegativeDot => -dot(a, b),
        _ => panic!("a distance without its loops"),
    }
}

/// One set with single rows among them, shards of it, one class, no class twice.
fn sets() -> Vec<Table> {
    let mut mixed = labels(23, 6, 5);
    mixed.extend([77, 78]);
    mixed.rotate_left(9);
    vec![
        Table::within(&mixed, 31, 0..25),
        Table::within(&mixed, 32, 3..16),
        Table::within(&mixed, 33, 24..25),
        Table::within(&[4, 4, 4, 4], 34, 0..4),
        Table::within(&[4, 2, 3, 1], 35, 0..4),
        Table::within(&[4], 36, 0..1),
    ]
}

/// Two sets too: anchors without a positive, without a negative, matched pairs, nobody.
fn tables() -> Vec<Table> {
    let mut all = sets();
    all.push(Table::between(&[1, 2, 3, 1, 9], &[3, 1, 1, 2, 3, 3], 41));
    all.push(Table::between(&[1, 1, 2], &[1, 1], 43));
    all.push(Table::between(&[0, 1, 2, 3], &[0, 1, 2, 3, -1, -1], 45));
    all.push(Table::between(&[1, 2], &[], 47));
    all
}

/// What the loops give.
#[derive(Debug, Default)]
struct Wanted {
    sum: f64,
    terms: u64,
    active: u64,
    anchors: u64,
}

impl Wanted {
    fn add(&mut self, cost: f64) {
        self.sum += cost;
        self.terms += 1;
        self.active += u64::from(cost > 0.0);
    }
}

#[track_caller]
fn same<L: RowLoss + Copy>(table: &Table, (distance, loss): (Distance, L), wanted: &Wanted) {
    let objective = Objective::new(distance, loss, Reduce::Sum).unwrap();
    for outcome in [
        objective.evaluate(&table.batch()).unwrap(),
        objective.evaluate_plain(&table.batch()).unwrap(),
    ] {
        let count = outcome.terms.positive;
        let error = (outcome.value - wanted.sum).abs() / wanted.sum.abs().max(1.0);
        assert!(error < 1e-11, "{}: {wanted:?}", outcome.value);
        let counts = (count.terms, count.active, count.anchors);
        assert_eq!(counts, (wanted.terms, wanted.active, wanted.anchors));
        assert!(outcome.gradient().iter().all(|x| x.is_finite()));
    }
}

fn margin(number: f64) -> NonNegative {
    NonNegative::new("margin", number).unwrap()
}

#[test]
fn lifted() {
    for table in sets() {
        for &distance in Distance::ALL {
            for m in [1.0, 0.3] {
                let loss = Lifted { margin: margin(m) };
                same(&table, (distance, loss), &lifted_loops(&table, distance, m));
            }
        }
    }
}

fn lifted_loops(table: &Table, distance: Distance, m: f64) -> Wanted {
    // The whole set, for a positive's negatives are looked at too.
    let classes = &table.classes.1;
    let row = |i: usize| &table.candidates[i * DIM..][..DIM];
    let far = |i, j| measure(distance, row(i), row(j));
    let mut wanted = Wanted::default();
    for i in table.own.clone().unwrap() {
        let before = wanted.terms;
        for j in (0..classes.len()).filter(|&j| j != i && classes[i] == classes[j]) {
            let mut sum = 0.0;
            for end in [i, j] {
                for k in (0..classes.len()).filter(|&k| classes[k] != classes[end]) {
                    sum += (m - far(end, k)).exp();
                }
            }
            if sum > 0.0 {
                let cost = f64::max(sum.ln() + far(i, j), 0.0);
                wanted.add(cost * cost / 2.0);
            }
        }
        wanted.anchors += u64::from(wanted.terms > before);
    }
    wanted
}

#[test]
fn generalized_lifted() {
    for table in tables() {
        for &distance in Distance::ALL {
            for m in [1.0, 0.1] {
                let mut wanted = Wanted::default();
                for a in 0..table.n() {
                    let (positives, negatives) = (table.positives(a), table.negatives(a));
                    if positives.is_empty() || negatives.is_empty() {
                        continue;
                    }
                    let far = |&j: &usize| table.far(distance, a, j);
                    let pull: f64 = positives.iter().map(|p| far(p).exp()).sum();
                    let push: f64 = negatives.iter().map(|n| (m - far(n)).exp()).sum();
                    wanted.add(f64::max(pull.ln() + push.ln(), 0.0));
                    wanted.anchors += 1;
                }
                let loss = GeneralizedLifted { margin: margin(m) };
                same(&table, (distance, loss), &wanted);
            }
        }
    }
}

#[test]
fn lifted_refuses_what_is_not_mutual() {
    let objective = Objective::new(Distance::Euclidean, Lifted::default(), Reduce::Mean).unwrap();
    let table = Table::between(&[1, 2], &[1, 2], 3);
    let error = objective.evaluate(&table.batch()).unwrap_err();
    assert!(matches!(error, Error::Within { given: "two sets" }));
    let pairs = Pairs::new((3, 3), [(0, 1)]).unwrap();
    let data = numbers(3 * DIM, 1);
    let batch = Batch::within(Rows::new(&data, DIM).unwrap(), &pairs).unwrap();
    let error = objective.evaluate_plain(&batch).unwrap_err();
    assert_eq!(
        error.to_string(),
        "batch: wanted one set of rows with labels per item for this loss, given labels per pair"
    );
}

/// Rows far apart, equal rows, and rows of zeros.
#[test]
fn extreme_rows_stay_finite() {
    let classes = [0, 0, 1, 1, 2, 2];
    for size in [0.0f32, 1e-20, 1.0, 1e4, 1e12] {
        let data = batches::numbers_f32(6 * DIM, 9);
        let mut data: Vec<f32> = data.iter().map(|x| x * size).collect();
        data.copy_within(0..DIM, 2 * DIM);
        let batch = batches::within(&data, DIM, &classes);
        for objective in batches::objectives(Reduce::Mean) {
            let outcome = objective.evaluate(&batch).unwrap();
            let what = format!("{objective:?} at {size}");
            assert!(outcome.value.is_finite(), "{what}: {}", outcome.value);
            assert!(outcome.gradient().iter().all(|x| x.is_finite()), "{what}");
            assert!(outcome.parameter.is_finite(), "{what}");
        }
    }
}
