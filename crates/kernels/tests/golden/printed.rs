//! Numbers of other libraries for one small batch, to 1e-10 in f64.
//!
//! From pytorch-metric-learning 2.9.0, TensorFlow Addons' semi-hard loss (commit d208d75) line by line in
//! torch 2.15.0, and the papers' formulas; `reference/golden.py` prints them.

use tercet_kernels::{
    Batch, Contrastive, Distance, Geometry, Margin, Objective, Outcome, Pick, Reduce, RowLoss,
    Rows, Select, SemiHard, Triplet,
};

const LABELS: [i64; 6] = [0, 0, 1, 1, 2, 2];
const PLAIN: Distance = Distance::Euclidean;
const SQUARED: Distance = Distance::SquaredEuclidean;

fn raw() -> Vec<f64> {
    let place = |i: f64, j: f64| (1.7 * i + 0.9 * j + 0.3 * i * j).sin();
    (0..24)
        .map(|k| place(f64::from(k / 4), f64::from(k % 4)))
        .collect()
}

fn unit() -> Vec<f64> {
    let raw = raw();
    let rows = raw.chunks(4).flat_map(|row| {
        let length = row.iter().map(|x| x * x).sum::<f64>().sqrt();
        row.iter().map(move |x| x / length)
    });
    rows.collect()
}

fn evaluate<L: RowLoss>(data: &[f64], distance: Distance, loss: L, reduce: Reduce) -> Outcome<f64> {
    let rows = Rows::new(data, 4).unwrap();
    let batch = Batch::within(rows, &LABELS).unwrap();
    let objective = Objective::new(distance, loss, reduce).unwrap();
    objective.evaluate(&batch).unwrap()
}

fn triplet(
    data: &[f64],
    distance: Distance,
    (margin, select): (Margin, Select),
    reduce: Reduce,
) -> Outcome<f64> {
    evaluate(data, distance, Triplet::new(margin, select), reduce)
}

fn hard(margin: f64) -> Margin {
    Margin::hard(margin).unwrap()
}

#[track_caller]
fn close(given: f64, wanted: f64) {
    assert!(
        (given - wanted).abs() < 1e-10,
        "wanted {wanted}, given {given}"
    );
}

#[test]
fn all_triplets() {
    let all = (hard(0.2), Select::All);
    let outcome = triplet(&unit(), PLAIN, all, Reduce::Mean);
    assert_eq!((outcome.terms.terms(), outcome.terms.active()), (24, 24));
    close(outcome.value, 0.450669467299);
    let value = |data: &[f64], distance, reduce| triplet(data, distance, all, reduce).value;
    close(value(&unit(), PLAIN, Reduce::MeanActive), 0.450669467299);
    close(value(&raw(), PLAIN, Reduce::MeanActive), 0.613078142327);
    close(value(&raw(), PLAIN, Reduce::Mean), 0.561988297133);
    close(value(&unit(), SQUARED, Reduce::MeanActive), 1.140369814566);
    close(value(&unit(), SQUARED, Reduce::Mean), 0.950308178805);
    close(value(&raw(), SQUARED, Reduce::MeanActive), 2.189229525299);
    close(value(&raw(), SQUARED, Reduce::Mean), 1.824357937749);
}

#[test]
fn batch_hard() {
    for (margin, wanted) in [
        (
            hard(0.2),
            [
                0.833954651328,
                1.105026549976,
                1.963924246403,
                3.837031149040,
            ],
        ),
        (
            Margin::Soft,
            [
                1.059774728929,
                1.245721938442,
                1.922759014871,
                3.665937528621,
            ],
        ),
    ] {
        let hardest = (margin, Select::Hardest);
        let value = |data: &[f64], distance| {
            let outcome = triplet(data, distance, hardest, Reduce::MeanAnchors);
            let mean = triplet(data, distance, hardest, Reduce::Mean);
            assert_eq!(outcome.value, mean.value, "one term per anchor");
            outcome.value
        };
        close(value(&unit(), PLAIN), wanted[0]);
        close(value(&raw(), PLAIN), wanted[1]);
        close(value(&unit(), SQUARED), wanted[2]);
        close(value(&raw(), SQUARED), wanted[3]);
    }
}

#[test]
fn semi_hard_of_pytorch_metric_learning() {
    let all = Select::SemiHard(SemiHard::Facenet(Pick::All));
    let outcome = triplet(&unit(), PLAIN, (hard(0.2), all), Reduce::MeanActive);
    assert_eq!(outcome.terms.terms(), 4);
    close(outcome.value, 0.111110930529);
}

/// All 24 triplets violate the margin: 20 are hard, the 4 others those that its miner selects.
#[test]
fn kinds_of_triplets() {
    let outcome = triplet(&unit(), PLAIN, (hard(0.2), Select::All), Reduce::MeanActive);
    assert_eq!((outcome.terms.terms(), outcome.terms.active()), (24, 24));
    let narrow: Vec<f32> = unit().into_iter().map(|x| x as f32).collect();
    let batch = Batch::within(Rows::new(&narrow, 4).unwrap(), &LABELS).unwrap();
    let seen = Geometry::of(&batch, PLAIN, hard(0.2));
    let kinds = (seen.valid, seen.hard, seen.semi_hard, seen.easy);
    assert_eq!(kinds, (24, 20, 4, 0));
}

#[test]
fn semi_hard_of_tensorflow_addons() {
    let above = Select::SemiHard(SemiHard::NearestAbove);
    let value = |margin, distance| {
        triplet(
            &unit(),
            distance,
            (hard(margin), above),
            Reduce::MeanPositivePairs,
        )
        .value
    };
    close(value(1.0, PLAIN), 0.968617282030);
    close(value(0.2, PLAIN), 0.168617282030);
    close(value(1.0, SQUARED), 0.882899597326);
    close(value(0.2, SQUARED), 0.157896333124);
}

/// The doctest of TensorFlow Addons, y = [0, 0], X = [[0, 1], [1, 0]], gives 2.414213562373 (semi-hard)
/// and 1.0 (hard): it takes an anchor without negative to be its own. Here such an anchor contributes
/// nothing, so the value is 0.
#[test]
fn without_a_negative_we_differ_from_tensorflow_addons() {
    let rows = Rows::new(&[0.0, 1.0, 1.0, 0.0], 2).unwrap();
    let batch = Batch::within(rows, &[0, 0]).unwrap();
    for select in [Select::SemiHard(SemiHard::NearestAbove), Select::Hardest] {
        let loss = Triplet::new(hard(1.0), select);
        let objective = Objective::new(PLAIN, loss, Reduce::MeanPositivePairs).unwrap();
        let outcome = objective.evaluate(&batch).unwrap();
        assert_eq!(outcome.value, 0.0);
        assert_eq!(outcome.gradient(), [0.0; 4]);
        assert_eq!(outcome.terms, Default::default());
    }
}

#[test]
fn contrastive() {
    let linear = Contrastive::linear(0.0, 1.0).unwrap();
    let outcome = evaluate(&unit(), PLAIN, linear, Reduce::MeanActive);
    close(outcome.value, 1.709775867481);
    let squared = Contrastive::squared(1.0).unwrap();
    let outcome = evaluate(&unit(), PLAIN, squared, Reduce::Mean);
    assert_eq!(outcome.terms.terms(), 2 * 15);
    close(outcome.value, 0.292401749310);
}
