//! Multi-similarity and circle.

use crate::table::{Table, Wanted, margin, same, tables};
use tercet_kernels::{Circle, Distance, Finite, MultiSimilarity, Objective, Positive, Reduce};

#[test]
fn multi_similarity() {
    let positive = |number| Positive::new("scale", number).unwrap();
    for table in tables() {
        for (distance, zero) in [(Distance::Cosine, 1.0), (Distance::NegativeDot, 0.0)] {
            for (beta, base, mining) in [(50.0, 0.5, true), (50.0, 0.5, false), (7.0, -0.2, true)] {
                let mut wanted = Wanted::default();
                for a in (0..table.n()).filter(|_| !table.classes.1.is_empty()) {
                    let similar = |j: usize| zero - table.far(distance, a, j);
                    let (positives, negatives) = similarities(&table, a, similar, mining);
                    let pull: f64 = positives.iter().map(|s| (2.0 * (base - s)).exp()).sum();
                    let push: f64 = negatives.iter().map(|s| (beta * (s - base)).exp()).sum();
                    wanted.add(pull.ln_1p() / 2.0 + push.ln_1p() / beta);
                    wanted.anchors += 1;
                }
                let loss = MultiSimilarity {
                    alpha: positive(2.0),
                    beta: positive(beta),
                    base: Finite::new("base", base).unwrap(),
                    mining,
                    epsilon: margin(0.1),
                };
                same(&table, (distance, loss), &wanted);
            }
        }
    }
}

/// The similarities of an anchor's positives and negatives, those left out by mining not among them.
fn similarities(
    table: &Table,
    anchor: usize,
    similar: impl Fn(usize) -> f64,
    mining: bool,
) -> (Vec<f64>, Vec<f64>) {
    let mut positives: Vec<f64> = table.positives(anchor).into_iter().map(&similar).collect();
    let mut negatives: Vec<f64> = table.negatives(anchor).into_iter().map(&similar).collect();
    if mining {
        let least = positives.iter().copied().fold(f64::INFINITY, f64::min);
        let most = negatives.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        positives.retain(|s| s - 0.1 < most);
        negatives.retain(|s| s + 0.1 > least);
    }
    (positives, negatives)
}

/// The circle loss with given weights `gamma a`, (m,) per anchor; and the weights themselves.
fn circle_loops(
    table: &Table,
    m: f64,
    gamma: f64,
    held: Option<&[Vec<f64>]>,
) -> (Wanted, Vec<Vec<f64>>) {
    let (mut wanted, mut all) = (Wanted::default(), vec![]);
    for a in 0..table.n() {
        let similar = |j: usize| 1.0 - table.far(Distance::Cosine, a, j);
        let mut weights = vec![0.0; table.classes.1.len()];
        let (mut pull, mut push) = (0.0, 0.0);
        for p in table.positives(a) {
            weights[p] = gamma * f64::max(1.0 + m - similar(p), 0.0);
            let weight = held.map_or(weights[p], |held| held[a][p]);
            pull += (-weight * (similar(p) - 1.0 + m)).exp();
        }
        for n in table.negatives(a) {
            weights[n] = gamma * f64::max(similar(n) + m, 0.0);
            let weight = held.map_or(weights[n], |held| held[a][n]);
            push += (weight * (similar(n) - m)).exp();
        }
        if pull > 0.0 && push > 0.0 {
            wanted.add((1.0 + pull * push).ln());
            wanted.anchors += 1;
        }
        all.push(weights);
    }
    (wanted, all)
}

fn circle(m: f64, gamma: f64) -> Circle {
    let gamma = Positive::new("gamma", gamma).unwrap();
    Circle {
        margin: margin(m),
        gamma,
    }
}

#[test]
fn circle_by_loops() {
    for table in tables() {
        for (m, gamma) in [(0.4, 80.0), (0.25, 6.0)] {
            let (wanted, _) = circle_loops(&table, m, gamma, None);
            same(&table, (Distance::Cosine, circle(m, gamma)), &wanted);
        }
    }
}

/// Its gradient is that of the loops with the weights held.
#[test]
fn circle_holds_its_weights() {
    for between in [false, true] {
        let make = || match between {
            true => Table::between(&[1, 2, 3, 1, 9], &[3, 1, 1, 2, 3, 3], 41),
            false => Table::within(&[3, 1, 1, 3, 2, 1], 42, 0..6),
        };
        let table = make();
        let objective = Objective::new(Distance::Cosine, circle(0.25, 6.0), Reduce::Sum).unwrap();
        let gradient = objective.evaluate(&table.batch()).unwrap().gradient();
        let (_, held) = circle_loops(&table, 0.25, 6.0, None);
        let ours = if between { table.anchors.len() } else { 0 };
        for (place, slope) in gradient.iter().enumerate() {
            let at = |offset: f64| {
                let mut moved = make();
                if place < ours {
                    moved.anchors[place] += offset;
                } else {
                    moved.candidates[place - ours] += offset;
                }
                if !between {
                    moved.anchors.clone_from(&moved.candidates);
                }
                circle_loops(&moved, 0.25, 6.0, Some(&held)).0.sum
            };
            let difference = (at(1e-6) - at(-1e-6)) / 2e-6;
            assert!(
                (difference - slope).abs() < 1e-6,
                "{place}: {difference}, {slope}"
            );
        }
    }
}
