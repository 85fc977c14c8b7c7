//! The losses with proxies against their definitions as loops, and at their edges.
#![allow(clippy::unwrap_used, reason = "tests")]

mod batches;

use std::num::NonZeroUsize;
use std::ops::Range;

use batches::{numbers, numbers_f32};
use tercet_kernels::{
    ArcFace, Batch, CosFace, Count, Distance, Loss, NonNegative, Objective, Positive, ProxyAnchor,
    ProxyNca, Reduce, Rows, SoftTriple, Terms,
};

const DIM: usize = 3;
/// Class 9 has no proxy.
const ROWS: [i64; 8] = [3, 1, 1, 3, 2, 9, 1, 3];
/// Class 5 has no row; class 1 has two proxies, apart.
const PROXIES: [i64; 5] = [1, 3, 5, 2, 1];
/// Groups of three; class 2 has two groups, apart.
const CENTRES: [i64; 15] = [2, 2, 2, 3, 3, 3, 1, 1, 1, 2, 2, 2, 5, 5, 5];

/// Rows with a class each.
struct Side {
    data: Vec<f64>,
    labels: Vec<i64>,
}

impl Side {
    fn new(labels: &[i64], seed: u64) -> Self {
        let (data, labels) = (numbers(labels.len() * DIM, seed), labels.to_vec());
        Self { data, labels }
    }

    fn rows(&self) -> Rows<'_, f64> {
        Rows::new(&self.data, DIM).unwrap()
    }

    fn row(&self, index: usize) -> &[f64] {
        &self.data[index * DIM..][..DIM]
    }
}

fn cosine(a: &[f64], b: &[f64]) -> f64 {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

/// What one anchor sees: cosines of its positives and of its negatives (or of groups of them).
#[derive(Default)]
struct Seen {
    positives: Vec<f64>,
    negatives: Vec<f64>,
}

/// What every anchor of a range sees of the candidates, itself left out if `within`.
fn seen(anchors: &Side, candidates: &Side, own: Range<usize>, within: bool) -> Vec<Seen> {
    let mut all = vec![];
    for i in own {
        let mut seen = Seen::default();
        for j in 0..candidates.labels.len() {
            let cosine = cosine(anchors.row(i), candidates.row(j));
            if within && i == j {
                continue;
            }
            if anchors.labels[i] == candidates.labels[j] {
                seen.positives.push(cosine);
            } else {
                seen.negatives.push(cosine);
            }
        }
        all.push(seen);
    }
    all
}

/// A definition: an anchor's costs, of the first and of the second denominator.
type Costs = fn(&Seen) -> (Vec<f64>, Vec<f64>);

fn exps(cosines: &[f64], f: impl Fn(f64) -> f64) -> f64 {
    cosines.iter().map(|&s| f(s).exp()).sum()
}

/// -ln of the softmax of a positive with its logit, beside all negatives.
fn entropies(
    seen: &Seen,
    logit: impl Fn(f64) -> f64,
    target: impl Fn(f64) -> f64,
) -> (Vec<f64>, Vec<f64>) {
    let sum = exps(&seen.negatives, logit);
    let each = seen.positives.iter().map(|&s| {
        let own = target(s).exp();
        -(own / (own + sum)).ln()
    });
    (each.collect(), vec![])
}

fn proxy_anchor(seen: &Seen) -> (Vec<f64>, Vec<f64>) {
    let pull = exps(&seen.positives, |s| -4.0 * (s - 0.3));
    let push = exps(&seen.negatives, |s| 4.0 * (s + 0.3));
    let pull = match seen.positives.len() {
        0 => vec![],
        _ => vec![(1.0 + pull).ln()],
    };
    (pull, vec![(1.0 + push).ln()])
}

/// Squared distance of unit rows.
fn squared(s: f64) -> f64 {
    2.0 - 2.0 * s
}

fn proxy_nca(seen: &Seen) -> (Vec<f64>, Vec<f64>) {
    let logit = |s| -1.44 * squared(s);
    entropies(seen, logit, logit)
}

fn proxy_nca_classic(seen: &Seen) -> (Vec<f64>, Vec<f64>) {
    if seen.negatives.is_empty() {
        return (vec![], vec![]);
    }
    let sum = exps(&seen.negatives, |s| -1.44 * squared(s));
    let each = seen.positives.iter();
    let each = each.map(|&s| -((-1.44 * squared(s)).exp() / sum).ln());
    (each.collect(), vec![])
}

fn arc_face(seen: &Seen) -> (Vec<f64>, Vec<f64>) {
    let target = |s: f64| match s.acos() {
        angle if angle <= std::f64::consts::PI - 0.3 => (angle + 0.3).cos(),
        _ => s - 0.3 * 0.3f64.sin(),
    };
    entropies(seen, |s| 4.0 * s, |s| 4.0 * target(s))
}

fn cos_face(seen: &Seen) -> (Vec<f64>, Vec<f64>) {
    entropies(seen, |s| 4.0 * s, |s| 4.0 * (s - 0.3))
}

fn positive(number: f64) -> Positive {
    Positive::new("number", number).unwrap()
}

fn margin() -> NonNegative {
    NonNegative::new("margin", 0.3).unwrap()
}

fn nca(classic: bool) -> ProxyNca {
    let scale = positive(1.2);
    ProxyNca { scale, classic }
}

fn soft_triple() -> SoftTriple {
    SoftTriple {
        centres: NonZeroUsize::new(3).unwrap(),
        scale: positive(4.0),
        gamma: positive(0.2),
        margin: margin(),
    }
}

/// Every loss with its definition.
fn losses() -> Vec<(Loss, Costs)> {
    let (scale, margin) = (positive(4.0), margin());
    vec![
        (ProxyAnchor { scale, margin }.into(), proxy_anchor),
        (nca(false).into(), proxy_nca),
        (nca(true).into(), proxy_nca_classic),
        (ArcFace { scale, margin }.into(), arc_face),
        (CosFace { scale, margin }.into(), cos_face),
    ]
}

fn count(costs: &[Vec<f64>]) -> Count {
    let all = || costs.iter().flatten();
    Count {
        sum: all().sum(),
        terms: all().count() as u64,
        active: all().filter(|&&cost| cost > 0.0).count() as u64,
        anchors: costs.iter().filter(|costs| !costs.is_empty()).count() as u64,
        ..Count::default()
    }
}

#[track_caller]
fn same_count(given: Count, wanted: Count, what: &str) {
    let size = wanted.sum.abs().max(1.0);
    assert!((given.sum - wanted.sum).abs() < 1e-11 * size, "{what}");
    let counts = |count: Count| (count.terms, count.active, count.anchors);
    assert_eq!(counts(given), counts(wanted), "{what}");
}

/// Value and counts of a batch against a definition, for every reduction that does not look at pairs.
fn agree(loss: &Loss, batch: &Batch<'_, f64>, costs: (Vec<Vec<f64>>, Vec<Vec<f64>>), what: &str) {
    let (first, second) = (count(&costs.0), count(&costs.1));
    let what = format!("{loss:?}, {what}");
    for reduce in [
        Reduce::Sum,
        Reduce::Mean,
        Reduce::MeanActive,
        Reduce::MeanAnchors,
    ] {
        let objective = Objective::new(Distance::Cosine, loss.clone(), reduce).unwrap();
        for outcome in [objective.evaluate(batch), objective.evaluate_plain(batch)] {
            let outcome = outcome.unwrap();
            same_count(outcome.terms.positive, first, &what);
            same_count(outcome.terms.negative, second, &what);
            let wanted = first.sum * reduce.scale(&first) + second.sum * reduce.scale(&second);
            let apart = (outcome.value - wanted).abs();
            assert!(apart < 1e-11 * wanted.abs().max(1.0), "{what}, {reduce}");
        }
    }
}

#[test]
fn definitions() {
    for (loss, costs) in losses() {
        let check = |batch: &Batch<'_, f64>, seen: Vec<Seen>, what: &str| {
            agree(&loss, batch, seen.iter().map(costs).unzip(), what);
        };
        let (rows, proxies) = (Side::new(&ROWS, 1), Side::new(&PROXIES, 2));
        let all = 0..ROWS.len();
        let batch = Batch::within(rows.rows(), &rows.labels).unwrap();
        let within = seen(&rows, &rows, all.clone(), true);
        check(&batch, within, "within");
        check(
            &batch.part(2..6).unwrap(),
            seen(&rows, &rows, 2..6, true),
            "shard",
        );
        for (one, two) in [(&rows, &proxies), (&proxies, &rows)] {
            let batch = Batch::between(one.rows(), &one.labels, two.rows(), &two.labels).unwrap();
            let all = 0..one.labels.len();
            check(&batch, seen(one, two, all, false), "between");
            let part = batch.part(1..4).unwrap();
            check(&part, seen(one, two, 1..4, false), "part");
        }
        // One class alone: no negatives anywhere.
        let (same, other) = (Side::new(&[4; 5], 3), Side::new(&[4; 3], 4));
        let batch = Batch::between(same.rows(), &[4; 5], other.rows(), &[4; 3]).unwrap();
        check(&batch, seen(&same, &other, 0..5, false), "one class");
        // No class in common: no positives anywhere.
        let same = Side::new(&[6; 5], 3);
        let batch = Batch::between(same.rows(), &[6; 5], other.rows(), &[4; 3]).unwrap();
        check(&batch, seen(&same, &other, 0..5, false), "no class");
    }
}

/// What every row sees of groups of three centres: a similarity per group.
fn grouped(rows: &Side, centres: &Side) -> Vec<Seen> {
    let mut all = vec![];
    for i in 0..rows.labels.len() {
        let mut seen = Seen::default();
        for group in 0..centres.labels.len() / 3 {
            let each = |k| cosine(rows.row(i), centres.row(3 * group + k));
            let sum: f64 = (0..3).map(|k| (each(k) / 0.2).exp()).sum();
            let soft = (0..3).map(|k| (each(k) / 0.2).exp() / sum * each(k)).sum();
            if rows.labels[i] == centres.labels[3 * group] {
                seen.positives.push(soft);
            } else {
                seen.negatives.push(soft);
            }
        }
        all.push(seen);
    }
    all
}

#[test]
fn soft_triple_definition() {
    let (rows, centres) = (Side::new(&ROWS, 5), Side::new(&CENTRES, 6));
    let seen = grouped(&rows, &centres);
    let batch = Batch::between(rows.rows(), &ROWS, centres.rows(), &CENTRES).unwrap();
    let costs = |seen: &[Seen]| seen.iter().map(cos_face).unzip();
    agree(&soft_triple().into(), &batch, costs(&seen), "between");
    let part = batch.part(2..7).unwrap();
    agree(&soft_triple().into(), &part, costs(&seen[2..7]), "part");
}

#[test]
fn soft_triple_gradient() {
    let point = numbers((ROWS.len() + CENTRES.len()) * DIM, 7);
    let objective = Objective::new(Distance::Cosine, soft_triple(), Reduce::Mean).unwrap();
    let evaluate = |data: &[f64]| {
        let (rows, centres) = data.split_at(ROWS.len() * DIM);
        let (rows, centres) = (
            Rows::new(rows, DIM).unwrap(),
            Rows::new(centres, DIM).unwrap(),
        );
        let batch = Batch::between(rows, &ROWS, centres, &CENTRES).unwrap();
        objective.evaluate(&batch).unwrap()
    };
    let gradient = evaluate(&point).gradient();
    for (index, gradient) in gradient.iter().enumerate() {
        let at = |offset: f64| {
            let mut moved = point.clone();
            moved[index] += offset;
            evaluate(&moved).value
        };
        let difference = (at(1e-6) - at(-1e-6)) / 2e-6;
        assert!((gradient - difference).abs() < 1e-8, "place {index}");
    }
}

/// Beyond `pi - margin` the target keeps falling, with slope 1; within 4.5e-4 of 0 it has none.
#[test]
fn arc_face_at_both_ends() {
    let loss = ArcFace {
        scale: positive(2.0),
        margin: margin(),
    };
    let objective = Objective::new(Distance::Cosine, loss, Reduce::Sum).unwrap();
    let evaluate = |angle: f64| {
        let (sin, cos) = angle.sin_cos();
        let (row, weights) = ([1.0, 0.0, 0.0], [cos, sin, 0.0, 0.0, 0.0, 1.0]);
        let (row, weights) = (Rows::new(&row, 3).unwrap(), Rows::new(&weights, 3).unwrap());
        let batch = Batch::between(row, &[1], weights, &[1, 2]).unwrap();
        let outcome = objective.evaluate(&batch).unwrap();
        (outcome.value, outcome.candidates[..3].to_vec())
    };
    let angle = 3.0f64;
    let target = angle.cos() - 0.3 * 0.3f64.sin();
    let (value, gradient) = evaluate(angle);
    assert!((value - (-2.0 * target).exp().ln_1p()).abs() < 1e-12);
    // d(cost) / d(cosine) is -2 (1 - share), and the cosine falls by sin(angle) as the angle grows.
    let wanted = 2.0 / (1.0 + (2.0 * target).exp()) * angle.sin();
    assert!((gradient[0] * -angle.sin() + gradient[1] * angle.cos() - wanted).abs() < 1e-12);
    let (value, gradient) = evaluate(1e-5);
    assert!((value - (-2.0 * 0.3f64.cos()).exp().ln_1p()).abs() < 1e-3);
    assert_eq!(gradient, [0.0; 3]);
}

/// `SquaredEuclidean` of unit rows is the cosine's squared distance, gradients in the sphere apart.
#[test]
fn proxy_nca_on_unit_rows_is_the_same_in_both_distances() {
    let unit = |side: Side| {
        let rows = side.data.chunks(DIM);
        let data = rows.flat_map(|row| {
            let length = row.iter().map(|x| x * x).sum::<f64>().sqrt();
            row.iter().map(move |x| x / length)
        });
        data.collect::<Vec<f64>>()
    };
    let (rows, proxies) = (unit(Side::new(&ROWS, 8)), unit(Side::new(&PROXIES, 9)));
    let (rows, proxies) = (
        Rows::new(&rows, DIM).unwrap(),
        Rows::new(&proxies, DIM).unwrap(),
    );
    let batch = Batch::between(rows, &ROWS, proxies, &PROXIES).unwrap();
    for classic in [false, true] {
        let value = |distance| {
            let objective = Objective::new(distance, nca(classic), Reduce::Mean);
            objective.unwrap().evaluate(&batch).unwrap().value
        };
        let apart = value(Distance::Cosine) - value(Distance::SquaredEuclidean);
        assert!(apart.abs() < 1e-12);
    }
}

/// Each loss with one number as large as it may be asked for.
fn extremes(scale: f64) -> [Loss; 6] {
    let (scale, margin) = (positive(scale), margin());
    let gamma = positive(1.0 / scale.get());
    let soft_triple = SoftTriple {
        scale,
        gamma,
        ..soft_triple()
    };
    let nca = |classic| ProxyNca { scale, classic };
    [
        ProxyAnchor { scale, margin }.into(),
        nca(false).into(),
        nca(true).into(),
        ArcFace { scale, margin }.into(),
        CosFace { scale, margin }.into(),
        soft_triple.into(),
    ]
}

#[test]
fn extreme_scales_and_equal_embeddings_stay_finite() {
    let generic = numbers_f32((ROWS.len() + CENTRES.len()) * DIM, 10);
    let equal = generic[..DIM].repeat(ROWS.len() + CENTRES.len());
    let mut zero = generic.clone();
    zero[..2 * DIM].fill(0.0);
    for data in [generic, equal, zero] {
        let (rows, centres) = data.split_at(ROWS.len() * DIM);
        let (rows, centres) = (
            Rows::new(rows, DIM).unwrap(),
            Rows::new(centres, DIM).unwrap(),
        );
        let batch = Batch::between(rows, &ROWS, centres, &CENTRES).unwrap();
        for loss in [1e-3, 1000.0, 1e6, 1e30].into_iter().flat_map(extremes) {
            let objective = Objective::new(Distance::Cosine, loss, Reduce::Mean).unwrap();
            let outcome = objective.evaluate(&batch).unwrap();
            assert!(outcome.value.is_finite(), "{objective:?}");
            let gradient = outcome.gradient();
            assert!(gradient.iter().all(|g| g.is_finite()), "{objective:?}");
        }
    }
}

/// A class without rows still pushes its proxy, and its proxy counts in the second denominator alone.
#[test]
fn proxy_anchor_divides_by_two_counts() {
    let (rows, proxies) = (Side::new(&ROWS, 1), Side::new(&PROXIES, 2));
    let objective = Objective::new(
        Distance::Cosine,
        ProxyAnchor::default(),
        Reduce::MeanAnchors,
    )
    .unwrap();
    let batch = Batch::between(proxies.rows(), &PROXIES, rows.rows(), &ROWS).unwrap();
    let outcome = objective.evaluate(&batch).unwrap();
    let counts = (
        outcome.terms.positive.anchors,
        outcome.terms.negative.anchors,
    );
    assert_eq!(counts, (4, 5));
    assert!(outcome.anchors[2 * DIM..3 * DIM].iter().any(|&g| g != 0.0));
    let none = Rows::new(&[], DIM).unwrap();
    let batch = Batch::between(proxies.rows(), &PROXIES, none, &[]).unwrap();
    let outcome = objective.evaluate(&batch).unwrap();
    assert_eq!((outcome.value, outcome.terms), (0.0, Terms::default()));
}

#[track_caller]
fn message<T: std::fmt::Debug>(result: Result<T, tercet_kernels::Error>, wanted: &str) {
    assert_eq!(result.unwrap_err().to_string(), wanted);
}

#[test]
fn what_is_refused() {
    let wrong = |loss: Loss, distance, wanted: &str| {
        let text = format!("distance: wanted {wanted} for this loss, given {distance}");
        message(Objective::new(distance, loss, Reduce::Mean), &text);
    };
    wrong(
        ProxyAnchor::default().into(),
        Distance::NegativeDot,
        "cosine",
    );
    wrong(ArcFace::default().into(), Distance::Euclidean, "cosine");
    wrong(
        CosFace::default().into(),
        Distance::SquaredEuclidean,
        "cosine",
    );
    wrong(
        SoftTriple::default().into(),
        Distance::NegativeDot,
        "cosine",
    );
    let both = "cosine or squared-euclidean";
    wrong(ProxyNca::default().into(), Distance::Euclidean, both);
    let (rows, centres) = (Side::new(&ROWS, 1), Side::new(&CENTRES, 2));
    let objective = Objective::new(Distance::Cosine, SoftTriple::default(), Reduce::Mean).unwrap();
    let batch = Batch::between(rows.rows(), &ROWS, centres.rows(), &CENTRES).unwrap();
    let text = "candidates: wanted groups of 10 neighbours of one class, given another class or none in group 0 of 15 candidates";
    message(objective.evaluate(&batch), text);
    let none = serde_json::from_str::<Loss>(r#"{"kind": "soft-triple", "centres": 0}"#);
    assert!(none.is_err());
    let unknown = serde_json::from_str::<Loss>(r#"{"kind": "cos-face", "m": 0.1}"#);
    assert!(unknown.is_err());
}

#[test]
fn defaults_are_the_published_ones() {
    let named = |name| {
        let loss = Loss::named(name).unwrap();
        assert_eq!(loss.default_distance(), Distance::Cosine);
        let reduce = loss.default_reduce();
        (serde_json::to_string(&loss).unwrap(), reduce)
    };
    let anchor = r#"{"kind":"proxy-anchor","scale":32.0,"margin":0.1}"#.to_owned();
    assert_eq!(named("proxy-anchor"), (anchor, Reduce::MeanAnchors));
    let nca = r#"{"kind":"proxy-nca","scale":3.0,"classic":false}"#.to_owned();
    assert_eq!(named("proxy-nca"), (nca, Reduce::Mean));
    let arc_face = r#"{"kind":"arc-face","scale":64.0,"margin":0.5}"#.to_owned();
    assert_eq!(named("arc-face"), (arc_face, Reduce::Mean));
    let cos_face = r#"{"kind":"cos-face","scale":64.0,"margin":0.35}"#.to_owned();
    assert_eq!(named("cos-face"), (cos_face, Reduce::Mean));
    let soft_triple =
        r#"{"kind":"soft-triple","centres":10,"scale":20.0,"gamma":0.1,"margin":0.01}"#.to_owned();
    assert_eq!(named("soft-triple"), (soft_triple, Reduce::Mean));
}
