//! Losses with proxies and the memory against pytorch-metric-learning and papers' formulas.

use crate::file::{Case, case};
use tercet_kernels::{
    ArcFace, Batch, Contrastive, CosFace, Distance, Loss, Margin, Memory, NonNegative, Objective,
    Positive, ProxyAnchor, ProxyNca, Reduce, Select, SoftTriple, Triplet,
};

/// Every test here.
pub(crate) const ALL: &[fn()] = &[
    proxy_anchor,
    proxy_nca,
    arc_face,
    cos_face,
    soft_triple,
    memory,
];

fn scale(number: f64) -> Positive {
    Positive::new("scale", number).unwrap()
}

fn margin(number: f64) -> NonNegative {
    NonNegative::new("margin", number).unwrap()
}

/// Value and both gradients of a loss whose anchors are the rows, or the proxies if `turned`.
fn compare(case: &Case, loss: Loss, turned: bool) {
    let (rows, labels) = (case.numbers("rows"), case.labels("labels"));
    let (proxies, classes) = (case.numbers("proxies"), case.labels("proxy_labels"));
    let batch = Batch::between(case.rows(&rows), &labels, case.rows(&proxies), &classes);
    let batch = batch.unwrap();
    let batch = if turned { batch.exchanged() } else { batch };
    let reduce = loss.default_reduce();
    let objective = Objective::new(Distance::Cosine, loss, reduce).unwrap();
    let outcome = objective.evaluate(&batch).unwrap();
    case.same_value(outcome.value);
    let (mut rows, mut proxies) = (outcome.anchors, outcome.candidates);
    if turned {
        std::mem::swap(&mut rows, &mut proxies);
    }
    case.same_gradient("gradient", &rows);
    case.same_gradient("proxy_gradient", &proxies);
}

#[test]
fn proxy_anchor() {
    for name in ["pml-proxy-anchor-32", "pml-proxy-anchor-4"] {
        let case = case(name);
        let loss = ProxyAnchor {
            scale: scale(case.setting("alpha")),
            margin: margin(case.setting("margin")),
        };
        compare(&case, loss.into(), true);
    }
}

#[test]
fn proxy_nca() {
    for (name, root) in [
        ("pml-proxy-nca-1", 1.0),
        ("pml-proxy-nca-9", 3.0),
        ("paper-proxy-nca-plus", 3.0),
    ] {
        let loss = ProxyNca {
            scale: scale(root),
            classic: false,
        };
        compare(&case(name), loss.into(), false);
    }
}

#[test]
fn arc_face() {
    for name in ["pml-arcface-64", "pml-arcface-4"] {
        let case = case(name);
        let loss = ArcFace {
            scale: scale(case.setting("scale")),
            margin: margin(case.setting("margin_degrees").to_radians()),
        };
        compare(&case, loss.into(), false);
    }
}

#[test]
fn cos_face() {
    for name in ["pml-cosface-64", "pml-cosface-4"] {
        let case = case(name);
        let loss = CosFace {
            scale: scale(case.setting("scale")),
            margin: margin(case.setting("margin")),
        };
        compare(&case, loss.into(), false);
    }
}

#[test]
fn soft_triple() {
    let case = case("pml-soft-triple");
    let loss = SoftTriple {
        centres: 3.try_into().unwrap(),
        scale: scale(case.setting("lambda")),
        gamma: scale(case.setting("gamma")),
        margin: margin(case.setting("margin")),
    };
    compare(&case, loss.into(), false);
}

/// Four steps of a memory of 16 rows; gradients of the anchors through their normalisation.
#[test]
fn memory() {
    let triplet = Loss::Triplet(Triplet::new(Margin::hard(0.2).unwrap(), Select::All));
    let contrastive = Loss::Contrastive(Contrastive::linear(0.0, 1.0).unwrap());
    for (name, loss, reduce) in [
        ("triplet", &triplet, Reduce::Mean),
        ("triplet-active", &triplet, Reduce::MeanActive),
        ("contrastive", &contrastive, Reduce::MeanActive),
    ] {
        let objective = Objective::new(Distance::Euclidean, loss.clone(), reduce).unwrap();
        let mut memory = Memory::new(16, 5, 0).unwrap();
        for step in 0..4 {
            let case = case(&format!("pml-memory-{name}-step-{step}"));
            let (rows, labels) = (case.numbers("rows"), case.labels("labels"));
            let (rows, labels) = (&rows[step * 35..][..35], &labels[step * 7..][..7]);
            let unit: Vec<f64> = rows.chunks(5).flat_map(unit).collect();
            let anchors = case.rows(&unit);
            let ids = memory.push(anchors, labels).unwrap();
            let batch = memory.batch(anchors, labels, &ids).unwrap();
            let outcome = objective.evaluate(&batch).unwrap();
            case.same_value(outcome.value);
            let each = rows.chunks(5).zip(outcome.anchors.chunks(5));
            let gradient: Vec<f64> = each
                .flat_map(|(row, gradient)| pull(row, gradient))
                .collect();
            case.same_gradient("gradient", &gradient);
        }
    }
}

fn length(row: &[f64]) -> f64 {
    row.iter().map(|x| x * x).sum::<f64>().sqrt()
}

fn unit(row: &[f64]) -> Vec<f64> {
    row.iter().map(|x| x / length(row)).collect()
}

/// The gradient in a unit row into that in the row.
fn pull(row: &[f64], gradient: &[f64]) -> Vec<f64> {
    let unit = unit(row);
    let along: f64 = gradient.iter().zip(&unit).map(|(g, u)| g * u).sum();
    let each = gradient.iter().zip(&unit);
    each.map(|(g, u)| (g - u * along) / length(row)).collect()
}
