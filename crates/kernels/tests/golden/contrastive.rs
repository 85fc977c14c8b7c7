//! The contrastive losses of pytorch-metric-learning, on ties, duplicates and one-sample classes too, and of
//! sentence-transformers, on given pairs.

use crate::file::{INPUTS, case};
use tercet_kernels::{Batch, Contrastive, Distance, Loss, Objective, Reduce};

/// Every test here.
pub(crate) const ALL: &[fn()] = &[linear, by_cosines, given_pairs];

fn objective(distance: Distance, margins: (f64, f64), reduce: Reduce) -> Objective<Loss> {
    let loss = Contrastive::linear(margins.0, margins.1).unwrap();
    Objective::new(distance, loss.into(), reduce).unwrap()
}

/// Two rows of one place are at distance 0 whatever their classes: the pair of a class costs nothing and is not active.
#[test]
fn linear() {
    let (plain, squared) = (Distance::Euclidean, Distance::SquaredEuclidean);
    for input in INPUTS {
        for (name, distance, margins, reduce, normalised) in [
            ("default", plain, (0.0, 1.0), Reduce::MeanActive, true),
            ("margins", plain, (0.3, 0.9), Reduce::MeanActive, true),
            ("raw", plain, (0.5, 2.5), Reduce::MeanActive, false),
            ("squared", squared, (0.0, 1.0), Reduce::MeanActive, true),
            ("margins-mean", plain, (0.3, 0.9), Reduce::Mean, true),
        ] {
            let name = format!("pml-contrastive-{name}-{input}");
            case(&name).same(&objective(distance, margins, reduce), normalised);
        }
    }
}

/// The library's margins of similarity 1 and 0 are ours of distance 0 and 1.
#[test]
fn by_cosines() {
    let objective = objective(Distance::Cosine, (0.0, 1.0), Reduce::MeanActive);
    for input in ["formula", "generic"] {
        case(&format!("pml-contrastive-cosine-{input}")).same(&objective, false);
    }
}

/// A mean over pairs that were given, each of which is a batch of one anchor and one candidate.
#[test]
fn given_pairs() {
    for margin in [0.5, 0.9] {
        let case = case(&format!("st-contrastive-{margin}"));
        let (one, two, alike) = (
            case.numbers("rows"),
            case.numbers("second"),
            case.labels("labels"),
        );
        let loss = Contrastive::squared(margin).unwrap();
        let objective = Objective::new(Distance::Cosine, loss, Reduce::Sum).unwrap();
        let (mut value, mut first, mut second) = (0.0, vec![], vec![]);
        let each = one
            .chunks(case.dim())
            .zip(two.chunks(case.dim()))
            .zip(&alike);
        for ((one, two), label) in each {
            let (one, two) = (case.rows(one), case.rows(two));
            let batch = Batch::between(one, &[1], two, std::slice::from_ref(label)).unwrap();
            let outcome = objective.evaluate(&batch).unwrap();
            let share = 1.0 / alike.len() as f64;
            value += outcome.value * share;
            first.extend(outcome.anchors.iter().map(|g| g * share));
            second.extend(outcome.candidates.iter().map(|g| g * share));
        }
        case.same_value(value);
        case.same_gradient("gradient", &first);
        case.same_gradient("second_gradient", &second);
    }
}
