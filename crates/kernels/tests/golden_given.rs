//! sentence-transformers' losses on given tuples and under Matryoshka, and VSE++ in both directions: values and gradients to 1e-10 in f64.
#![allow(clippy::unwrap_used, reason = "tests")]

mod batches;
mod golden_file;

use batches::apart;
use golden_file::{Case, case};
use tercet_kernels::{
    Batch, Cosent, CosineRegression, Criterion, Distance, GivenTriplets, Margin, Objective,
    Positive, Reduce, Rows, ScoredOutcome, Select, Triplet,
};

#[track_caller]
fn close(given: f64, wanted: f64) {
    let size = wanted.abs().max(1.0);
    assert!(
        (given - wanted).abs() < 1e-10 * size,
        "{given} and {wanted}"
    );
}

#[test]
fn triplets() {
    for (name, distance, margin) in [
        ("st-triplet-euclidean-5", Distance::Euclidean, 5.0),
        ("st-triplet-euclidean-1", Distance::Euclidean, 1.0),
        ("st-triplet-cosine-0.2", Distance::Cosine, 0.2),
    ] {
        let case = case(name);
        let [anchors, positives, mut negatives] =
            ["rows", "second", "negatives"].map(|f| case.numbers(f));
        negatives.truncate(anchors.len());
        let rows = |data| Rows::new(data, case.dim()).unwrap();
        let loss = GivenTriplets {
            distance,
            margin: Margin::hard(margin).unwrap(),
            ..GivenTriplets::default()
        };
        let outcome = loss.evaluate(rows(&anchors), rows(&positives), rows(&negatives));
        let outcome = outcome.unwrap();
        close(outcome.value, case.value());
        let mut padded = outcome.negatives;
        padded.resize(case.numbers("negatives").len(), 0.0);
        for (given, wanted) in [
            (&outcome.anchors, "gradient"),
            (&outcome.positives, "second_gradient"),
            (&padded, "negatives_gradient"),
        ] {
            assert!(
                apart(given, &case.gradient(wanted).unwrap()) < 1e-10,
                "{name}"
            );
        }
    }
}

fn scored(case: &Case, outcome: &ScoredOutcome<f64>) {
    close(outcome.value, case.value());
    assert!(apart(&outcome.first, &case.gradient("gradient").unwrap()) < 1e-10);
    assert!(apart(&outcome.second, &case.gradient("second_gradient").unwrap()) < 1e-10);
}

#[test]
fn scored_pairs() {
    for (name, scale) in [
        ("st-cosent-20", 20.0),
        ("st-cosent-2", 2.0),
        ("st-cosine-similarity", 0.0),
    ] {
        let case = case(name);
        let [rows, second, scores] = ["rows", "second", "scores"].map(|f| case.numbers(f));
        let (rows, second) = (Rows::new(&rows, case.dim()), Rows::new(&second, case.dim()));
        let (rows, second) = (rows.unwrap(), second.unwrap());
        let outcome = match Positive::new("scale", scale) {
            Ok(scale) => Cosent { scale }.evaluate(rows, second, &scores),
            Err(_) => CosineRegression::default().evaluate(rows, second, &scores),
        };
        scored(&case, &outcome.unwrap());
    }
}

fn criterion(distance: Distance, margin: f64, select: Select, reduce: Reduce) -> Criterion {
    let loss = Triplet::new(Margin::hard(margin).unwrap(), select);
    Criterion::of(Objective::new(distance, loss, reduce).unwrap())
}

/// It divides every size by its lengths, whatever the distance.
#[test]
fn matryoshka() {
    let all = criterion(Distance::Euclidean, 0.5, Select::All, Reduce::MeanActive);
    let all = all.matryoshka(&[(6, 1.0), (4, 0.5), (2, 0.25)]).unwrap();
    let all = all.on_unit_rows();
    for name in ["balanced", "generic"] {
        let case = case(&format!("st-matryoshka-batch-all-{name}"));
        let (data, labels) = (case.numbers("rows"), case.labels("labels"));
        let batch = Batch::within(Rows::new(&data, case.dim()).unwrap(), &labels).unwrap();
        let outcome = all.evaluate(&batch).unwrap().outcome;
        close(outcome.value, case.value());
        assert!(apart(&outcome.gradient(), &case.gradient("gradient").unwrap()) < 1e-10);
    }
}

#[test]
fn both_directions_of_vse() {
    for (kind, select) in [("max", Select::Hardest), ("sum", Select::All)] {
        let both = criterion(Distance::Cosine, 0.2, select, Reduce::Sum).both_ways();
        for name in ["formula-towers", "pairs", "ladder"] {
            let case = case(&format!("paper-vse-{kind}-{name}"));
            let (first, second) = (case.numbers("rows"), case.numbers("second"));
            let rows = |data| Rows::new(data, case.dim()).unwrap();
            let batch = Batch::matched(rows(&first), rows(&second)).unwrap();
            let outcome = both.evaluate(&batch).unwrap().outcome;
            close(outcome.value, case.value());
            assert!(apart(&outcome.anchors, &case.gradient("gradient").unwrap()) < 1e-10);
            assert!(
                apart(
                    &outcome.candidates,
                    &case.gradient("second_gradient").unwrap()
                ) < 1e-10
            );
        }
    }
}
