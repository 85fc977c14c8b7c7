//! Criteria: definitions from their leaves, differences, shards, machines, JSON, what is refused.
#![allow(clippy::unwrap_used, reason = "tests")]

mod batches;

use std::ops::Range;

use batches::{apart, bits, labels, numbers, numbers_f32};
use tercet_kernels::{
    Batch, Contrastive, Criterion, Distance, Error, Leaf, Margin, Objective, Pairs, Real, Reduce,
    Regularizer, Rows, Select, Triplet,
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
        plain().matryoshka(&nested).unwrap(),
        Criterion::of(linear()).matryoshka(&nested).unwrap(),
        Criterion::of(linear()).on_unit_rows(),
        Criterion::of(linear())
            .matryoshka(&nested)
            .unwrap()
            .on_unit_rows(),
        sum.both_ways()
            .times(0.5)
            .unwrap()
            .matryoshka(&nested)
            .unwrap(),
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
        all.push(sum.exchanged());
        all.push(sum.both_ways().matryoshka(&nested).unwrap());
        all.push(sum.on_unit_rows());
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

/// What one leaf gives, made by hand: rows cut and divided, sides exchanged, all by public means.
fn by_hand(leaf: &Leaf, kind: &Kind, data: &[f64]) -> f64 {
    let dims = leaf.dims().unwrap_or(DIM);
    let mut cut: Vec<f64> = vec![];
    for row in data.chunks(DIM) {
        let squares: f64 = row[..dims].iter().map(|x| x * x).sum();
        let length = if leaf.is_unit() { squares.sqrt() } else { 1.0 };
        cut.extend(row[..dims].iter().map(|x| x / length));
    }
    if let Some(regularizer) = leaf.regularizer() {
        let (rows, classes) = kind.side(leaf.is_exchanged());
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
    let batch = if leaf.is_exchanged() {
        batch.exchanged()
    } else {
        batch
    };
    let objective = leaf.objective().unwrap();
    objective.evaluate_plain(&batch).unwrap().value
}

#[test]
fn the_weighted_sum_of_leaves() {
    let (mut exchanged, mut cut) = (0, 0);
    for kind in Kind::all(9, 3) {
        let data = numbers(kind.len(), 1);
        for criterion in criteria_of(&kind) {
            let combined = criterion.evaluate(&kind.batch(&data, 0..kind.n)).unwrap();
            let mut sum = 0.0;
            for (leaf, share) in criterion.leaves().iter().zip(&combined.leaves) {
                let value = by_hand(leaf, &kind, &data);
                close(share.value, value);
                sum += leaf.weight() * value;
                exchanged += usize::from(leaf.is_exchanged() && value != combined.leaves[0].value);
                cut += usize::from(leaf.dims().is_some() && value != combined.leaves[0].value);
            }
            close(combined.outcome.value, sum);
            assert_eq!(combined.outcome.terms, combined.leaves[0].terms);
        }
    }
    assert!(exchanged > 10 && cut > 10, "{exchanged}, {cut}");
}

#[test]
fn weights() {
    let weights = |criterion: &Criterion| -> Vec<f64> {
        criterion.leaves().iter().map(Leaf::weight).collect()
    };
    let sum = plain()
        .and(3.0, plain().and(2.0, linear()).unwrap())
        .unwrap();
    assert_eq!(weights(&sum), [1.0, 3.0, 6.0]);
    assert_eq!(weights(&sum.times(0.5).unwrap()), [0.5, 1.5, 3.0]);
    let nested = plain()
        .and(2.0, linear())
        .unwrap()
        .matryoshka(&[(4, 1.0), (2, 0.5)])
        .unwrap();
    assert_eq!(weights(&nested), [1.0, 2.0, 0.5, 1.0]);
    assert_eq!(
        weights(&plain().both_ways().times(0.5).unwrap()),
        [0.5, 0.5]
    );
    let twice = plain().both_ways().both_ways();
    let directions: Vec<bool> = twice.leaves().iter().map(Leaf::is_exchanged).collect();
    assert_eq!(directions, [false, true, true, false]);
}

#[test]
fn gradients_by_differences() {
    for kind in Kind::all(7, 3) {
        let point = numbers(kind.len(), 4);
        for criterion in criteria_of(&kind) {
            let evaluate = |data: &[f64]| {
                criterion
                    .evaluate(&kind.batch(data, 0..kind.n))
                    .unwrap()
                    .outcome
            };
            let gradient = evaluate(&point).gradient();
            let size = gradient.iter().fold(1e-3, |size: f64, g| size.max(g.abs()));
            for index in 0..point.len() {
                let at = |offset: f64| {
                    let mut moved = point.clone();
                    moved[index] += offset;
                    evaluate(&moved).value
                };
                let difference = (at(STEP) - at(-STEP)) / (2.0 * STEP);
                let error = (gradient[index] - difference).abs() / size;
                assert!(error < 1e-6, "{:?}, {criterion:?}, {index}", kind.what);
            }
        }
    }
}

fn cuts(n: usize) -> [Vec<usize>; 6] {
    [
        vec![0, n],
        vec![0, 1, n],
        vec![0, n / 2, n - 1, n],
        vec![0, 4, 4, 11, n],
        vec![0, 1, 2, 9, 20, n],
        vec![0, 0, 9, n, n],
    ]
}

#[test]
fn any_number_of_shards_is_one() {
    for kind in Kind::all(37, 5) {
        shards(&kind, &numbers(kind.len(), 5), 1e-12, |_| true);
        // The Euclidean gradient of rows at distance D is off by |a| / D roundings, and 37 unit rows of two
        // dimensions are close to one another.
        let few = |criterion: &Criterion| criterion.leaves().iter().all(|leaf| !leaf.is_unit());
        let data = numbers_f32(kind.len(), 5);
        shards(&kind, &data, 1e-6, few);
        shards(&kind, &data, 2e-5, |_| true);
    }
}

fn shards<T: Real>(kind: &Kind, data: &[T], limit: f64, asked: impl Fn(&Criterion) -> bool) {
    for criterion in criteria_of(kind)
        .iter()
        .filter(|criterion| asked(criterion))
    {
        let whole = criterion.evaluate(&kind.batch(data, 0..kind.n)).unwrap();
        for cuts in cuts(kind.n) {
            let shard = |cut: &[usize]| kind.batch(data, cut[0]..cut[1]);
            let mut parts = cuts
                .windows(2)
                .map(|cut| criterion.partial(&shard(cut)).unwrap());
            let mut sum = parts.next().unwrap();
            parts.for_each(|part| sum.add(&part).unwrap());
            let sum = criterion.finish(sum).unwrap();
            close(sum.outcome.value, whole.outcome.value);
            for (share, wanted) in sum.leaves.iter().zip(&whole.leaves) {
                assert_eq!(share.terms.terms(), wanted.terms.terms());
            }
            let anchors = apart(&sum.outcome.anchors, &whole.outcome.anchors);
            let candidates = apart(&sum.outcome.candidates, &whole.outcome.candidates);
            let most = anchors.max(candidates);
            assert!(most < limit, "{most}: {:?}, {criterion:?}", kind.what);
        }
    }
}

/// Under a plain sum nothing is divided, so gradients of shards of one set add up as they are.
#[test]
fn gradients_of_shards_of_one_set_add_up() {
    let loss = Triplet::new(Margin::Soft, Select::All);
    let objective = Objective::new(Distance::Cosine, loss, Reduce::Sum).unwrap();
    let criterion = Criterion::of(objective).both_ways();
    for kind in &Kind::all(12, 3)[..2] {
        let data = numbers(kind.len(), 9);
        let gradient = |own| {
            let combined = criterion.evaluate(&kind.batch(&data, own)).unwrap();
            combined.outcome.gradient()
        };
        let parts = gradient(0..5).into_iter().zip(gradient(5..12));
        let sum: Vec<f64> = parts.map(|(one, two)| one + two).collect();
        assert!(apart(&sum, &gradient(0..12)) < 1e-12, "{:?}", kind.what);
    }
}

/// What each machine does: leaves' counts and candidates' gradients are summed over machines.
#[test]
fn own_gradients_of_machines_make_up_the_whole() {
    for kind in Kind::all(21, 4) {
        let data = numbers(kind.len(), 6);
        for criterion in criteria_of(&kind) {
            let whole = criterion
                .evaluate(&kind.batch(&data, 0..kind.n))
                .unwrap()
                .outcome;
            let machines = [0..8, 8..9, 9..kind.n];
            let each = machines
                .clone()
                .map(|own| criterion.partial(&kind.batch(&data, own)).unwrap());
            let mut sum = each[0].clone();
            each[1..].iter().for_each(|part| sum.add(part).unwrap());
            for (own, mut part) in machines.into_iter().zip(each) {
                for (mine, sum) in part.leaves.iter_mut().zip(&sum.leaves) {
                    mine.terms = sum.terms;
                    for (mine, sum) in mine.parts.iter_mut().zip(&sum.parts) {
                        mine.candidates.clone_from(&sum.candidates);
                    }
                }
                let outcome = criterion.finish(part).unwrap().outcome;
                close(outcome.value, whole.value);
                let place = own.start * DIM..own.end * DIM;
                if matches!(kind.what, What::Within | What::Listed) {
                    let wanted = &whole.gradient()[place];
                    assert!(apart(&outcome.own_gradient(), wanted) < 1e-11);
                    continue;
                }
                assert!(apart(&outcome.anchors, &whole.anchors[place]) < 1e-11);
                let end = if own.end == kind.n {
                    kind.m
                } else {
                    own.end.min(kind.m)
                };
                let place = own.start.min(kind.m) * DIM..end * DIM;
                let (mine, wanted) = (&outcome.candidates[place.clone()], &whole.candidates[place]);
                assert!(apart(mine, wanted) < 1e-11);
            }
        }
    }
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let kinds = Kind::all(300, 20);
    let last = |kind| criteria_of(kind).into_iter().rev().take(4);
    for (kind, criterion) in kinds
        .iter()
        .flat_map(|kind| last(kind).map(move |c| (kind, c)))
    {
        let data = numbers_f32(kind.len(), 7);
        let outcomes = [1, 3, 8].map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let batch = kind.batch(&data, 0..kind.n);
            let outcome = pool
                .unwrap()
                .install(|| criterion.evaluate(&batch).unwrap().outcome);
            (outcome.value.to_bits(), bits(&outcome.gradient()))
        });
        assert!(outcomes[0] == outcomes[1] && outcomes[0] == outcomes[2]);
    }
}

#[test]
fn a_leaf_is_one_of_two() {
    let sum = plain().and(0.1, Regularizer::Spread).unwrap();
    let kinds: Vec<_> = sum.leaves().iter().map(Leaf::regularizer).collect();
    assert_eq!(kinds, [None, Some(Regularizer::Spread)]);
    assert!(sum.leaves()[0].objective().is_some() && sum.leaves()[1].objective().is_none());
    let json = serde_json::to_string(&sum.leaves()[1]).unwrap();
    let text = r#"{"weight":0.1,"unit":false,"exchanged":false,"regularizer":"spread"}"#;
    assert_eq!(json, text);
}

#[test]
fn criteria_in_json() {
    for criterion in criteria_of(&Kind::all(4, 2)[0]) {
        let json = serde_json::to_string(&criterion).unwrap();
        assert_eq!(serde_json::from_str::<Criterion>(&json).unwrap(), criterion);
    }
    let short: Criterion = serde_json::from_str(r#"[{"loss": {"kind": "triplet"}}]"#).unwrap();
    let usual = Objective::new(Distance::SquaredEuclidean, Triplet::default(), Reduce::Mean);
    assert_eq!(short, Criterion::of(usual.unwrap()));
    for (bad, wanted) in [
        ("[]", "leaves: wanted 1, given 0"),
        (
            r#"[{"loss": {"kind": "contrastive"}, "distance": "negative-dot"}]"#,
            "never negative",
        ),
        (
            r#"[{"loss": {"kind": "triplet"}, "dims": 0}]"#,
            "wanted at least 1, given 0",
        ),
        (
            r#"[{"loss": {"kind": "triplet"}, "weight": 1e31}]"#,
            "wanted a number between",
        ),
        (
            r#"[{"loss": {"kind": "triplet"}, "wait": 1}]"#,
            "unknown field",
        ),
        (
            r#"[{"weight": 1}]"#,
            "loss or regularizer: wanted 1, given 0",
        ),
        (
            r#"[{"loss": {"kind": "triplet"}, "regularizer": "norm"}]"#,
            "loss or regularizer: wanted 1, given 2",
        ),
        (
            r#"[{"regularizer": "norm", "distance": "cosine"}]"#,
            "distance: wanted none with a regularizer, given cosine",
        ),
        (
            r#"[{"regularizer": "norm", "reduce": "sum"}]"#,
            "reduce: wanted none with a regularizer, given sum",
        ),
        (r#"[{"regularizer": "l2"}]"#, "regularizer: wanted one of"),
    ] {
        let error = serde_json::from_str::<Criterion>(bad)
            .unwrap_err()
            .to_string();
        assert!(error.contains(wanted), "{error}");
    }
}

#[track_caller]
fn message<T: std::fmt::Debug>(result: Result<T, Error>, wanted: &str) {
    assert_eq!(result.unwrap_err().to_string(), wanted);
}

#[test]
fn what_is_refused() {
    let data = numbers(6 * DIM, 8);
    let batch = |own| Batch::shard(rows(&data), &[0, 0, 1, 1, 2, 2], own).unwrap();
    let wide = plain().matryoshka(&[(2, 1.0), (5, 1.0)]).unwrap();
    let text = "leading dimensions: wanted at most 4, given 5";
    message(wide.evaluate(&batch(0..6)), text);
    let text = "leading dimensions: wanted at most 5, given 6";
    message(
        plain()
            .matryoshka(&[(5, 1.0)])
            .unwrap()
            .matryoshka(&[(6, 1.0)]),
        text,
    );
    let text = "leading dimensions: wanted at least 1, given 0";
    message(plain().matryoshka(&[(0, 1.0)]), text);
    message(plain().matryoshka(&[]), "leaves: wanted 1, given 0");
    message(
        plain().times(f64::NAN),
        "weight: wanted a finite number, given NaN",
    );
    message(
        plain().and(f64::INFINITY, linear()),
        "weight: wanted a finite number, given inf",
    );

    let pairs = Pairs::new((6, 6), [(0, 1)]).unwrap();
    let batch_of_pairs = Batch::within(rows(&data), &pairs).unwrap();
    let text = "labels: wanted class ids or one-to-one pairs, given positive pairs";
    message(
        Criterion::from(Regularizer::Spread).evaluate(&batch_of_pairs),
        text,
    );

    let (one, two) = (plain(), plain().both_ways());
    let mut first = two.partial(&batch(0..2)).unwrap();
    let before = first.clone();
    let text = "partial: wanted leaves 2, given 1";
    message(first.add(&one.partial(&batch(2..4)).unwrap()), text);
    let text = "partial: wanted anchors from 2, given 3";
    message(first.add(&two.partial(&batch(3..4)).unwrap()), text);
    let other = plain().and(1.0, linear()).unwrap();
    let text = "partial: wanted parts 1, given 2";
    message(first.add(&other.partial(&batch(2..4)).unwrap()), text);
    assert_eq!(first, before, "a refused one leaves no trace");
    message(one.finish(first), "partial: wanted leaves 1, given 2");
}
