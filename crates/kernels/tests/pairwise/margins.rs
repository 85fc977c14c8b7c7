//! The margin loss: all pairs, triplets, drawn negatives, the boundary.

use crate::batches::{numbers, within};
use crate::table::{Table, Wanted, dot, margin, measure, same, tables};
use tercet_kernels::{
    Batch, Distance, Finite, MarginLoss, MarginPairs, Objective, Positive, Reduce, Rows,
};

#[test]
fn margin_of_all_pairs_and_of_triplets() {
    let all = |select| MarginLoss {
        beta: Finite::new("beta", 0.9).unwrap(),
        nu: margin(0.25),
        select,
        ..MarginLoss::default()
    };
    for table in tables() {
        for distance in [
            Distance::SquaredEuclidean,
            Distance::Euclidean,
            Distance::Cosine,
        ] {
            let wanted = margin_loops(&table, distance, false);
            same(&table, (distance, all(MarginPairs::All)), &wanted);
            let wanted = margin_loops(&table, distance, true);
            same(&table, (distance, all(MarginPairs::Triplets)), &wanted);
        }
    }
}

/// Margin 0.2, boundary 0.9, price 0.25.
fn margin_loops(table: &Table, distance: Distance, triplets: bool) -> Wanted {
    let mut wanted = Wanted::default();
    let mut cost = |excess: f64, sign: f64| {
        let active = excess + 0.2 > 0.0;
        let price = if active { 0.25 } else { 0.0 };
        wanted.add(f64::max(excess + 0.2, 0.0) + 0.9 * price);
        wanted.parameter += if active { sign + price } else { 0.0 };
    };
    let mut anchors = 0;
    for a in 0..table.n() {
        let far = |j| table.far(distance, a, j);
        let (positives, negatives) = (table.positives(a), table.negatives(a));
        if triplets {
            for &p in &positives {
                for &n in &negatives {
                    cost(far(p) - 0.9, -1.0);
                    cost(0.9 - far(n), 1.0);
                }
            }
            anchors += u64::from(!positives.is_empty() && !negatives.is_empty());
        } else {
            positives.iter().for_each(|&p| cost(far(p) - 0.9, -1.0));
            negatives.iter().for_each(|&n| cost(0.9 - far(n), 1.0));
            anchors += u64::from(positives.len() + negatives.len() > 0);
        }
    }
    wanted.anchors = anchors;
    wanted
}

#[test]
fn the_boundary_has_a_gradient() {
    let table = Table::within(&[3, 1, 1, 3, 2, 1, 3], 51, 0..7);
    for select in [
        MarginPairs::All,
        MarginPairs::Triplets,
        MarginPairs::DistanceWeighted,
    ] {
        for reduce in [Reduce::MeanActive, Reduce::Sum] {
            let at = |beta: f64| {
                let loss = MarginLoss {
                    beta: Finite::new("beta", beta).unwrap(),
                    nu: margin(0.1),
                    select,
                    nonzero_cutoff: Positive::new("cutoff", 3.0).unwrap(),
                    ..MarginLoss::default()
                };
                let objective = Objective::new(Distance::Euclidean, loss, reduce).unwrap();
                objective.evaluate(&table.batch()).unwrap()
            };
            let difference = (at(1.0 + 1e-6).value - at(1.0 - 1e-6).value) / 2e-6;
            let given = at(1.0).parameters[0];
            assert!(
                given != 0.0 && (difference - given).abs() < 1e-6,
                "{difference}, {given}"
            );
        }
    }
}

/// Unit rows in 5 dimensions, near one another: over many seeds every negative is drawn as often as its weight says. Seen through the slopes, for every drawn negative is active.
#[test]
fn negatives_are_drawn_by_their_weight() {
    let (classes, dim) = ([0, 0, 0, 1, 2, 3, 4, 5, 6, 7], 5);
    let mut data = numbers(classes.len() * dim, 61);
    for row in data.chunks_mut(dim) {
        row[0] += 0.7;
        let length = dot(row, row).sqrt();
        row.iter_mut().for_each(|x| *x /= length);
    }
    let rows = Rows::new(&data, dim).unwrap();
    let far = |n: usize| measure(Distance::Euclidean, &data[..dim], &data[n * dim..][..dim]);
    let mut sorted: Vec<f64> = (3..classes.len()).map(far).collect();
    sorted.sort_by(f64::total_cmp);
    // Two negatives are nearer than the one, one is farther than the other.
    let [cutoff, farthest] = [1, 5].map(|k| (sorted[k] + sorted[k + 1]) / 2.0);
    let weight = |n: usize| {
        let counted = far(n).max(cutoff);
        let density = counted.powi(3) * (1.0 - counted * counted / 4.0);
        if far(n) < farthest {
            1.0 / density
        } else {
            0.0
        }
    };
    let total: f64 = (3..classes.len()).map(weight).sum();
    let loss = MarginLoss {
        beta: Finite::new("beta", 3.0).unwrap(),
        cutoff: Positive::new("cutoff", cutoff).unwrap(),
        nonzero_cutoff: Positive::new("cutoff", farthest).unwrap(),
        ..MarginLoss::default()
    };
    let objective = Objective::new(Distance::Euclidean, loss, Reduce::Sum).unwrap();
    let seeds = 20_000;
    let mut drawn = vec![0.0; classes.len()];
    for seed in 0..seeds {
        let batch = Batch::shard(rows, &classes, 0..1).unwrap().keyed(seed, 7);
        let outcome = objective.evaluate(&batch).unwrap();
        assert_eq!(outcome.terms.positive.terms, 4);
        for (drawn, pull) in drawn.iter_mut().zip(outcome.candidates.chunks(dim)) {
            // The gradient of a distance has length 1.
            *drawn += dot(pull, pull).sqrt();
        }
    }
    for (n, drawn) in drawn.iter().enumerate().skip(3) {
        let (share, wanted) = (drawn / (2 * seeds) as f64, weight(n) / total);
        let error = (wanted * (1.0 - wanted) / (2 * seeds) as f64).sqrt();
        assert!(
            (share - wanted).abs() <= 4.0 * error,
            "{n}: {share}, {wanted}"
        );
    }
}

/// Weights go into the hundreds of logarithms, rows that are not of length 1 beyond the sphere.
#[test]
fn drawing_does_not_overflow() {
    let dim = 600;
    let data = numbers(6 * dim, 71);
    for length in [0.01, 0.05, 1.0] {
        let data: Vec<f64> = data.iter().map(|x| x * length).collect();
        let batch = within(&data, dim, &[0, 0, 1, 1, 2, 2]);
        let loss = MarginLoss {
            nonzero_cutoff: Positive::new("cutoff", 1e30).unwrap(),
            ..MarginLoss::default()
        };
        let objective = Objective::new(Distance::Euclidean, loss, Reduce::MeanActive).unwrap();
        let outcome = objective.evaluate(&batch).unwrap();
        assert_eq!(
            (outcome.terms.terms(), outcome.value.is_finite()),
            (12, true)
        );
    }
    let batch = within(&data, dim, &[0, 0, 1, 1, 2, 2]);
    let objective = Objective::new(
        Distance::Euclidean,
        MarginLoss::default(),
        Reduce::MeanActive,
    );
    let outcome = objective.unwrap().evaluate(&batch).unwrap();
    assert_eq!((outcome.terms.terms(), outcome.value), (0, 0.0));
}
