//! Numbers of pytorch-metric-learning 2.9.0 and of papers' formulas for the losses over pairs.

use crate::file::{Case, INPUTS, case};
use tercet_kernels::{
    Batch, Circle, Distance, Finite, GeneralizedLifted, Lifted, Loss, MarginLoss, MarginPairs,
    MultiSimilarity, NonNegative, Objective, Outcome, Partial, Positive, Reduce,
};

/// Every test here.
pub(crate) const ALL: &[fn()] = &[
    lifted,
    generalized_lifted,
    generalized_lifted_without_a_positive,
    margin_loss,
    margin_loss_with_a_learned_boundary,
    margin_loss_with_a_boundary_for_each_class,
    multi_similarity,
    circle,
];

fn positive(number: f64) -> Positive {
    Positive::new("number", number).unwrap()
}

fn non_negative(number: f64) -> NonNegative {
    NonNegative::new("number", number).unwrap()
}

/// Compares value and gradient of the loss with its own distance and reduction.
#[track_caller]
fn same(case: &Case, loss: impl Into<Loss>, normalised: bool) -> Outcome<f64> {
    case.same(&usual(loss), normalised)
}

fn usual(loss: impl Into<Loss>) -> Objective<Loss> {
    let loss = loss.into();
    let (distance, reduce) = (loss.default_distance(), loss.default_reduce());
    Objective::new(distance, loss, reduce).unwrap()
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

#[test]
fn generalized_lifted() {
    for (form, normalise) in [("unit", true), ("raw", false)] {
        let case = case(&format!("pml-lifted-generalised-{form}-formula"));
        same(&case, GeneralizedLifted::default(), normalise);
    }
}

/// We differ on purpose: an anchor without a positive costs nothing here and is not counted. There its empty sum has
/// logarithm 0, and the mean is over all rows; with that added, both agree.
#[test]
fn generalized_lifted_without_a_positive() {
    let sum = Objective::new(
        Distance::Euclidean,
        Loss::from(GeneralizedLifted::default()),
        Reduce::Sum,
    );
    let sum = sum.unwrap();
    for input in ["generic", "awkward"] {
        for (form, normalise) in [("unit", true), ("raw", false)] {
            let case = case(&format!("pml-lifted-generalised-{form}-{input}"));
            let (rows, labels) = (case.used(normalise), case.labels("labels"));
            let rows: Vec<&[f64]> = rows.chunks(case.dim()).collect();
            let mut value = case.outcome(&sum, normalise).value;
            for (row, label) in rows.iter().zip(&labels) {
                let alone = labels.iter().filter(|&other| other == label).count() == 1;
                let others = rows.iter().filter(|other| !std::ptr::eq(*other, row));
                let near = others.map(|other| (case.setting("margin") - apart(row, other)).exp());
                value += if alone {
                    near.sum::<f64>().ln().max(0.0)
                } else {
                    0.0
                };
            }
            case.same_value(value / rows.len() as f64);
        }
    }
}

fn apart(one: &[f64], two: &[f64]) -> f64 {
    let squares = one.iter().zip(two).map(|(x, y)| (x - y).powi(2));
    squares.sum::<f64>().sqrt()
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
        case.same_gradient("parameter_gradient", &[outcome.parameters[0]]);
    }
}

/// One boundary for each class is one objective for each, on that class's anchors. There the boundary of an anchor costs
/// `nu` once per triplet, active or not, where ours costs it per active term: it is added here.
#[test]
fn margin_loss_with_a_boundary_for_each_class() {
    for input in ["formula", "generic"] {
        let case = case(&format!("pml-margin-per-class-{input}"));
        let (rows, labels, dim) = (case.used(true), case.labels("labels"), case.dim());
        let mut order: Vec<usize> = (0..labels.len()).collect();
        order.sort_by_key(|&index| labels[index]);
        let sorted: Vec<f64> = order
            .iter()
            .flat_map(|&i| rows[i * dim..][..dim].to_vec())
            .collect();
        let classes: Vec<i64> = order.iter().map(|&index| labels[index]).collect();
        let (mut sum, mut start, mut price) = (None::<Partial<f64>>, 0, 0.0);
        for class in classes.chunk_by(|one, two| one == two) {
            let own = start..start + class.len();
            start = own.end;
            let beta = case.settings("beta")[class[0] as usize];
            let loss = MarginLoss {
                margin: non_negative(case.setting("margin")),
                beta: Finite::new("beta", beta).unwrap(),
                select: MarginPairs::Triplets,
                ..MarginLoss::default()
            };
            let batch = Batch::shard(case.rows(&sorted), &classes, own).unwrap();
            let partial = usual(loss).partial(&batch).unwrap();
            price += case.setting("nu") * beta * (partial.terms.terms() / 2) as f64;
            match &mut sum {
                Some(sum) => sum.add(&partial).unwrap(),
                None => sum = Some(partial),
            }
        }
        let outcome = sum.unwrap().finish(Reduce::MeanActive);
        case.same_value(outcome.value + price / outcome.terms.active() as f64);
        let mut gradient = vec![0.0; rows.len()];
        for (&row, given) in order.iter().zip(outcome.gradient().chunks(dim)) {
            gradient[row * dim..][..dim].copy_from_slice(given);
        }
        case.same_gradient("gradient", &case.back(&gradient, true));
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
