//! What a criterion learns: names, shapes, first values, proxies against batches, what the loop is told of each.

use tercet_kernels::{Loss, Parameter, Relation, RowLoss};

use super::relations::{CLASSES, ROWS, cost, parameters};
use super::*;

fn read(json: serde_json::Value) -> Criterion {
    Criterion::read(json).unwrap()
}

#[test]
fn names_and_shapes() {
    let criterion = read(serde_json::json!([
        {"kind": "soft-triple", "centres": 3},
        {"kind": "triplet"},
        {"kind": "info-nce", "learn": true},
        {"kind": "proxy-anchor"},
        {"kind": "margin", "learn": true},
        {"kind": "nt-xent", "learn": true, "temperature": 0.25},
        {"kind": "centres", "on": "proxies"},
    ]));
    let found = criterion.parameters(5, Some(4), 1).unwrap();
    let names: Vec<&str> = found
        .iter()
        .map(|parameter| parameter.name.as_str())
        .collect();
    let wanted = [
        "0.proxies",
        "2.log_scale",
        "3.proxies",
        "4.beta",
        "5.log_scale",
    ];
    assert_eq!(names, wanted);
    assert_eq!(
        (&found[0].shape[..], &found[2].shape[..]),
        (&[12, 5][..], &[4, 5][..])
    );
    assert!(found[0].decays && !found[1].decays);
    assert_eq!(found[1].values, [20f64.ln() as f32]);
    assert_eq!(found[1].most, Some(100f64.ln() as f32));
    assert_eq!(
        (&found[3].values[..], found[3].most),
        (&[1.2_f32][..], None)
    );
    assert_eq!(found[4].values, [4f64.ln() as f32]);
    assert!(
        read(serde_json::json!({"kind": "info-nce"}))
            .parameters(5, None, 1)
            .unwrap()
            .is_empty()
    );
    let error = criterion.parameters(5, None, 1).unwrap_err().to_string();
    assert_eq!(
        error,
        "classes: wanted at least 1 for a loss with proxies, given 0"
    );
    assert!(criterion.parameters(5, Some(0), 1).is_err());
}

#[test]
fn proxies_begin_as_random_directions() {
    let criterion = read(serde_json::json!([{"kind": "arc-face"}, {"kind": "proxy-nca"}]));
    let of = |seed| criterion.parameters(64, Some(500), seed).unwrap();
    let (one, two) = (of(7), of(8));
    assert_eq!(one, of(7));
    // A pure function of seed and name: every other one is another.
    assert_ne!(one[0].values, two[0].values);
    assert_ne!(one[0].values, one[1].values);
    let mut mean = [0.0; 64];
    for row in one[0].values.chunks(64) {
        let length: f64 = row.iter().map(|&x| f64::from(x).powi(2)).sum();
        assert!((length - 1.0).abs() < 1e-6);
        mean.iter_mut()
            .zip(row)
            .for_each(|(sum, &x)| *sum += f64::from(x) / 500.0);
    }
    // Of 500 directions in 64 dimensions: 1 / sqrt(500 * 64) each, so 1 / sqrt(500) in all.
    let length = mean.iter().map(|x| x * x).sum::<f64>().sqrt();
    assert!((0.03..0.06).contains(&length), "{length}");
    // More classes leave the others as they were.
    let more = criterion.parameters(64, Some(501), 7).unwrap();
    assert_eq!(more[0].values[..500 * 64], one[0].values);
    // Pinned: a run that is resumed elsewhere begins alike.
    let first = criterion.parameters(2, Some(1), 0).unwrap();
    let pinned = [first[0].values[0], first[0].values[1]];
    assert!(
        (pinned[0].powi(2) + pinned[1].powi(2) - 1.0).abs() < 1e-6,
        "{pinned:?}"
    );
}

/// Against the batch that the loss is documented with.
#[test]
fn proxies_are_rows_of_a_batch() {
    let data = numbers(ROWS * DIM, 31);
    let classes = labels(ROWS, CLASSES as i64, 2);
    let relation = Relation::Classes(classes.clone());
    for (name, each) in [
        ("proxy-nca", 1),
        ("arc-face", 1),
        ("cos-face", 1),
        ("soft-triple", 10),
        ("proxy-anchor", 1),
    ] {
        let criterion = read(serde_json::json!({"kind": name, "weight": 2.0}));
        let learnt = parameters(&criterion);
        let proxies: Vec<f64> = learnt[0].values.iter().map(|&x| x.into()).collect();
        let of_proxies: Vec<i64> = (0..CLASSES * each).map(|row| (row / each) as i64).collect();
        let found = cost(&criterion, &data, &relation, &learnt).unwrap();
        let objective = criterion.terms()[0].objective().unwrap();
        let (batch, are_anchors) = match objective.loss() {
            Loss::ProxyAnchor(_) => (
                Batch::between(rows(&proxies), &of_proxies, rows(&data), &classes),
                true,
            ),
            _ => (
                Batch::between(rows(&data), &classes, rows(&proxies), &of_proxies),
                false,
            ),
        };
        let wanted = objective.evaluate(&batch.unwrap()).unwrap();
        close(found.value, 2.0 * wanted.value);
        close(found.shares[0].value, wanted.value);
        let (mine, theirs) = match are_anchors {
            true => (wanted.candidates, wanted.anchors),
            false => (wanted.anchors, wanted.candidates),
        };
        let twice = |gradient: &[f64]| -> Vec<f64> { gradient.iter().map(|x| 2.0 * x).collect() };
        assert!(apart(&found.gradient, &twice(&mine)) < 1e-12, "{name}");
        assert!(
            apart(&found.parameters[0], &twice(&theirs)) < 1e-12,
            "{name}"
        );
    }
}

/// Shards of a batch add up, and so do the gradients of what is learnt: proxies are candidates, numbers are counted.
#[test]
fn shards_give_the_gradients_of_what_is_learnt() {
    let data = numbers(ROWS * DIM, 32);
    let classes = labels(ROWS, CLASSES as i64, 2);
    let relation = Relation::Classes(classes.clone());
    for kind in ["arc-face", "soft-triple", "info-nce", "sup-con", "margin"] {
        let mut table = serde_json::json!({"kind": kind, "weight": 0.7, "dims": [4, 3]});
        if matches!(kind, "info-nce" | "sup-con" | "margin") {
            table["learn"] = true.into();
        }
        if kind == "margin" {
            table["select"] = "all".into();
        }
        let criterion = read(table);
        let learnt = parameters(&criterion);
        let whole = cost(&criterion, &data, &relation, &learnt).unwrap();
        let numbers: Vec<f64> = learnt[0].values.iter().map(|&x| x.into()).collect();
        let is_proxied = learnt[0].name.ends_with("proxies");
        let each = numbers.len() / DIM / CLASSES;
        let of_proxies: Vec<i64> = (0..CLASSES * each).map(|row| (row / each) as i64).collect();
        let shard = |own: Range<usize>| {
            let batch = match is_proxied {
                true => Batch::between(rows(&data), &classes, rows(&numbers), &of_proxies),
                false => Batch::within(rows(&data), &classes),
            };
            criterion
                .partial(&batch.unwrap().part(own).unwrap())
                .unwrap()
        };
        let mut sum = shard(0..5);
        sum.add(&shard(5..6)).unwrap();
        sum.add(&shard(6..ROWS)).unwrap();
        let combined = criterion.finish(sum).unwrap();
        // The parameter is a number of f32, the loss has one of f64.
        let error = (combined.outcome.value - whole.value).abs();
        assert!(error < 1e-6 * whole.value, "{kind}");
        if is_proxied {
            assert!(apart(&combined.outcome.candidates, &whole.parameters[0]) < 1e-6);
        } else {
            let objective = criterion.terms()[0].objective().unwrap();
            let slopes = objective
                .loss()
                .scalar_gradient(combined.shares[0].parameters);
            let error = (slopes[0] - whole.parameters[0][0]).abs();
            assert!(error < 1e-5 * slopes[0].abs(), "{kind}: {slopes:?}");
            assert_eq!(combined.outcome.parameters, combined.shares[0].parameters);
        }
    }
}

#[test]
fn what_is_held_between_bounds() {
    let mut parameter = Parameter {
        name: "0.bias".to_owned(),
        shape: vec![3],
        values: vec![-2.0, 0.5, 7.0],
        least: Some(-1.0),
        most: None,
        decays: false,
    };
    parameter.clamp();
    assert_eq!(parameter.values, [-1.0, 0.5, 7.0]);
    (parameter.least, parameter.most) = (None, Some(0.0));
    parameter.clamp();
    assert_eq!(parameter.values, [-1.0, 0.0, 0.0]);
}

#[test]
fn the_rest_of_what_a_loop_asks() {
    let of = |kind: &str| read(serde_json::json!({ "kind": kind }));
    assert_eq!(of("info-nce").distance(), Distance::Cosine);
    assert_eq!(of("norm").distance(), Distance::Cosine);
    assert_eq!(of("given-triplet").distance(), Distance::Euclidean);
    let late = of("norm").and(1.0, of("contrastive")).unwrap();
    assert_eq!(late.distance(), Distance::Euclidean);
    assert_eq!(late.margin(), Some(Margin::hard(1.0).unwrap()));
    assert_eq!(
        of("given-triplet").margin(),
        Some(Margin::hard(1.0).unwrap())
    );
    assert_eq!(of("margin").margin(), Some(Margin::hard(0.4).unwrap()));
    assert_eq!((of("cosent").margin(), of("norm").margin()), (None, None));
    assert_eq!(of("ladder").thresholds().len(), 1);
    assert!(of("triplet").thresholds().is_empty());
    let hard = read(
        serde_json::json!([{"kind": "triplet", "select": "hardest", "weight": 2.0}, {"kind": "norm"}]),
    );
    let soft = read(
        serde_json::json!([{"kind": "triplet", "select": "semi-hard:nearest-above", "weight": 2.0}, {"kind": "norm"}]),
    );
    assert_eq!(hard.softened(), Some(soft.clone()));
    assert_eq!(soft.softened(), None);
    assert!(!of("info-nce").terms()[0].learns());
    assert!(of("info-nce").learning(true).terms()[0].learns());
    assert!(!of("triplet").learning(true).terms()[0].learns());
}
