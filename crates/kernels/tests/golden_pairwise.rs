//! Numbers of pytorch-metric-learning 2.9.0 and of papers' formulas for the losses over pairs.
#![allow(clippy::unwrap_used, reason = "tests")]

mod golden_file;

use golden_file::{Case, case};
use tercet_kernels::{
    Batch, Circle, Finite, GeneralizedLifted, Lifted, Loss, MarginLoss, MarginPairs,
    MultiSimilarity, NonNegative, Objective, Outcome, Positive,
};

const INPUTS: [&str; 3] = ["formula", "generic", "awkward"];

fn positive(number: f64) -> Positive {
    Positive::new("number", number).unwrap()
}

fn non_negative(number: f64) -> NonNegative {
    NonNegative::new("number", number).unwrap()
}

/// The rows divided by their lengths, and the lengths.
fn unit(rows: &[f64], dim: usize) -> (Vec<f64>, Vec<f64>) {
    let lengths = rows
        .chunks(dim)
        .map(|row| row.iter().map(|x| x * x).sum::<f64>().sqrt());
    let lengths: Vec<f64> = lengths.collect();
    let each = rows.chunks(dim).zip(&lengths);
    let unit = each.flat_map(|(row, length)| row.iter().map(move |x| x / length));
    (unit.collect(), lengths)
}

/// A gradient with respect to unit rows, with respect to the rows before they were divided.
fn through(gradient: &[f64], unit: &[f64], lengths: &[f64]) -> Vec<f64> {
    let dim = unit.len() / lengths.len();
    let rows = gradient.chunks(dim).zip(unit.chunks(dim)).zip(lengths);
    rows.flat_map(|((g, y), length)| {
        let along: f64 = g.iter().zip(y).map(|(g, y)| g * y).sum();
        g.iter().zip(y).map(move |(g, y)| (g - along * y) / length)
    })
    .collect()
}

/// Compares value and gradient of the loss with its own distance and reduction.
#[track_caller]
fn same(case: &Case, loss: impl Into<Loss>, normalise: bool) -> Outcome<f64> {
    let (loss, labels, raw) = (loss.into(), case.labels("labels"), case.numbers("rows"));
    let (distance, reduce) = (loss.default_distance(), loss.default_reduce());
    let (unit, lengths) = unit(&raw, case.dim());
    let data = if normalise { &unit } else { &raw };
    let batch = Batch::within(case.rows(data), &labels).unwrap();
    let objective = Objective::new(distance, loss, reduce).unwrap();
    let outcome = objective.evaluate(&batch).unwrap();
    case.same_value(outcome.value);
    let gradient = match normalise {
        true => through(&outcome.gradient(), &unit, &lengths),
        false => outcome.gradient(),
    };
    case.same_gradient("gradient", &gradient);
    outcome
}

#[test]
fn lifted() {
    for input in INPUTS {
        for (form, normalise) in [("unit", true), ("raw", false)] {
            let case = case(&format!("pml-lifted-{form}-{input}"));
            same(&case, Lifted::default(), normalise);
        }
    }
}

/// Where every anchor has a positive and a negative: there an empty sum has logarithm 0.
#[test]
fn generalized_lifted() {
    for (form, normalise) in [("unit", true), ("raw", false)] {
        let case = case(&format!("pml-lifted-generalised-{form}-formula"));
        same(&case, GeneralizedLifted::default(), normalise);
    }
}

#[test]
fn margin_loss() {
    let loss = |case: &Case, select| MarginLoss {
        margin: non_negative(case.setting("margin")),
        beta: Finite::new("beta", case.setting("beta")).unwrap(),
        select,
        ..MarginLoss::default()
    };
    for input in INPUTS {
        for (form, normalise) in [("unit", true), ("raw", false)] {
            let case = case(&format!("pml-margin-{form}-{input}"));
            same(&case, loss(&case, MarginPairs::Triplets), normalise);
        }
        let case = case(&format!("paper-margin-pairs-{input}"));
        same(&case, loss(&case, MarginPairs::All), true);
    }
}

#[test]
fn margin_loss_with_a_learned_boundary() {
    for input in ["formula", "generic"] {
        let case = case(&format!("pml-margin-learned-{input}"));
        let loss = MarginLoss {
            nu: non_negative(case.setting("nu")),
            select: MarginPairs::Triplets,
            ..MarginLoss::default()
        };
        let outcome = same(&case, loss, true);
        case.same_gradient("parameter_gradient", &[outcome.parameter]);
    }
}

#[test]
fn multi_similarity() {
    for input in INPUTS {
        for beta in [50, 10] {
            for (mined, mining) in [("", false), ("-mined", true)] {
                let case = case(&format!("pml-multi-similarity-{beta}{mined}-{input}"));
                let loss = MultiSimilarity {
                    alpha: positive(case.setting("alpha")),
                    beta: positive(case.setting("beta")),
                    base: Finite::new("base", case.setting("base")).unwrap(),
                    mining,
                    ..MultiSimilarity::default()
                };
                same(&case, loss, false);
            }
        }
    }
}

#[test]
fn circle() {
    for input in INPUTS {
        for gamma in [80, 8] {
            let case = case(&format!("pml-circle-{gamma}-{input}"));
            let loss = Circle {
                margin: non_negative(case.setting("m")),
                gamma: positive(case.setting("gamma")),
            };
            same(&case, loss, false);
        }
    }
}
