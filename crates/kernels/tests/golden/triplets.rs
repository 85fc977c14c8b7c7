//! The triplet loss beside pytorch-metric-learning's and sentence-transformers', on rows with ties, duplicates and
//! one-sample classes too.

use crate::file::{Case, INPUTS, case};
use tercet_kernels::{
    Distance, Loss, Margin, Negative, Objective, Pick, Reduce, Select, SemiHard, Triplet,
};

/// Every test here.
pub(crate) const ALL: &[fn()] = &[
    all_triplets,
    by_cosines,
    facenet,
    soft_margin,
    swapped,
    batch_hard,
    miners,
    easy_positives,
    batches_of_sentence_transformers,
    anchors_without_a_positive,
];

const FORMS: [(&str, bool); 2] = [("unit", true), ("raw", false)];
const PLAIN: Distance = Distance::Euclidean;
const SQUARED: Distance = Distance::SquaredEuclidean;

fn objective(distance: Distance, loss: Triplet, reduce: Reduce) -> Objective<Loss> {
    Objective::new(distance, loss.into(), reduce).unwrap()
}

fn hard(margin: f64, select: Select) -> Triplet {
    Triplet::new(Margin::hard(margin).unwrap(), select)
}

#[test]
fn all_triplets() {
    for input in INPUTS {
        for (word, distance) in [("plain", PLAIN), ("squared", SQUARED)] {
            for (rows, normalised) in FORMS {
                for reduce in [Reduce::Mean, Reduce::MeanActive] {
                    let name = format!("pml-triplet-all-{word}-{rows}-{reduce}-{input}");
                    let objective = objective(distance, hard(0.2, Select::All), reduce);
                    case(&name).same(&objective, normalised);
                }
            }
        }
    }
}

#[test]
fn by_cosines() {
    let objective = objective(Distance::Cosine, hard(0.2, Select::All), Reduce::Mean);
    for input in ["formula", "generic"] {
        let name = format!("pml-triplet-all-cosine-mean-{input}");
        case(&name).same(&objective, false);
    }
}

/// The sum of the paper's equation 3.
#[test]
fn facenet() {
    let objective = objective(SQUARED, hard(0.2, Select::All), Reduce::Sum);
    for input in INPUTS {
        case(&format!("paper-facenet-{input}")).same(&objective, true);
    }
}

#[test]
fn soft_margin() {
    let loss = Triplet::new(Margin::Soft, Select::All);
    for input in INPUTS {
        let name = format!("pml-triplet-smooth-zero-margin-{input}");
        case(&name).same(&objective(PLAIN, loss, Reduce::Mean), false);
    }
}

#[test]
fn swapped() {
    let loss = hard(0.2, Select::All).swapped();
    for input in INPUTS {
        for reduce in [Reduce::Mean, Reduce::MeanActive] {
            let name = format!("pml-triplet-swap-{reduce}-{input}");
            case(&name).same(&objective(PLAIN, loss, reduce), false);
        }
    }
}

/// Both leave out an anchor without a positive or without a negative.
#[test]
fn batch_hard() {
    for input in INPUTS {
        for (rows, normalised) in FORMS {
            for reduce in [Reduce::Mean, Reduce::MeanActive] {
                let name = format!("pml-batch-hard-{rows}-{reduce}-{input}");
                let objective = objective(PLAIN, hard(0.2, Select::Hardest), reduce);
                let outcome = case(&name).same(&objective, normalised);
                selected(&case(&name), outcome.terms.terms());
            }
        }
    }
}

/// As many triplets as the library's miner selects.
#[track_caller]
fn selected(case: &Case, given: u64) {
    assert_eq!(given as f64, case.setting("selected_triplets"));
}

/// Sum, gradient of the sum and number of some triplets.
struct Taken {
    sum: f64,
    gradient: Vec<f64>,
    count: u64,
}

impl Taken {
    /// Those that cost something.
    fn active(case: &Case, loss: Triplet, normalised: bool) -> Self {
        let outcome = case.outcome(&objective(PLAIN, loss, Reduce::Sum), normalised);
        Self {
            sum: outcome.value,
            gradient: outcome.gradient(),
            count: outcome.terms.active(),
        }
    }

    fn less(mut self, other: &Self) -> Self {
        let each = self.gradient.iter_mut().zip(&other.gradient);
        each.for_each(|(one, other)| *one -= other);
        self.sum -= other.sum;
        self.count -= other.count;
        self
    }
}

/// What `TripletMarginMiner` selects at margin 0.2. `hard` and `easy` are no selections of ours: the first are all
/// triplets that cost something but the semi-hard ones; the second, which cost something at margin 0.4 only, all that
/// do there but those that do at 0.2, where they cost 0.2 less.
fn mined(kind: &str, case: &Case, normalised: bool) -> Taken {
    let taken = |margin, select| Taken::active(case, hard(margin, select), normalised);
    let near = taken(0.2, Select::All);
    match kind {
        "all" => near,
        "semihard" => taken(0.2, Select::SemiHard(SemiHard::Facenet(Pick::All))),
        "hard" => near.less(&mined("semihard", case, normalised)),
        _ => {
            let more = 0.2 * near.count as f64;
            let all = case.outcome(
                &objective(PLAIN, hard(0.2, Select::All), Reduce::Sum),
                normalised,
            );
            let count = all.terms.terms() - near.count;
            let easy = taken(0.4, Select::All).less(&near);
            Taken {
                sum: easy.sum - more,
                count,
                ..easy
            }
        }
    }
}

/// We differ by rounding alone: at length 1 some awkward rows are at right angles, their distances sqrt(2) but for
/// the last bit, and so it is chance on which side of `d_p` a tied negative lies. Either way it costs the margin.
#[test]
fn miners() {
    for input in INPUTS {
        for (rows, normalised) in FORMS {
            for kind in ["semihard", "hard", "easy", "all"] {
                let case = case(&format!("pml-miner-{kind}-{rows}-{input}"));
                let taken = mined(kind, &case, normalised);
                let wanted = case.setting("selected_triplets");
                let ties = wanted - taken.count as f64;
                let tied = (rows, input) == ("unit", "awkward") && kind.ends_with("hard");
                let most = if tied { 12.0 } else { 0.0 };
                assert!(ties.abs() <= most, "{kind}-{rows}-{input}: {ties}");
                let share = 1.0 / wanted.max(1.0);
                case.same_value((taken.sum + 0.2 * ties) * share);
                let gradient: Vec<f64> = taken.gradient.iter().map(|g| g * share).collect();
                case.same_gradient("gradient", &case.back(&gradient, normalised));
            }
        }
    }
}

/// `BatchEasyHardMiner` as far as we have its selections.
#[test]
fn easy_positives() {
    for (word, negative) in [
        ("hard", Negative::Hardest),
        ("semihard", Negative::SemiHard),
    ] {
        for input in INPUTS {
            let name = format!("pml-easy-hard-easy-{word}-{input}");
            let loss = hard(1.0, Select::EasyPositive(negative));
            let outcome = case(&name).same(&objective(PLAIN, loss, Reduce::Mean), false);
            selected(&case(&name), outcome.terms.terms());
        }
    }
}

/// The distances and margins of sentence-transformers' cases.
const SETTINGS: [(&str, &str); 3] = [
    ("euclidean", "5.0"),
    ("euclidean", "0.5"),
    ("cosine", "0.2"),
];

/// Batch-all and semi-hard, in which an anchor without a positive plays no part, on everything; batch-hard where every
/// class has several rows.
#[test]
fn batches_of_sentence_transformers() {
    let above = Select::SemiHard(SemiHard::NearestAbove);
    for (distance, margin) in SETTINGS {
        for (word, select, reduce, inputs) in [
            (
                "all",
                Select::All,
                Reduce::MeanActive,
                &["formula", "balanced", "generic", "awkward"][..],
            ),
            (
                "semi-hard",
                above,
                Reduce::MeanPositivePairs,
                &["formula", "balanced", "generic", "awkward"],
            ),
            (
                "hard",
                Select::Hardest,
                Reduce::MeanAnchors,
                &["formula", "balanced"],
            ),
        ] {
            let loss = Triplet::new(margin.parse().unwrap(), select);
            for input in inputs {
                let name = format!("st-batch-{word}-{distance}-{margin}-{input}");
                case(&name).same(&objective(distance.parse().unwrap(), loss, reduce), false);
            }
        }
    }
    for distance in ["euclidean", "cosine"] {
        let loss = Triplet::new(Margin::Soft, Select::Hardest);
        for input in ["formula", "balanced"] {
            let name = format!("st-batch-hard-soft-{distance}-{input}");
            case(&name).same(
                &objective(distance.parse().unwrap(), loss, Reduce::Mean),
                false,
            );
        }
    }
}

/// We differ on purpose: such an anchor has no triplet, so it costs nothing here and is not counted. There it costs as
/// if its farthest positive were at distance 0, and the mean counts it; with that added, both agree.
#[test]
fn anchors_without_a_positive() {
    let hards =
        SETTINGS.map(|(distance, margin)| (format!("{distance}-{margin}"), distance, margin));
    let softs =
        ["euclidean", "cosine"].map(|distance| (format!("soft-{distance}"), distance, "soft"));
    for (name, distance, margin) in hards.into_iter().chain(softs) {
        let margin: Margin = margin.parse().unwrap();
        for input in ["generic", "awkward"] {
            let case = case(&format!("st-batch-hard-{name}-{input}"));
            let loss = Triplet::new(margin, Select::Hardest);
            let distance: Distance = distance.parse().unwrap();
            let outcome = case.outcome(&objective(distance, loss, Reduce::Sum), false);
            let more: Vec<f64> = lone(&case, distance)
                .into_iter()
                .map(|nearest| match margin {
                    Margin::Hard(margin) => (margin.get() - nearest).max(0.0),
                    Margin::Soft => (-nearest).exp().ln_1p(),
                })
                .collect();
            assert_eq!(more.len(), 2);
            let sum = outcome.value + more.iter().sum::<f64>();
            case.same_value(sum / case.labels("labels").len() as f64);
        }
    }
}

/// How far the nearest other row is from every row that is alone in its class.
fn lone(case: &Case, distance: Distance) -> Vec<f64> {
    let (rows, labels) = (case.numbers("rows"), case.labels("labels"));
    let rows: Vec<&[f64]> = rows.chunks(case.dim()).collect();
    let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(x, y)| x * y).sum() };
    let apart = |a: &[f64], b: &[f64]| match distance {
        Distance::Cosine => 1.0 - dot(a, b) / (dot(a, a) * dot(b, b)).sqrt(),
        _ => a
            .iter()
            .zip(b)
            .map(|(x, y)| (x - y).powi(2))
            .sum::<f64>()
            .sqrt(),
    };
    let alone = |&index: &usize| labels.iter().filter(|&&x| x == labels[index]).count() == 1;
    let nearest = |index: usize| {
        let others = (0..rows.len()).filter(move |&other| other != index);
        others
            .map(|other| apart(rows[index], rows[other]))
            .fold(f64::INFINITY, f64::min)
    };
    (0..rows.len()).filter(alone).map(nearest).collect()
}
