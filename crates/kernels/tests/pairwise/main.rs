//! Losses with soft maxima over pairs, written as plain loops over explicit pairs, apart from the crate's code.
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../batches/mod.rs"]
mod batches;
mod lifted;
mod margins;
mod similarities;
mod table;

use batches::numbers;
use table::Table;
use tercet_kernels::{
    Batch, Circle, Distance, Error, Lifted, Loss, MarginLoss, MarginPairs, MultiSimilarity,
    Objective, Pairs, Positive, Reduce, Rows,
};

const DIM: usize = 4;

#[test]
fn scales_of_a_thousand_stay_finite() {
    let scale = Positive::new("scale", 1000.0).unwrap();
    let similar = MultiSimilarity {
        alpha: scale,
        beta: scale,
        ..MultiSimilarity::default()
    };
    let losses = [
        Loss::from(similar),
        Circle {
            gamma: scale,
            ..Circle::default()
        }
        .into(),
    ];
    let data = batches::numbers_f32(6 * DIM, 81);
    let equal = data[..DIM].repeat(6);
    for data in [data, equal] {
        for loss in &losses {
            let batch = batches::within(&data, DIM, &[0, 0, 1, 1, 2, 2]);
            let objective = Objective::new(Distance::Cosine, loss.clone(), Reduce::Mean).unwrap();
            let outcome = objective.evaluate(&batch).unwrap();
            assert!(outcome.value.is_finite() && outcome.value > 0.0);
            assert!(outcome.gradient().iter().all(|x| x.is_finite()));
        }
    }
}

#[test]
fn distances_without_a_meaning_are_refused() {
    let error = Objective::new(
        Distance::Euclidean,
        MultiSimilarity::default(),
        Reduce::Mean,
    );
    assert_eq!(
        error.unwrap_err().to_string(),
        "distance: wanted cosine or negative-dot for this loss, given euclidean"
    );
    let error = Objective::new(Distance::NegativeDot, Circle::default(), Reduce::Mean);
    assert!(matches!(error.unwrap_err(), Error::Distance { .. }));
    let error = Objective::new(Distance::Cosine, MarginLoss::default(), Reduce::Mean);
    assert!(matches!(error.unwrap_err(), Error::Distance { .. }));
    let loss = MarginLoss {
        select: MarginPairs::All,
        ..MarginLoss::default()
    };
    let error = Objective::new(Distance::NegativeDot, loss, Reduce::Mean);
    assert!(matches!(error.unwrap_err(), Error::NegativeDistance { .. }));
}

#[test]
fn written_and_read_again() {
    let read = |text: &str| serde_json::from_str::<Loss>(text);
    let loss = read(r#"{"kind": "margin", "select": "all", "beta": 1.1}"#).unwrap();
    let Loss::MarginLoss(margin) = &loss else {
        panic!("{loss:?}")
    };
    assert_eq!((margin.select, margin.beta.get()), (MarginPairs::All, 1.1));
    assert_eq!(read(&serde_json::to_string(&loss).unwrap()).unwrap(), loss);
    let error = read(r#"{"kind": "margin", "select": "some"}"#).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("one of all, triplets, distance-weighted")
    );
    assert!(read(r#"{"kind": "circle", "gamma": 0}"#).is_err());
    assert!(read(r#"{"kind": "lifted", "marge": 1}"#).is_err());
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
            assert!(outcome.parameters[0].is_finite(), "{what}");
        }
    }
}
