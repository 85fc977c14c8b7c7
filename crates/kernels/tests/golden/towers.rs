//! Two towers and soft-max losses against other people's numbers.

use crate::file::{Case, case};
use tercet_kernels::{
    Batch, Distance, Hinges, InfoNce, Ladder, LadderSampling, LadderVariant, Loss, NPair, NtXent,
    Objective, Outcome, Reduce, Relevance, RowLoss, Sigmoid, SupCon, Vse,
};

/// Every test here.
pub(crate) const ALL: &[fn()] = &[
    vse,
    ladders,
    multiple_negatives_ranking,
    losses_with_a_temperature,
    n_pairs,
    hardness,
    sigmoid,
];

fn objective(distance: Distance, loss: impl Into<Loss>, reduce: Reduce) -> Objective<Loss> {
    Objective::new(distance, loss.into(), reduce).unwrap()
}

/// The sum of a loss over a batch and the same exchanged.
fn both_directions(case: &Case, batch: &Batch<'_, f64>, loss: impl Into<Loss>) {
    let objective = objective(Distance::Cosine, loss, Reduce::Sum);
    let there = objective.evaluate(batch).unwrap();
    let back = objective.evaluate(&batch.exchanged()).unwrap();
    case.same_value(there.value + back.value);
    let sum = |x: &[f64], y: &[f64]| -> Vec<f64> { x.iter().zip(y).map(|(x, y)| x + y).collect() };
    case.same_gradient("gradient", &sum(&there.anchors, &back.candidates));
    case.same_gradient("second_gradient", &sum(&there.candidates, &back.anchors));
}

#[test]
fn vse() {
    for source in ["formula-towers", "pairs", "ladder"] {
        for (name, hinges) in [("sum", Hinges::Sum), ("max", Hinges::Max)] {
            let case = case(&format!("paper-vse-{name}-{source}"));
            let (one, two) = (case.numbers("rows"), case.numbers("second"));
            let batch = Batch::matched(case.rows(&one), case.rows(&two)).unwrap();
            both_directions(&case, &batch, Vse::new(0.2, hinges).unwrap());
        }
    }
    // papers.md, by another run.
    assert!((case("paper-vse-max-formula-towers").value() - 6.491772739209).abs() < 1e-11);
}

fn same_ladder(name: &str, (thresholds, margins, betas): (&[f64], &[f64], &[f64])) {
    for (kind, sampling, variant) in [
        (
            "paper-hard",
            LadderSampling::HardContrastive,
            LadderVariant::Paper,
        ),
        ("paper-all", LadderSampling::AllPairs, LadderVariant::Paper),
        (
            "authors",
            LadderSampling::HardContrastive,
            LadderVariant::Authors,
        ),
        (
            "cumulative",
            LadderSampling::HardContrastive,
            LadderVariant::AuthorsCumulative,
        ),
    ] {
        let case = case(&format!("paper-ladder-{kind}-{name}"));
        let (one, two) = (case.numbers("rows"), case.numbers("second"));
        let relevance: Vec<f32> = case
            .numbers("relevance")
            .iter()
            .map(|&r| r as f32)
            .collect();
        let shape = (one.len() / case.dim(), two.len() / case.dim());
        let matrix = Relevance::matrix(shape, &relevance).unwrap();
        let batch = Batch::related(case.rows(&one), case.rows(&two), matrix).unwrap();
        let ladder = Ladder::new(margins, thresholds, betas).unwrap();
        both_directions(&case, &batch, ladder.sampled(sampling).variant(variant));
    }
}

#[test]
fn ladders() {
    let (small, two) = ([0.2, 0.01], [0.2, 0.1]);
    same_ladder("2-formula-towers", (&[0.63], &small, &[1.0, 0.25]));
    same_ladder(
        "2-formula-towers-second-rung",
        (&[0.63], &small, &[0.0, 1.0]),
    );
    same_ladder("2-ladder", (&[0.5], &two, &[1.0, 0.25]));
    let (margins, betas) = ([0.2, 0.1, 0.05], [1.0, 0.25, 0.125]);
    same_ladder("3-ladder", (&[0.625, 0.25], &margins, &betas));
}

fn ranking(name: &str, columns: usize, objective: &Objective<Loss>) {
    let case = case(name);
    let (one, mut two) = (case.numbers("rows"), case.numbers("second"));
    let positives = two.len();
    if columns > 0 {
        two.extend(case.numbers("negatives"));
    }
    let batch = Batch::matched(case.rows(&one), case.rows(&two)).unwrap();
    let Outcome {
        value,
        anchors,
        candidates,
        ..
    } = objective.evaluate(&batch).unwrap();
    case.same_value(value);
    case.same_gradient("gradient", &anchors);
    case.same_gradient("second_gradient", &candidates[..positives]);
    if columns > 0 {
        case.same_gradient("negatives_gradient", &candidates[positives..]);
    }
}

/// sentence-transformers' `MultipleNegativesRankingLoss`.
#[test]
fn multiple_negatives_ranking() {
    let (forward, both) = (InfoNce::default(), InfoNce::default().symmetric());
    let cosine = objective(Distance::Cosine, forward, Reduce::Mean);
    let dot = objective(
        Distance::NegativeDot,
        InfoNce::new(1.0).unwrap(),
        Reduce::Mean,
    );
    let both = objective(Distance::Cosine, both, Reduce::Mean);
    ranking("st-ranking-cosine", 0, &cosine);
    ranking("st-ranking-dot", 0, &dot);
    ranking("st-ranking-negatives", 2, &cosine);
    ranking("st-ranking-dot-negatives", 2, &dot);
    ranking("st-ranking-symmetric", 0, &both);
    ranking("st-ranking-symmetric-negatives", 2, &both);
    for source in ["formula-towers", "pairs"] {
        ranking(&format!("st-ranking-class-{source}"), 0, &cosine);
        ranking(&format!("st-ranking-symmetric-class-{source}"), 0, &both);
    }
}

/// sentence-transformers' `hardness_strength`, of all that is no positive.
#[test]
fn hardness() {
    let of = |strength| {
        let loss = InfoNce::default().hard(strength).unwrap();
        objective(Distance::Cosine, loss, Reduce::Mean)
    };
    ranking("st-ranking-hardness-pairs", 0, &of(9.0));
    ranking("st-ranking-hardness-all", 2, &of(5.0));
}

/// OpenCLIP's `SigLipLoss`.
#[test]
fn sigmoid() {
    for (scale, bias) in [(10.0, -10.0), (3.0, -1.0)] {
        let loss = Sigmoid::new(scale, bias).unwrap();
        let objective = objective(Distance::Cosine, loss, Reduce::MeanAnchors);
        for source in ["formula-towers", "pairs"] {
            let name = format!("open-clip-sigmoid-{scale}-{source}");
            ranking(&name, 0, &objective);
            let case = case(&name);
            let (one, two) = (case.numbers("rows"), case.numbers("second"));
            let batch = Batch::matched(case.rows(&one), case.rows(&two)).unwrap();
            let parameters = objective.evaluate(&batch).unwrap().parameters;
            let [log_scale, bias] = loss.scalar_gradient(parameters);
            case.same_gradient("log_scale_gradient", &[log_scale]);
            case.same_gradient("bias_gradient", &[bias]);
        }
    }
}

fn labelled(name: &str, objective: &Objective<Loss>) {
    for source in ["formula", "generic", "awkward"] {
        let case = case(&format!("{name}-{source}"));
        let (data, labels) = (case.numbers("rows"), case.labels("labels"));
        let batch = Batch::within(case.rows(&data), &labels).unwrap();
        let outcome = objective.evaluate(&batch).unwrap();
        case.same_value(outcome.value);
        case.same_gradient("gradient", &outcome.gradient());
    }
}

/// pytorch-metric-learning's `NTXentLoss` and `SupConLoss`.
#[test]
fn losses_with_a_temperature() {
    for temperature in [0.07, 0.5] {
        let loss = NtXent::new(temperature).unwrap();
        let objective = objective(Distance::Cosine, loss, Reduce::Mean);
        labelled(&format!("pml-ntxent-{temperature}"), &objective);
    }
    for temperature in [0.1, 0.5] {
        let loss = SupCon::new(temperature).unwrap();
        let objective = objective(Distance::Cosine, loss, Reduce::Mean);
        labelled(&format!("pml-supcon-{temperature}"), &objective);
    }
}

/// pytorch-metric-learning's `NPairsLoss`: the first row of a label and its second, labels ascending.
#[test]
fn n_pairs() {
    for (name, distance) in [("unit", Distance::Cosine), ("raw", Distance::NegativeDot)] {
        for source in ["formula", "generic", "awkward"] {
            let case = case(&format!("pml-n-pairs-{name}-{source}"));
            let (data, labels) = (case.numbers("rows"), case.labels("labels"));
            let pairs = (0..8).filter_map(|label| {
                let mut rows = (0..labels.len()).filter(|&i| labels[i] == label);
                Some((rows.next()?, rows.next()?))
            });
            let (one, two): (Vec<usize>, Vec<usize>) = pairs.unzip();
            let dim = case.dim();
            let gather = |rows: &[usize]| -> Vec<f64> {
                rows.iter()
                    .flat_map(|&i| data[i * dim..][..dim].to_vec())
                    .collect()
            };
            let (first, second) = (gather(&one), gather(&two));
            let batch = Batch::matched(case.rows(&first), case.rows(&second)).unwrap();
            let objective = objective(distance, NPair::default(), Reduce::Mean);
            let outcome = objective.evaluate(&batch).unwrap();
            case.same_value(outcome.value);
            let mut gradient = vec![0.0; data.len()];
            let sides = [(&one, &outcome.anchors), (&two, &outcome.candidates)];
            for (rows, given) in sides {
                for (&row, given) in rows.iter().zip(given.chunks(dim)) {
                    gradient[row * dim..][..dim].copy_from_slice(given);
                }
            }
            case.same_gradient("gradient", &gradient);
        }
    }
}
