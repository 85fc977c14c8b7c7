//! A batch as a table, and what loops over it give.

use std::ops::Range;

use crate::DIM;
use crate::batches::{labels, numbers};
use tercet_kernels::{Batch, Distance, NonNegative, Objective, Reduce, RowLoss, Rows};

/// A batch as a table: who is related to whom, and how far.
pub(crate) struct Table {
    pub(crate) anchors: Vec<f64>,
    pub(crate) candidates: Vec<f64>,
    pub(crate) classes: (Vec<i64>, Vec<i64>),
    /// Within one set: which candidates are anchors.
    pub(crate) own: Option<Range<usize>>,
}

impl Table {
    pub(crate) fn within(classes: &[i64], seed: u64, own: Range<usize>) -> Self {
        let candidates = numbers(classes.len() * DIM, seed);
        let anchors = candidates[own.start * DIM..own.end * DIM].to_vec();
        Self {
            anchors,
            candidates,
            classes: (classes[own.clone()].to_vec(), classes.to_vec()),
            own: Some(own),
        }
    }

    pub(crate) fn between(anchors: &[i64], candidates: &[i64], seed: u64) -> Self {
        Self {
            anchors: numbers(anchors.len() * DIM, seed),
            candidates: numbers(candidates.len() * DIM, seed + 1),
            classes: (anchors.to_vec(), candidates.to_vec()),
            own: None,
        }
    }

    pub(crate) fn batch(&self) -> Batch<'_, f64> {
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

    pub(crate) fn n(&self) -> usize {
        self.classes.0.len()
    }

    pub(crate) fn of(&self, anchor: usize, positive: bool) -> Vec<usize> {
        let itself = self.own.as_ref().map(|own| own.start + anchor);
        let each = 0..self.classes.1.len();
        each.filter(|&j| Some(j) != itself)
            .filter(|&j| (self.classes.0[anchor] == self.classes.1[j]) == positive)
            .collect()
    }

    pub(crate) fn positives(&self, anchor: usize) -> Vec<usize> {
        self.of(anchor, true)
    }

    pub(crate) fn negatives(&self, anchor: usize) -> Vec<usize> {
        self.of(anchor, false)
    }

    pub(crate) fn far(&self, distance: Distance, anchor: usize, candidate: usize) -> f64 {
        let a = &self.anchors[anchor * DIM..][..DIM];
        let b = &self.candidates[candidate * DIM..][..DIM];
        measure(distance, a, b)
    }
}

pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

pub(crate) fn measure(distance: Distance, a: &[f64], b: &[f64]) -> f64 {
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
pub(crate) fn sets() -> Vec<Table> {
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
pub(crate) fn tables() -> Vec<Table> {
    let mut all = sets();
    all.push(Table::between(&[1, 2, 3, 1, 9], &[3, 1, 1, 2, 3, 3], 41));
    all.push(Table::between(&[1, 1, 2], &[1, 1], 43));
    all.push(Table::between(&[0, 1, 2, 3], &[0, 1, 2, 3, -1, -1], 45));
    all.push(Table::between(&[1, 2], &[], 47));
    all
}

/// What the loops give.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) sum: f64,
    pub(crate) terms: u64,
    pub(crate) active: u64,
    pub(crate) anchors: u64,
    pub(crate) parameter: f64,
}

impl Wanted {
    pub(crate) fn add(&mut self, cost: f64) {
        self.sum += cost;
        self.terms += 1;
        self.active += u64::from(cost > 0.0);
    }
}

#[track_caller]
pub(crate) fn same<L: RowLoss + Copy>(
    table: &Table,
    (distance, loss): (Distance, L),
    wanted: &Wanted,
) {
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
        assert!((outcome.parameters[0] - wanted.parameter).abs() < 1e-11);
        assert!(outcome.gradient().iter().all(|x| x.is_finite()));
    }
}

pub(crate) fn margin(number: f64) -> NonNegative {
    NonNegative::new("margin", number).unwrap()
}
