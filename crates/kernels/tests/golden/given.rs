//! sentence-transformers' losses on given tuples, and what criteria make of others: Matryoshka, both directions.

use crate::file::{Case, case};
use tercet_kernels::{
    Batch, Cosent, CosineRegression, Criterion, Distance, GivenTriplets, InfoNce, Margin,
    Objective, Positive, Reduce, Rows, ScoredOutcome, Select, Triplet,
};

/// Every test here.
pub(crate) const ALL: &[fn()] = &[
    triplets,
    scored_pairs,
    matryoshka,
    both_directions_of_vse,
    both_directions_of_ranking,
    matryoshka_ranking,
];

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
        case.same_value(outcome.value);
        let mut padded = outcome.negatives;
        padded.resize(case.numbers("negatives").len(), 0.0);
        case.same_gradient("gradient", &outcome.anchors);
        case.same_gradient("second_gradient", &outcome.positives);
        case.same_gradient("negatives_gradient", &padded);
    }
}

fn scored(case: &Case, outcome: &ScoredOutcome<f64>) {
    case.same_value(outcome.value);
    case.same_gradient("gradient", &outcome.first);
    case.same_gradient("second_gradient", &outcome.second);
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
    let all = all.normalized(true);
    for name in ["balanced", "generic"] {
        let case = case(&format!("st-matryoshka-batch-all-{name}"));
        let (data, labels) = (case.numbers("rows"), case.labels("labels"));
        let batch = Batch::within(Rows::new(&data, case.dim()).unwrap(), &labels).unwrap();
        let outcome = all.evaluate(&batch).unwrap().outcome;
        case.same_value(outcome.value);
        case.same_gradient("gradient", &outcome.gradient());
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
            case.same_value(outcome.value);
            case.same_gradient("gradient", &outcome.anchors);
            case.same_gradient("second_gradient", &outcome.candidates);
        }
    }
}

fn ranking() -> Criterion {
    let loss = InfoNce::default();
    Criterion::of(Objective::new(Distance::Cosine, loss, Reduce::Mean).unwrap())
}

/// Two towers, with `columns` hard negatives per anchor behind the positives.
fn two_towers(name: &str, columns: usize, criterion: &Criterion) {
    let case = case(name);
    let (one, mut two) = (case.numbers("rows"), case.numbers("second"));
    let positives = two.len();
    if columns > 0 {
        two.extend(case.numbers("negatives"));
    }
    let batch = Batch::matched(case.rows(&one), case.rows(&two)).unwrap();
    let outcome = criterion.evaluate(&batch).unwrap().outcome;
    case.same_value(outcome.value);
    case.same_gradient("gradient", &outcome.anchors);
    case.same_gradient("second_gradient", &outcome.candidates[..positives]);
    if columns > 0 {
        case.same_gradient("negatives_gradient", &outcome.candidates[positives..]);
    }
}

/// Hard negatives look for no anchor, so their direction is a mean over the positives alone.
#[test]
fn both_directions_of_ranking() {
    let both = ranking().both_ways().times(0.5).unwrap();
    two_towers("st-ranking-symmetric", 0, &both);
    two_towers("st-ranking-symmetric-negatives", 2, &both);
    for source in ["formula-towers", "pairs"] {
        two_towers(&format!("st-ranking-symmetric-class-{source}"), 0, &both);
    }
}

#[test]
fn matryoshka_ranking() {
    let sizes = [(6, 1.0), (4, 0.5), (2, 0.25)];
    let nested = ranking().matryoshka(&sizes).unwrap();
    two_towers("st-matryoshka-ranking", 0, &nested);
}
