//! The losses with proxies against pytorch-metric-learning and the ProxyNCA++ formula.
#![allow(clippy::unwrap_used, reason = "tests")]

mod golden_file;

use golden_file::{Case, case};
use tercet_kernels::{
    ArcFace, Batch, CosFace, Distance, Loss, NonNegative, Objective, Positive, ProxyAnchor,
    ProxyNca, SoftTriple,
};

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
