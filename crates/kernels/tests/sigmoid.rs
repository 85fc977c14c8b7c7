//! The sigmoid loss as loops in f64 over explicit pairs, written apart from the crate's own.
#![allow(clippy::unwrap_used, reason = "tests")]

mod batches;

use batches::{apart, labels, numbers, numbers_f32};
use tercet_kernels::{Batch, Distance, Objective, Outcome, Pairs, Reduce, RowLoss, Rows, Sigmoid};

const DIM: usize = 4;

/// `(value, terms, d(value) / d(scale), d(value) / d(bias))`.
type Found = (f64, u64, f64, f64);

fn similarity(distance: Distance, a: &[f64], b: &[f64]) -> f64 {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    match distance {
        Distance::Cosine => dot(a, b) / (dot(a, a) * dot(b, b)).sqrt(),
        Distance::NegativeDot => dot(a, b),
        _ => -a.iter().zip(b).map(|(x, y)| (x - y).powi(2)).sum::<f64>(),
    }
}

/// Pairs of `sign(i, j)` 1 or -1; of 0 none.
fn written_out(
    (distance, loss): (Distance, Sigmoid),
    (anchors, candidates): (&[f64], &[f64]),
    sign: impl Fn(usize, usize) -> f64,
) -> Found {
    let (k, b) = (loss.scale.get(), loss.bias.get());
    let (mut value, mut terms, mut slopes, mut seen) = (0.0, 0, (0.0, 0.0), 0.0);
    for (i, anchor) in anchors.chunks(DIM).enumerate() {
        let before = terms;
        for (j, candidate) in candidates.chunks(DIM).enumerate() {
            let z = sign(i, j);
            if z == 0.0 {
                continue;
            }
            let s = similarity(distance, anchor, candidate);
            let e = (-z * (k * s + b)).exp();
            value += (1.0 + e).ln();
            slopes.0 -= z * s * e / (1.0 + e);
            slopes.1 -= z * e / (1.0 + e);
            terms += 1;
        }
        seen += f64::from(u8::from(terms > before));
    }
    (value / seen, terms, slopes.0 / seen, slopes.1 / seen)
}

#[track_caller]
fn same(outcome: &Outcome<f64>, wanted: Found) {
    assert!((outcome.value - wanted.0).abs() < 1e-12 * wanted.0.max(1.0));
    assert_eq!(outcome.terms.terms(), wanted.1);
    assert_eq!(outcome.terms.active(), wanted.1);
    for (given, wanted) in outcome.parameters.iter().zip([wanted.2, wanted.3]) {
        assert!((given - wanted).abs() < 1e-11, "{given}, wanted {wanted}");
    }
}

fn cases() -> impl Iterator<Item = (Distance, Sigmoid)> {
    let distances = [
        Distance::Cosine,
        Distance::NegativeDot,
        Distance::SquaredEuclidean,
    ];
    let losses = [(10.0, -10.0), (1.5, 0.3)].map(|(k, b)| Sigmoid::new(k, b).unwrap());
    distances
        .into_iter()
        .flat_map(move |distance| losses.into_iter().map(move |loss| (distance, loss)))
}

#[test]
fn every_pair_of_a_set_is_costed_by_itself() {
    // More than a block of candidates, and one that is not full.
    let (n, data) = (75, numbers(75 * DIM, 5));
    let labels = labels(n, 12, 5);
    for (distance, loss) in cases() {
        let objective = Objective::new(distance, loss, Reduce::MeanAnchors).unwrap();
        let batch = Batch::within(Rows::new(&data, DIM).unwrap(), &labels).unwrap();
        let sign = |i: usize, j: usize| match (i == j, labels[i] == labels[j]) {
            (true, _) => 0.0,
            (_, true) => 1.0,
            _ => -1.0,
        };
        let outcome = objective.evaluate(&batch).unwrap();
        same(
            &outcome,
            written_out((distance, loss), (&data, &data), sign),
        );
        let total = objective.total(&batch).unwrap();
        assert!((total.value - outcome.value).abs() < 1e-12);
        assert!(apart(&total.gradient, &outcome.gradient()) < 1e-12);
        assert_eq!(total.terms, outcome.terms);
    }
}

#[test]
fn towers_of_several_positives_with_masked_and_hard_candidates() {
    let (one, two) = (numbers(5 * DIM, 6), numbers(9 * DIM, 7));
    let rows = |data| Rows::new(data, DIM).unwrap();
    let positives = [(0, 0), (0, 4), (1, 1), (3, 0), (4, 8)];
    for (distance, loss) in cases() {
        let objective = Objective::new(distance, loss, Reduce::MeanAnchors).unwrap();
        let pairs = Pairs::new((5, 9), positives).unwrap();
        let batch = Batch::related(rows(&one), rows(&two), &pairs).unwrap();
        let sign = |i: usize, j: usize| {
            if positives.contains(&(i, j)) {
                1.0
            } else {
                -1.0
            }
        };
        let outcome = objective.evaluate(&batch).unwrap();
        same(&outcome, written_out((distance, loss), (&one, &two), sign));
        // Matched: row i with row i, whatever follows are negatives of all.
        let batch = Batch::matched(rows(&one), rows(&two)).unwrap();
        let sign = |i, j| if i == j { 1.0 } else { -1.0 };
        let outcome = objective.evaluate(&batch).unwrap();
        same(&outcome, written_out((distance, loss), (&one, &two), sign));
        // An anchor's known duplicate is neither.
        let batch = batch
            .identified(&[1, 2, 3, 4, 5], &[1, 2, 3, 4, 5, 1, 7, 8, 9])
            .unwrap();
        let sign = |i, j| match (i, j) {
            (0, 5) => 0.0,
            (i, j) if i == j => 1.0,
            _ => -1.0,
        };
        let outcome = objective.evaluate(&batch).unwrap();
        same(&outcome, written_out((distance, loss), (&one, &two), sign));
    }
}

#[test]
fn no_number_overflows() {
    for data in [numbers_f32(40, 8), vec![1.0; 40], vec![1e-3; 40]] {
        let batch = Batch::matched(
            Rows::new(&data[..20], DIM).unwrap(),
            Rows::new(&data[20..], DIM).unwrap(),
        )
        .unwrap();
        for (scale, bias) in [(1e6, -1e6), (1e-6, 1e6), (100.0, -1e30)] {
            let loss = Sigmoid::new(scale, bias).unwrap();
            let objective = Objective::new(Distance::Cosine, loss, Reduce::MeanAnchors).unwrap();
            let outcome = objective.evaluate(&batch).unwrap();
            assert!(outcome.value.is_finite() && outcome.value >= 0.0);
            assert!(outcome.gradient().iter().all(|x| x.is_finite()));
            assert!(outcome.parameters.iter().all(|x| x.is_finite()));
        }
    }
}

#[test]
fn both_numbers_are_learnt_unless_someone_says_no() {
    let scalars = Sigmoid::default().scalars();
    let told: Vec<_> = scalars
        .iter()
        .map(|s| (s.name, s.value, s.most, s.always))
        .collect();
    let most = Some(100f64.ln());
    assert_eq!(
        told,
        [
            ("log_scale", 10f64.ln(), most, true),
            ("bias", -10.0, None, true)
        ]
    );
}
