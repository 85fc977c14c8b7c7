//! The triplet loss beside pytorch-metric-learning's and sentence-transformers', on rows with ties, duplicates and one-sample classes too.
#![allow(clippy::unwrap_used, reason = "tests")]

mod golden_file;

use golden_file::case;
use tercet_kernels::{
    Batch, Distance, Margin, Objective, Reduce, Rows, Select, SemiHard, Triplet, Unit,
};

const INPUTS: [&str; 3] = ["formula", "generic", "awkward"];

/// Value and gradient of a case; rows of length 1 where the library normalises.
fn same(name: &str, distance: Distance, loss: Triplet, reduce: Reduce, normalised: bool) {
    let case = case(name);
    let (data, labels) = (case.numbers("rows"), case.labels("labels"));
    let rows = Rows::new(&data, case.dim()).unwrap();
    let unit = Unit::of(rows).unwrap();
    let used = if normalised { unit.rows() } else { rows };
    let objective = Objective::new(distance, loss, reduce).unwrap();
    let outcome = objective
        .evaluate(&Batch::within(used, &labels).unwrap())
        .unwrap();
    case.same_value(outcome.value);
    let gradient = outcome.gradient();
    let gradient = match normalised {
        true => unit.back(&gradient).unwrap(),
        false => gradient,
    };
    case.same_gradient("gradient", &gradient);
}

#[test]
fn all_triplets() {
    let loss = Triplet::new(Margin::default(), Select::All);
    for input in INPUTS {
        for (word, distance) in [
            ("plain", Distance::Euclidean),
            ("squared", Distance::SquaredEuclidean),
        ] {
            for (rows, normalised) in [("unit", true), ("raw", false)] {
                for reduce in [Reduce::Mean, Reduce::MeanActive] {
                    let name = format!("pml-triplet-all-{word}-{rows}-{reduce}-{input}");
                    same(&name, distance, loss, reduce, normalised);
                }
            }
        }
    }
}

#[test]
fn swapped() {
    let loss = Triplet::new(Margin::default(), Select::All).swapped();
    for input in INPUTS {
        for reduce in [Reduce::Mean, Reduce::MeanActive] {
            let name = format!("pml-triplet-swap-{reduce}-{input}");
            same(&name, Distance::Euclidean, loss, reduce, false);
        }
    }
}

/// Both leave out an anchor without a positive or without a negative.
#[test]
fn batch_hard() {
    let loss = Triplet::new(Margin::default(), Select::Hardest);
    for input in INPUTS {
        for (rows, normalised) in [("unit", true), ("raw", false)] {
            for reduce in [Reduce::Mean, Reduce::MeanActive] {
                let name = format!("pml-batch-hard-{rows}-{reduce}-{input}");
                same(&name, Distance::Euclidean, loss, reduce, normalised);
            }
        }
    }
}

/// sentence-transformers' batch losses. An anchor without a positive costs something there and nothing here, so
/// batch-hard and semi-hard are compared where every class has several rows; in batch-all it plays no part.
#[test]
fn batches_of_sentence_transformers() {
    let above = Select::SemiHard(SemiHard::NearestAbove);
    let kinds = [
        ("all", Select::All, Reduce::MeanActive),
        ("hard", Select::Hardest, Reduce::MeanAnchors),
        ("semi-hard", above, Reduce::MeanPositivePairs),
    ];
    for (word, select, reduce) in kinds {
        for (distance, margin) in [
            ("euclidean", "5.0"),
            ("euclidean", "0.5"),
            ("cosine", "0.2"),
        ] {
            let loss = Triplet::new(margin.parse().unwrap(), select);
            let mut inputs = vec!["formula", "balanced"];
            if select == Select::All {
                inputs.extend(["generic", "awkward"]);
            }
            for input in inputs {
                let name = format!("st-batch-{word}-{distance}-{margin}-{input}");
                same(&name, distance.parse().unwrap(), loss, reduce, false);
            }
        }
    }
}
