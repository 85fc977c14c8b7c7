//! Losses with a soft-max as loops in f64 over explicit pairs, written apart from the crate's own.
#![allow(clippy::unwrap_used, reason = "tests")]

mod batches;

use batches::{apart, evaluate, labels, numbers, numbers_f32};
use tercet_kernels::{
    Batch, Distance, InfoNce, Loss, NPair, NtXent, Objective, Pairs, Real, Reduce, RowLoss, Rows,
    SupCon,
};

const DIM: usize = 4;
const DISTANCES: [Distance; 3] = [Distance::Cosine, Distance::NegativeDot, Distance::Euclidean];

/// A batch written out: who is a positive, who a negative; `(n, m)`.
struct Given {
    anchors: Vec<f64>,
    candidates: Vec<f64>,
    positive: Vec<Vec<bool>>,
    negative: Vec<Vec<bool>>,
}

/// Value, terms, and `d(value) / d(scale)`.
type Found = (f64, u64, f64);

fn distance(kind: Distance, a: &[f64], b: &[f64]) -> f64 {
    let dot = |a: &[f64], b: &[f64]| (0..DIM).map(|k| a[k] * b[k]).sum::<f64>();
    match kind {
        Distance::Cosine => 1.0 - dot(a, b) / (dot(a, a) * dot(b, b)).sqrt(),
        Distance::NegativeDot => -dot(a, b),
        _ => (0..DIM).map(|k| (a[k] - b[k]).powi(2)).sum::<f64>().sqrt(),
    }
}

impl Given {
    fn new(
        anchors: &[f64],
        candidates: &[f64],
        related: impl Fn(usize, usize) -> (bool, bool),
    ) -> Self {
        let (n, m) = (anchors.len() / DIM, candidates.len() / DIM);
        let table = |of: &dyn Fn(usize, usize) -> bool| -> Vec<Vec<bool>> {
            (0..n).map(|i| (0..m).map(|j| of(i, j)).collect()).collect()
        };
        Self {
            anchors: anchors.to_vec(),
            candidates: candidates.to_vec(),
            positive: table(&|i, j| related(i, j).0),
            negative: table(&|i, j| related(i, j).1),
        }
    }

    fn exchanged(&self) -> Self {
        Self::new(&self.candidates, &self.anchors, |j, i| {
            (self.positive[i][j], self.negative[i][j])
        })
    }

    /// Distances to an anchor's positives and to its negatives.
    fn row(&self, kind: Distance, i: usize) -> (Vec<f64>, Vec<f64>) {
        let anchor = &self.anchors[i * DIM..][..DIM];
        let some = |keep: &[bool]| -> Vec<f64> {
            let each = self
                .candidates
                .chunks(DIM)
                .zip(keep)
                .filter(|(_, keep)| **keep);
            each.map(|(candidate, _)| distance(kind, anchor, candidate))
                .collect()
        };
        (some(&self.positive[i]), some(&self.negative[i]))
    }

    fn len(&self) -> usize {
        self.anchors.len() / DIM
    }
}

/// `-ln(e^(-k p) / (e^(-k p) + sum e^(-k n)))` per positive pair, as it stands.
fn info_nce(given: &Given, kind: Distance, k: f64) -> (f64, u64) {
    let (mut sum, mut terms) = (0.0, 0);
    for i in 0..given.len() {
        let (positives, negatives) = given.row(kind, i);
        for p in positives {
            let rest: f64 = negatives.iter().map(|n| (-k * n).exp()).sum();
            sum -= ((-k * p).exp() / ((-k * p).exp() + rest)).ln();
            terms += 1;
        }
    }
    (sum, terms)
}

/// Half of each direction.
fn symmetric(given: &Given, kind: Distance, k: f64) -> (f64, u64) {
    let (forward, terms) = info_nce(given, kind, k);
    let (back, same) = info_nce(&given.exchanged(), kind, k);
    assert_eq!(terms, same, "a pair is one both ways");
    (0.5 * (forward + back), terms)
}

/// `-1 / |P| sum_p ln(e^(-k p) / sum over all others)` per anchor with a positive.
fn sup_con(given: &Given, kind: Distance, k: f64) -> (f64, u64) {
    let (mut sum, mut terms) = (0.0, 0);
    for i in 0..given.len() {
        let (positives, negatives) = given.row(kind, i);
        let all: f64 = positives
            .iter()
            .chain(&negatives)
            .map(|d| (-k * d).exp())
            .sum();
        let each = positives.iter().map(|p| -((-k * p).exp() / all).ln());
        if !positives.is_empty() {
            sum += each.sum::<f64>() / positives.len() as f64;
            terms += 1;
        }
    }
    (sum, terms)
}

/// The definition with its derivative in the scale, by differences of eighth order.
fn with_slope(of: impl Fn(f64) -> (f64, u64), k: f64) -> Found {
    let step = 0.02;
    let pairs = [
        (1.0, 0.8),
        (2.0, -0.2),
        (3.0, 4.0 / 105.0),
        (4.0, -1.0 / 280.0),
    ];
    let each = pairs.map(|(at, c)| c * (of(k + at * step).0 - of(k - at * step).0) / step);
    let (value, terms) = of(k);
    (value, terms, each.iter().sum())
}

#[track_caller]
fn same<L: RowLoss + Copy + std::fmt::Debug>(
    (loss, kind): (L, Distance),
    batch: &Batch<'_, f64>,
    (value, terms, slope): Found,
) {
    for reduce in [Reduce::Sum, Reduce::Mean] {
        let objective = Objective::new(kind, loss, reduce).unwrap();
        let scale = if reduce == Reduce::Sum {
            1.0
        } else {
            1.0 / terms.max(1) as f64
        };
        for outcome in [
            evaluate(&objective, batch),
            objective.evaluate_plain(batch).unwrap(),
        ] {
            let what = format!("{objective:?}: {} not {}", outcome.value, value * scale);
            let size = value.abs().max(1.0) * scale;
            assert!(
                (outcome.value - value * scale).abs() < 1e-11 * size,
                "{what}"
            );
            assert_eq!(outcome.terms.terms(), terms, "{what}");
            assert!(
                (outcome.parameters[0] - slope * scale).abs() < 1e-8 * size,
                "{what}"
            );
        }
    }
}

#[track_caller]
fn all_of_them(given: &Given, batch: &Batch<'_, f64>, within: bool) {
    for kind in DISTANCES {
        let k = 2.5;
        let nce = InfoNce::new(k).unwrap();
        let found = with_slope(|k| info_nce(given, kind, k), k);
        same((nce, kind), batch, found);
        let both = match within {
            true => found,
            false => with_slope(|k| symmetric(given, kind, k), k),
        };
        same((nce.symmetric(), kind), batch, both);
        // The temperature is one over the scale.
        let inverted = |found: Found| (found.0, found.1, -found.2 * k * k);
        same(
            (NtXent::new(1.0 / k).unwrap(), kind),
            batch,
            inverted(found),
        );
        let found = with_slope(|k| sup_con(given, kind, k), k);
        same(
            (SupCon::new(1.0 / k).unwrap(), kind),
            batch,
            inverted(found),
        );
        let (value, terms) = info_nce(given, kind, 1.0);
        same((NPair::default(), kind), batch, (value, terms, 0.0));
    }
}

/// Classes in no order, one without a positive.
fn classes(n: usize) -> Vec<i64> {
    let mut labels = labels(n, 5, 3);
    labels[n / 2] = 99;
    labels
}

#[test]
fn within_one_set_and_shards() {
    let n = 23;
    let (data, labels) = (numbers(n * DIM, 1), classes(n));
    let rows = Rows::new(&data, DIM).unwrap();
    for range in [0..n, 5..17] {
        let anchors = &data[range.start * DIM..range.end * DIM];
        let given = Given::new(anchors, &data, |i, j| {
            let same = labels[range.start + i] == labels[j];
            (same && range.start + i != j, !same)
        });
        let batch = Batch::shard(rows, &labels, range.clone()).unwrap();
        all_of_them(&given, &batch, true);
    }
}

#[test]
fn two_towers_one_to_one_with_hard_negatives() {
    let (n, m) = (9, 14);
    let (one, two) = (numbers(n * DIM, 4), numbers(m * DIM, 5));
    let rows = |data| Rows::new(data, DIM).unwrap();
    let batch = Batch::matched(rows(&one), rows(&two)).unwrap();
    let given = Given::new(&one, &two, |i, j| (i == j, i != j));
    all_of_them(&given, &batch, false);
    // Candidates 0 and 3 are the same thing, so that anchors 0 and 3 leave each other's out.
    let ids: Vec<u64> = (0..m as u64).map(|i| if i == 3 { 0 } else { i }).collect();
    let batch = batch.identified(&ids[..n], &ids).unwrap();
    let given = Given::new(&one, &two, |i, j| (i == j, ids[i] != ids[j]));
    all_of_them(&given, &batch, false);
}

#[test]
fn two_towers_with_several_positives() {
    let (n, m) = (8, 13);
    let (one, two) = (numbers(n * DIM, 6), numbers(m * DIM, 7));
    let rows = |data| Rows::new(data, DIM).unwrap();
    // Anchor 7 has no positive; candidate 4 has two anchors, candidates from 10 on none.
    let mut list: Vec<(usize, usize)> = (0..10).map(|j| (j % 5, j)).collect();
    list.extend([(5, 4), (6, 11)]);
    list.retain(|pair| *pair != (0, 0));
    let pairs = Pairs::new((n, m), list.iter().copied()).unwrap();
    let batch = Batch::related(rows(&one), rows(&two), &pairs).unwrap();
    let given = Given::new(&one, &two, |i, j| {
        let listed = list.contains(&(i, j));
        (listed, !listed)
    });
    all_of_them(&given, &batch, false);
    all_of_them(&given.exchanged(), &batch.exchanged(), false);
}

#[test]
fn two_sets_of_classes() {
    let (data, other) = (numbers(9 * DIM, 8), numbers(12 * DIM, 9));
    let (labels, others) = (classes(9), labels(12, 5, 4));
    let rows = |data| Rows::new(data, DIM).unwrap();
    let batch = Batch::between(rows(&data), &labels, rows(&other), &others).unwrap();
    let given = Given::new(&data, &other, |i, j| {
        (labels[i] == others[j], labels[i] != others[j])
    });
    all_of_them(&given, &batch, false);
}

/// Without a negative a positive is alone in its denominator.
#[test]
fn batches_of_one_class_and_of_none() {
    let data = numbers(5 * DIM, 10);
    let rows = Rows::new(&data, DIM).unwrap();
    let batch = Batch::within(rows, &[1; 5]).unwrap();
    let given = Given::new(&data, &data, |i, j| (i != j, false));
    all_of_them(&given, &batch, true);
    let objective = Objective::new(Distance::Cosine, InfoNce::default(), Reduce::Mean).unwrap();
    let outcome = evaluate(&objective, &batch);
    assert_eq!((outcome.value, outcome.terms.active()), (0.0, 0));
    assert_eq!(outcome.gradient(), vec![0.0; 5 * DIM]);
    let batch = Batch::within(rows, &[1, 2, 3, 4, 5]).unwrap();
    for loss in family() {
        let outcome = evaluate(
            &Objective::new(Distance::Cosine, loss, Reduce::Mean).unwrap(),
            &batch,
        );
        assert_eq!((outcome.value, outcome.terms), (0.0, Default::default()));
        assert_eq!(outcome.gradient(), vec![0.0; 5 * DIM]);
    }
}

fn family() -> Vec<Loss> {
    vec![
        InfoNce::default().into(),
        InfoNce::default().symmetric().into(),
        NtXent::default().into(),
        SupCon::default().into(),
        NPair::default().into(),
    ]
}

/// The mean of the two directed losses, value and gradient: of one-to-one pairs, and where candidates, too, are the
/// positives of several.
#[test]
fn symmetric_is_the_mean_of_both_directions() {
    let (one, two) = (numbers(11 * DIM, 11), numbers(14 * DIM, 12));
    let (classes, others) = (labels(11, 4, 5), labels(14, 5, 6));
    let rows = |data| Rows::new(data, DIM).unwrap();
    let batches: [Batch<'_, f64>; 2] = [
        Batch::matched(rows(&one), rows(&two)).unwrap(),
        Batch::between(rows(&one), &classes, rows(&two), &others).unwrap(),
    ];
    for (batch, kind) in batches
        .iter()
        .flat_map(|batch| DISTANCES.map(|kind| (batch, kind)))
    {
        let directed = InfoNce::new(4.0).unwrap();
        let of = |loss| Objective::new(kind, loss, Reduce::Mean).unwrap();
        let there = evaluate(&of(directed), batch);
        let back = evaluate(&of(directed), &batch.exchanged());
        let both = evaluate(&of(directed.symmetric()), batch);
        let mean = |x: &[f64], y: &[f64]| -> Vec<f64> {
            x.iter().zip(y).map(|(x, y)| 0.5 * (x + y)).collect()
        };
        assert!((both.value - 0.5 * (there.value + back.value)).abs() < 1e-13);
        assert!(
            (both.parameters[0] - 0.5 * (there.parameters[0] + back.parameters[0])).abs() < 1e-12
        );
        assert!(apart(&both.anchors, &mean(&there.anchors, &back.candidates)) < 1e-12);
        assert!(apart(&both.candidates, &mean(&there.candidates, &back.anchors)) < 1e-12);
    }
}

/// Shards of two towers see all anchors in their columns.
#[test]
fn symmetric_shards_are_the_whole() {
    let (one, two) = (numbers(20 * DIM, 13), numbers(24 * DIM, 14));
    let rows = |data| Rows::new(data, DIM).unwrap();
    let batch = Batch::matched(rows(&one), rows(&two)).unwrap();
    let loss = InfoNce::new(3.0).unwrap().symmetric();
    let objective = Objective::new(Distance::Cosine, loss, Reduce::Mean).unwrap();
    let part = |own| {
        objective
            .partial(&batch.clone().part(own).unwrap())
            .unwrap()
    };
    let mut sum = part(0..7);
    sum.add(&part(7..20)).unwrap();
    let (sum, whole) = (objective.finish(sum), evaluate(&objective, &batch));
    assert!((sum.value - whole.value).abs() < 1e-13);
    assert!(apart(&sum.gradient(), &whole.gradient()) < 1e-12);
}

/// Central differences, for the embeddings of two towers; `tests/gradient.rs` has one set and classes.
#[test]
fn gradients_are_differences() {
    let (n, m) = (6, 9);
    let point = numbers((n + m) * DIM, 15);
    for loss in family() {
        let objective = Objective::new(Distance::Cosine, loss, Reduce::Mean).unwrap();
        let at = |data: &[f64]| {
            let (one, two) = data.split_at(n * DIM);
            let rows = |data| Rows::new(data, DIM).unwrap();
            evaluate(&objective, &Batch::matched(rows(one), rows(two)).unwrap())
        };
        let gradient = at(&point).gradient();
        for place in 0..point.len() {
            let moved = |by: f64| {
                let mut data = point.clone();
                data[place] += by;
                at(&data).value
            };
            let difference = (moved(1e-6) - moved(-1e-6)) / 2e-6;
            assert!(
                (difference - gradient[place]).abs() < 1e-6,
                "{objective:?}, {place}"
            );
        }
    }
}

fn finite<T: Real>(loss: Loss, kind: Distance, data: &[T], labels: &[i64]) {
    let rows = Rows::new(data, DIM).unwrap();
    let within = Batch::within(rows, labels).unwrap();
    let matched = Batch::matched(rows, rows).unwrap();
    for batch in [within, matched] {
        let objective = Objective::new(kind, loss.clone(), Reduce::Mean).unwrap();
        let outcome = evaluate(&objective, &batch);
        let numbers = [outcome.value, outcome.parameters[0]];
        assert!(
            numbers.iter().all(|x| x.is_finite()) && outcome.value >= 0.0,
            "{objective:?}"
        );
        assert!(
            outcome.gradient().iter().all(|g| g.is_finite()),
            "{objective:?}"
        );
    }
}

#[test]
fn extreme_scales_and_rows_stay_finite() {
    let labels = [0, 0, 1, 1, 1, 2];
    let nce = |scale| InfoNce::new(scale).unwrap();
    let losses: Vec<Loss> = vec![
        nce(1000.0).into(),
        nce(1000.0).symmetric().into(),
        nce(1e-9).symmetric().into(),
        NtXent::new(1e-3).unwrap().into(),
        SupCon::new(1e-3).unwrap().into(),
        NPair::default().into(),
    ];
    let narrow = numbers_f32(6 * DIM, 16);
    let long: Vec<f32> = narrow.iter().map(|x| x * 1e10).collect();
    let equal = narrow[..DIM].repeat(6);
    for loss in losses {
        for &kind in Distance::ALL {
            for data in [&narrow, &long, &equal, &vec![0.0; 6 * DIM]] {
                finite(loss.clone(), kind, data, &labels);
                let wide: Vec<f64> = data.iter().map(|&x| f64::from(x)).collect();
                finite(loss.clone(), kind, &wide, &labels);
            }
        }
    }
}

#[test]
fn equal_embeddings_cost_the_logarithm_of_their_number() {
    let data = numbers(DIM, 17).repeat(6);
    let rows = Rows::new(&data, DIM).unwrap();
    let batch = Batch::matched(rows, rows).unwrap();
    for loss in family() {
        let objective = Objective::new(Distance::Cosine, loss, Reduce::Mean).unwrap();
        let outcome = evaluate(&objective, &batch);
        assert!((outcome.value - 6f64.ln()).abs() < 1e-12, "{objective:?}");
        assert!(outcome.gradient().iter().all(|&g| g == 0.0));
    }
}

#[test]
fn f32_is_near_f64() {
    let (n, labels) = (300, labels(300, 40, 18));
    let data = numbers_f32(n * DIM, 18);
    let wide: Vec<f64> = data.iter().map(|&x| f64::from(x)).collect();
    for loss in family() {
        let objective = Objective::new(Distance::Cosine, loss, Reduce::Mean).unwrap();
        let narrow = evaluate(&objective, &batches::within(&data, DIM, &labels));
        let wide = evaluate(&objective, &batches::within(&wide, DIM, &labels));
        assert!(
            (narrow.value - wide.value).abs() < 1e-5 * wide.value,
            "{objective:?}"
        );
        let gradient: Vec<f64> = narrow.gradient().iter().map(|&x| f64::from(x)).collect();
        assert!(apart(&gradient, &wide.gradient()) < 1e-4, "{objective:?}");
    }
}

#[test]
fn numbers_outside_their_range() {
    let text = |what| format!("{what}: wanted a finite number above 0, given 0");
    assert_eq!(InfoNce::new(0.0).unwrap_err().to_string(), text("scale"));
    assert_eq!(
        NtXent::new(0.0).unwrap_err().to_string(),
        text("temperature")
    );
    assert_eq!(
        SupCon::new(0.0).unwrap_err().to_string(),
        text("temperature")
    );
}

#[test]
fn losses_in_json() {
    for (json, wanted) in [
        (
            r#"{"kind":"info-nce","scale":20.0,"symmetric":false}"#,
            Loss::from(InfoNce::default()),
        ),
        (
            r#"{"kind":"nt-xent","temperature":0.07}"#,
            NtXent::default().into(),
        ),
        (
            r#"{"kind":"sup-con","temperature":0.1}"#,
            SupCon::default().into(),
        ),
        (r#"{"kind":"n-pair"}"#, NPair::default().into()),
    ] {
        assert_eq!(serde_json::to_string(&wanted).unwrap(), json);
        assert_eq!(serde_json::from_str::<Loss>(json).unwrap(), wanted);
        let more = json.replace('}', r#","more":1}"#);
        assert!(serde_json::from_str::<Loss>(&more).is_err(), "{more}");
    }
}
