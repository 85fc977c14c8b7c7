//! Regularisers against pytorch-metric-learning, sentence-transformers and a paper's formula.

use crate::file::{Case, case};
use tercet_kernels::Regularizer;

/// Every test here.
pub(crate) const ALL: &[fn()] = &[regularisers, orthogonal, orthogonal_towers, centres];

#[test]
fn regularisers() {
    for input in ["formula", "generic", "balanced", "awkward"] {
        for (name, kind) in [
            (format!("pml-norm-1-{input}"), Regularizer::Norm),
            (format!("pml-norm-2-{input}"), Regularizer::SquaredNorm),
            (format!("paper-spread-out-{input}"), Regularizer::Spread),
        ] {
            if input == "balanced" && kind != Regularizer::Spread {
                continue;
            }
            let case = case(&name);
            let (rows, labels) = (case.numbers("rows"), case.labels("labels"));
            let (value, gradient) = kind.evaluate(case.rows(&rows), &labels).unwrap();
            case.same_value(value);
            case.same_gradient("gradient", &gradient);
        }
    }
}

/// sentence-transformers' `GlobalOrthogonalRegularizationLoss` asks it of all pairs of rows, whatever their labels: of
/// rows that are all of another class.
#[test]
fn orthogonal() {
    for input in ["formula", "balanced", "generic", "awkward"] {
        let case = case(&format!("st-orthogonal-{input}"));
        let (value, gradient) = spread(&case, "rows");
        case.same_value(value);
        case.same_gradient("gradient", &gradient);
    }
}

/// Each tower for itself.
#[test]
fn orthogonal_towers() {
    for (word, share) in [("mean", 0.5), ("sum", 1.0)] {
        let case = case(&format!("st-orthogonal-towers-{word}"));
        let [first, second] = ["rows", "second"].map(|tower| spread(&case, tower));
        case.same_value(share * (first.0 + second.0));
        for (name, gradient) in [("gradient", first.1), ("second_gradient", second.1)] {
            let gradient: Vec<f64> = gradient.iter().map(|g| share * g).collect();
            case.same_gradient(name, &gradient);
        }
    }
}

fn spread(case: &Case, field: &str) -> (f64, Vec<f64>) {
    let rows = case.numbers(field);
    let rows = case.rows(&rows);
    let different: Vec<i64> = (0..rows.len() as i64).collect();
    Regularizer::Spread.evaluate(rows, &different).unwrap()
}

/// Two classes of three centres. The authors' formula by torch 2.15.0, and `SparseCentersRegularizer(2, 3)`
/// of pytorch-metric-learning 2.9.0, whose epsilon in f64 is far smaller than the authors' 1e-5.
#[test]
fn centres() {
    let case = case("pml-norm-1-formula");
    let rows = case.numbers("rows");
    let kind = Regularizer::Centres;
    let (value, _) = kind
        .evaluate(case.rows(&rows), &[0, 0, 0, 1, 1, 1])
        .unwrap();
    assert!((value - 0.847_431_406_072_469_6).abs() < 1e-12);
    assert!((value - 0.847_429_925_147_539_9).abs() < 1e-5);
}
