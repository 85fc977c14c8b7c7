//! Criteria: definitions from their leaves, differences, shards, machines, JSON, what is refused.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../batches/mod.rs"]
mod batches;
mod definition;
mod learnt;
mod relations;
mod remembered;
mod shards;
mod steps;
mod unfit;
mod written;

use std::ops::Range;

use batches::{apart, bits, labels, numbers, numbers_f32};
use tercet_kernels::{
    Batch, Contrastive, Criterion, Direction, Distance, Error, Margin, Objective, Pairs, Real,
    Reduce, Regularizer, Rows, Select, Term, TermKind, Triplet,
};

const DIM: usize = 4;
const STEP: f64 = 1e-6;

fn rows<T: Real>(data: &[T]) -> Rows<'_, T> {
    Rows::new(data, DIM).unwrap()
}

fn all(distance: Distance) -> Objective<Triplet> {
    let loss = Triplet::new(Margin::hard(0.3).unwrap(), Select::All);
    Objective::new(distance, loss, Reduce::Mean).unwrap()
}

/// Of two parts, and with a cost for anchors without positives.
fn linear() -> Objective<Contrastive> {
    let loss = Contrastive::linear(0.1, 1.2).unwrap();
    Objective::new(Distance::Euclidean, loss, Reduce::MeanActive).unwrap()
}

fn plain() -> Criterion {
    Criterion::of(all(Distance::Cosine))
}

/// Every combinator, alone and with others.
fn criteria() -> Vec<Criterion> {
    let sum = plain().and(0.5, linear()).unwrap();
    let nested = [(DIM, 1.0), (2, 0.5), (3, -0.25)];
    vec![
        plain(),
        plain().times(0.5).unwrap(),
        sum.clone(),
        plain().both_ways(),
        Criterion::of(linear()).both_ways(),
        plain().matryoshka(&nested).unwrap().normalized(false),
        Criterion::of(linear())
            .matryoshka(&nested)
            .unwrap()
            .normalized(false),
        Criterion::of(linear()).normalized(true),
        Criterion::of(linear()).matryoshka(&nested).unwrap(),
        sum.clone()
            .both_ways()
            .times(0.5)
            .unwrap()
            .matryoshka(&nested)
            .unwrap()
            .normalized(false),
        regularized(plain(), &[Regularizer::ZeroMean, Regularizer::SquaredNorm]).both_ways(),
        regularized(plain(), &[Regularizer::Norm])
            .matryoshka(&nested)
            .unwrap(),
    ]
}

/// The same with every regulariser, some of which ask for classes, where a batch has some.
fn criteria_of(kind: &Kind) -> Vec<Criterion> {
    let mut all = criteria();
    if kind.what != What::Listed {
        let sum = regularized(plain(), Regularizer::ALL);
        let nested = [(DIM, 1.0), (2, 0.5)];
        all.push(sum.clone().transposed());
        all.push(sum.clone().both_ways().matryoshka(&nested).unwrap());
        all.push(sum.normalized(true));
    }
    all
}

fn regularized(criterion: Criterion, kinds: &[Regularizer]) -> Criterion {
    let each = kinds.iter().enumerate();
    each.fold(criterion, |sum, (index, &kind)| {
        sum.and(0.5 + index as f64, kind).unwrap()
    })
}

/// Batches of all kinds with the anchors `own`, as a function of the numbers of both sides.
struct Kind {
    n: usize,
    m: usize,
    labels: Vec<i64>,
    others: Vec<i64>,
    pairs: Pairs,
    what: What,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum What {
    Within,
    Listed,
    Between,
    Matched,
}

impl Kind {
    fn all(n: usize, classes: i64) -> [Self; 4] {
        let sizes = [
            (What::Within, n),
            (What::Listed, n),
            (What::Between, n / 2 + 1),
            (What::Matched, n + 3),
        ];
        sizes.map(|(what, m)| Self {
            n,
            m,
            labels: labels(n, classes, 2),
            others: labels(m, classes, 3),
            // Not symmetric, so that directions differ within one set.
            pairs: Pairs::new((n, n), (0..n).map(|i| (i, (i * i + 1) % n))).unwrap(),
            what,
        })
    }

    /// How many numbers make the batch.
    fn len(&self) -> usize {
        match self.what {
            What::Within | What::Listed => self.n * DIM,
            _ => (self.n + self.m) * DIM,
        }
    }

    /// Where the anchors are among all rows, or the candidates, and the class of each.
    fn side(&self, exchanged: bool) -> (Range<usize>, Vec<i64>) {
        let (n, m) = (self.n as i64, self.m as i64);
        match (self.what, exchanged) {
            (What::Within | What::Listed, _) => (0..self.n, self.labels.clone()),
            (What::Between, false) => (0..self.n, self.labels.clone()),
            (What::Between, true) => (self.n..self.n + self.m, self.others.clone()),
            (What::Matched, false) => (0..self.n, (0..n).collect()),
            (What::Matched, true) => (self.n..self.n + self.m, (0..m).collect()),
        }
    }

    fn batch<'a, T: Real>(&'a self, data: &'a [T], own: Range<usize>) -> Batch<'a, T> {
        let (anchors, candidates) = data.split_at(self.n * DIM);
        let batch = match self.what {
            What::Within => Batch::within(rows(data), &self.labels),
            What::Listed => Batch::within(rows(data), &self.pairs),
            What::Between => {
                Batch::between(rows(anchors), &self.labels, rows(candidates), &self.others)
            }
            What::Matched => Batch::matched(rows(anchors), rows(candidates)),
        };
        batch.unwrap().part(own).unwrap()
    }
}

#[track_caller]
fn close(given: f64, wanted: f64) {
    let size = wanted.abs().max(1.0);
    assert!(
        (given - wanted).abs() < 1e-11 * size,
        "{given} and {wanted}"
    );
}

/// What one term gives, made by hand: rows cut and divided, sides exchanged, all by public means.
fn by_hand(term: &Term, kind: &Kind, data: &[f64]) -> f64 {
    let sizes: Vec<(usize, f64)> = term.dims().collect();
    let sizes = if sizes.is_empty() {
        vec![(DIM, 1.0)]
    } else {
        sizes
    };
    let ways = match term.direction() {
        None | Some(Direction::Forward) => vec![false],
        Some(Direction::Backward) => vec![true],
        Some(Direction::Both) => vec![false, true],
    };
    let each = sizes
        .iter()
        .flat_map(|size| ways.iter().map(move |way| (size, way)));
    each.map(|(&(dims, weight), &transposed)| {
        weight * one_by_hand(term, (dims, transposed), kind, data)
    })
    .sum()
}

fn one_by_hand(term: &Term, (dims, transposed): (usize, bool), kind: &Kind, data: &[f64]) -> f64 {
    let mut cut: Vec<f64> = vec![];
    for row in data.chunks(DIM) {
        let squares: f64 = row[..dims].iter().map(|x| x * x).sum();
        let length = if term.is_normalized() {
            squares.sqrt()
        } else {
            1.0
        };
        cut.extend(row[..dims].iter().map(|x| x / length));
    }
    if let TermKind::Regularizer(regularizer) = term.kind() {
        let (rows, classes) = kind.side(transposed);
        let rows = Rows::new(&cut[rows.start * dims..rows.end * dims], dims).unwrap();
        return regularizer.evaluate(rows, &classes).unwrap().0;
    }
    // Padded, so that it is the same kind of batch.
    let mut padded = vec![];
    for row in cut.chunks(dims) {
        padded.extend_from_slice(row);
        padded.resize(padded.len() + DIM - dims, 0.0);
    }
    let batch = kind.batch(&padded, 0..kind.n);
    let batch = if transposed { batch.exchanged() } else { batch };
    let objective = term.objective().unwrap();
    objective.evaluate_plain(&batch).unwrap().value
}
