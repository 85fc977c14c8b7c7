//! Losses on the tables as loops.

use crate::truth::{Bond, Truth, cases};
use tercet_kernels::{
    Batch, Contrastive, Count, Distance, Margin, Negative, Objective, Pick, Reduce, Select,
    SemiHard, Terms, Triplet,
};

fn distance(kind: Distance, one: &[f64], two: &[f64]) -> f64 {
    let squared: f64 = one.iter().zip(two).map(|(x, y)| (x - y) * (x - y)).sum();
    match kind {
        Distance::SquaredEuclidean => squared,
        _ => squared.sqrt(),
    }
}

/// Distances of one anchor to the candidates of a bond.
fn far(
    batch: &Batch<'_, f64>,
    truth: &Truth<'_>,
    kind: Distance,
    (index, bond): (usize, Bond),
) -> Vec<f64> {
    let anchor = batch.anchors().row(index);
    let candidates = truth.of(batch.range().start + index, bond).into_iter();
    let rows = candidates.map(|c| batch.candidates().row(c));
    rows.map(|row| distance(kind, anchor, row)).collect()
}

fn least(all: impl IntoIterator<Item = f64>) -> Vec<f64> {
    all.into_iter().min_by(f64::total_cmp).into_iter().collect()
}

fn most(all: &[f64]) -> Vec<f64> {
    let all = all.iter().copied();
    all.max_by(f64::total_cmp).into_iter().collect()
}

/// The negatives that a selection that does not draw puts beside the positive at distance `p`.
fn chosen(select: Select, margin: f64, p: f64, positives: &[f64], negatives: &[f64]) -> Vec<f64> {
    let above = || negatives.iter().copied().filter(move |&d| d > p);
    let window = || above().filter(move |&d| d < p + margin);
    match select {
        Select::All => negatives.to_vec(),
        Select::Hardest if most(positives) == [p] => least(negatives.to_vec()),
        Select::EasyPositive(_) if least(positives.to_vec()) != [p] => vec![],
        Select::EasyPositive(Negative::Hardest) => least(negatives.to_vec()),
        Select::EasyPositive(Negative::SemiHard) => least(above()),
        Select::SemiHard(SemiHard::Facenet(Pick::Hardest)) => least(window()),
        Select::SemiHard(SemiHard::Facenet(Pick::All)) => window().collect(),
        Select::SemiHard(SemiHard::NearestAbove) if above().count() == 0 => most(negatives),
        Select::SemiHard(SemiHard::NearestAbove) => least(above()),
        _ => vec![],
    }
}

fn add(count: &mut Count, cost: f64) {
    count.sum += cost;
    count.terms += 1;
    count.active += u64::from(cost > 0.0);
}

fn same(given: &Count, wanted: &Count, what: &str) {
    let counts = |c: &Count| (c.terms, c.active, c.anchors, c.pairs);
    assert_eq!(counts(given), counts(wanted), "{what}");
    let apart = (given.sum - wanted.sum).abs();
    assert!(apart <= 1e-11 * (1.0 + wanted.sum.abs()), "{what}");
}

#[test]
fn triplets_under_every_selection_that_does_not_draw() {
    let selects = [
        Select::All,
        Select::Hardest,
        Select::EasyPositive(Negative::Hardest),
        Select::EasyPositive(Negative::SemiHard),
        Select::SemiHard(SemiHard::Facenet(Pick::Hardest)),
        Select::SemiHard(SemiHard::Facenet(Pick::All)),
        Select::SemiHard(SemiHard::NearestAbove),
    ];
    let (margin, kind) = (0.3, Distance::SquaredEuclidean);
    cases(&|what, batch, truth| {
        for select in selects {
            let mut count = Count::default();
            for index in 0..batch.anchors().len() {
                let positives = far(batch, truth, kind, (index, Bond::Positive));
                let negatives = far(batch, truth, kind, (index, Bond::Negative));
                let before = count.terms;
                for &p in &positives {
                    count.pairs += u64::from(!negatives.is_empty());
                    for n in chosen(select, margin, p, &positives, &negatives) {
                        add(&mut count, (p - n + margin).max(0.0));
                    }
                }
                count.anchors += u64::from(count.terms > before);
            }
            let loss = Triplet::new(Margin::hard(margin).unwrap(), select);
            let objective = Objective::new(kind, loss, Reduce::Mean).unwrap();
            let what = format!("{what}, {select}");
            let fast = objective.evaluate(batch).unwrap();
            let plain = objective.evaluate_plain(batch).unwrap();
            same(&fast.terms.positive, &count, &what);
            same(&plain.terms.positive, &count, &what);
            let value = count.sum / count.terms.max(1) as f64;
            assert!((fast.value - value).abs() < 1e-11, "{what}");
            for (fast, plain) in fast.gradient().iter().zip(plain.gradient()) {
                assert!((fast - plain).abs() < 1e-11, "{what}");
            }
        }
    });
}

#[test]
fn contrastive_pairs() {
    let kind = Distance::Euclidean;
    cases(&|what, batch, truth| {
        let mut wanted = Terms::default();
        for index in 0..batch.anchors().len() {
            let positives = far(batch, truth, kind, (index, Bond::Positive));
            let negatives = far(batch, truth, kind, (index, Bond::Negative));
            let pairs = positives.len() * usize::from(!negatives.is_empty());
            for (count, far, positive) in [
                (&mut wanted.positive, positives, true),
                (&mut wanted.negative, negatives, false),
            ] {
                count.pairs += pairs as u64;
                count.anchors += u64::from(!far.is_empty());
                for d in far {
                    let cost: f64 = if positive { d - 0.2 } else { 1.1 - d };
                    add(count, cost.max(0.0));
                }
            }
        }
        let loss = Contrastive::linear(0.2, 1.1).unwrap();
        let objective = Objective::new(kind, loss, Reduce::MeanActive).unwrap();
        let found = objective.evaluate(batch).unwrap();
        same(&found.terms.positive, &wanted.positive, what);
        same(&found.terms.negative, &wanted.negative, what);
    });
}
