//! What a batch looks like, against loops.
#![allow(clippy::unwrap_used, reason = "tests")]

mod batches;

use batches::{labels, numbers, numbers_f32, within};
use tercet_kernels::{
    Batch, Distance, Geometry, Graded, Margin, Mark, Masked, Paths, Relation, Rows, Sets, Tuples,
};

const DIM: usize = 6;

#[test]
fn counts_and_spreads_equal_loops() {
    let n = 150;
    let (data, labels) = (numbers_f32(n * DIM, 1), labels(n, 12, 1));
    let row = |i: usize| &data[i * DIM..(i + 1) * DIM];
    let distance = |i, j| Distance::SquaredEuclidean.between(row(i), row(j));
    let (mut hard, mut semi, mut easy, mut positives) = (0, 0, 0, vec![]);
    for a in 0..n {
        for p in (0..n).filter(|&p| p != a && labels[p] == labels[a]) {
            positives.push(f64::from(distance(a, p)));
            for n in (0..n).filter(|&n| labels[n] != labels[a]) {
                let (near, far) = (distance(a, p), distance(a, n));
                match far {
                    far if far <= near => hard += 1,
                    far if far < near + 0.3 => semi += 1,
                    _ => easy += 1,
                }
            }
        }
    }
    let batch = within(&data, DIM, &labels);
    let given = Geometry::of(
        &batch,
        Distance::SquaredEuclidean,
        Margin::hard(0.3).unwrap(),
    );
    // Distances by tiles may differ in the last bit, so a few triplets may fall on the other side.
    let near = |given: u64, wanted: i64| (given as i64 - wanted).abs() < 5;
    assert!(near(given.hard, hard) && near(given.semi_hard, semi) && near(given.easy, easy));
    assert_eq!(given.valid as i64, hard + semi + easy);
    assert_eq!(given.positive.count, positives.len() as u64);
    let mean = positives.iter().sum::<f64>() / positives.len() as f64;
    assert!((given.positive.mean - mean).abs() < 1e-6);
    positives.sort_by(f64::total_cmp);
    let middle = (
        positives[(positives.len() - 1) / 2],
        positives[positives.len() / 2],
    );
    assert!((given.positive.q50 - (middle.0 + middle.1) / 2.0).abs() < 1e-5);
    assert!(given.positive.q05 < given.positive.q50 && given.positive.q50 < given.positive.q95);

    let pairs = (0..n).flat_map(|i| (0..n).map(move |j| (i, j)));
    let sum: f64 = pairs.map(|(i, j)| f64::from(distance(i, j))).sum();
    assert!((given.mean_squared_distance - sum / (n * (n - 1)) as f64).abs() < 1e-5);
}

#[test]
fn soft_margin_has_nothing_easy() {
    let (data, labels) = (numbers_f32(60 * DIM, 2), labels(60, 9, 2));
    let batch = within(&data, DIM, &labels);
    let soft = Geometry::of(&batch, Distance::Euclidean, Margin::Soft);
    let hard = Geometry::of(&batch, Distance::Euclidean, Margin::hard(0.1).unwrap());
    assert_eq!(
        (soft.valid, soft.hard, soft.easy),
        (hard.valid, hard.hard, 0)
    );
    assert!(hard.easy > 0 && soft.semi_hard == hard.semi_hard + hard.easy);
    let none = Geometry::of(&batch, Distance::Euclidean, Margin::hard(0.0).unwrap());
    assert_eq!(none.semi_hard, 0);
}

#[test]
fn effective_rank_counts_directions() {
    let rank = |data: &[f32]| {
        let labels = vec![0; data.len() / 3];
        let batch = within(data, 3, &labels);
        Geometry::of(&batch, Distance::default(), Margin::default()).effective_rank
    };
    assert!((rank(&[1.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 3.0]) - 3.0).abs() < 1e-5);
    assert!((rank(&[1.0, 2.0, 3.0, 2.0, 4.0, 6.0, -1.0, -2.0, -3.0]) - 1.0).abs() < 1e-5);
    assert!((rank(&[1.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0]) - 2.0).abs() < 1e-5);
    assert_eq!(rank(&[0.0; 6]), 0.0);
}

#[test]
fn collapsed_and_empty_batches_are_seen_as_such() {
    let data = numbers_f32(DIM, 3).repeat(20);
    let labels: Vec<i64> = (0..20).map(|i| i % 4).collect();
    let batch = within(&data, DIM, &labels);
    let given = Geometry::of(&batch, Distance::default(), Margin::default());
    assert!((given.effective_rank - 1.0).abs() < 1e-5);
    assert!(given.mean_squared_distance < 1e-12);
    assert_eq!((given.hard, given.valid), (20 * 4 * 15, 20 * 4 * 15));
    let given = Geometry::of(
        &within::<f32>(&[], DIM, &[]),
        Distance::default(),
        Margin::default(),
    );
    assert_eq!(given, Geometry::default());
    let rows = Rows::new(&data, DIM).unwrap();
    let nobody = Batch::between(rows, &labels, Rows::new(&[], DIM).unwrap(), &[]).unwrap();
    let given = Geometry::of(&nobody, Distance::Cosine, Margin::default());
    let mut wanted = Geometry::default();
    (wanted.without_positive, wanted.without_negative) = (20, 20);
    assert_eq!(given, wanted);
}

#[test]
fn anchors_without_a_positive_or_a_negative_are_counted() {
    let data = numbers_f32(5 * DIM, 5);
    let without = |labels: &[i64]| {
        let batch = within(&data, DIM, labels);
        let given = Geometry::of(&batch, Distance::default(), Margin::default());
        (given.without_positive, given.without_negative)
    };
    assert_eq!(without(&[1, 2, 1, 3, 1]), (2, 0));
    assert_eq!(without(&[1, 1, 1, 1, 1]), (0, 5));
    assert_eq!(without(&[1, 2, 3, 4, 5]), (5, 0));
}

/// Rows that are all almost the same: a spread of 1e-9 about 1 is nothing in f32, and all there is in f64.
#[test]
fn rows_of_f64_are_looked_at_in_f64() {
    let near: Vec<f64> = numbers(30 * DIM, 6)
        .iter()
        .map(|x| 1.0 + 1e-9 * x)
        .collect();
    let labels = labels(30, 4, 6);
    let rows = Rows::new(&near, DIM).unwrap();
    let batch = Batch::within(rows, &labels).unwrap();
    let given = Geometry::of(&batch, Distance::Euclidean, Margin::default());
    let pairs = (0..30).flat_map(|i| (0..30).filter(move |&j| j != i).map(move |j| (i, j)));
    let far = pairs.filter(|&(i, j)| labels[i] != labels[j]);
    let far: Vec<f64> = far
        .map(|(i, j)| Distance::Euclidean.between(rows.row(i), rows.row(j)))
        .collect();
    let mean = far.iter().sum::<f64>() / far.len() as f64;
    assert!(mean > 1e-10 && (given.negative.mean - mean).abs() < 1e-12 * mean + 1e-16);
    assert!(given.hard < given.valid, "not all are at distance 0");
}

#[test]
fn quantiles_of_a_sample_are_near() {
    // 639,200 pairs: more than are kept.
    let n = 800;
    let data = numbers_f32(n, 4);
    let labels: Vec<i64> = (0..n as i64).collect();
    let given = Geometry::of(
        &within(&data, 1, &labels),
        Distance::Euclidean,
        Margin::default(),
    );
    assert_eq!(given.negative.count, (n * (n - 1)) as u64);
    let pairs = (0..n).flat_map(|i| (0..i).map(move |j| (i, j)));
    let mut all: Vec<f32> = pairs.map(|(i, j)| (data[i] - data[j]).abs()).collect();
    all.sort_by(f32::total_cmp);
    let spread = given.negative;
    for (given, q) in [(spread.q05, 0.05), (spread.q50, 0.5), (spread.q95, 0.95)] {
        let exact = f64::from(all[(q * all.len() as f64) as usize]);
        assert!((given - exact).abs() < 0.01, "{q}: {given}, {exact}");
    }
    let mean = all.iter().map(|&x| f64::from(x)).sum::<f64>() / all.len() as f64;
    assert!((spread.mean - mean).abs() < 1e-5);
    let again = Geometry::of(
        &within(&data, 1, &labels),
        Distance::Euclidean,
        Margin::default(),
    );
    assert_eq!(given, again);
}

/// Of every relation, the positives and negatives that its rows truly are.
#[test]
fn relations_tell_true_positives() {
    let data = numbers(8, 9);
    let rows = Rows::new(&data, 1).unwrap();
    let of = |relation: &Relation| {
        let margin = Margin::hard(0.1).unwrap();
        let geometry = relation
            .geometry(rows, Distance::Euclidean, margin)
            .unwrap();
        (geometry.positive.count, geometry.negative.count)
    };
    // Anchors 0 1, positives 2 3, negatives 4 5 and 6 7: two pairs, in both orders.
    let tuples = Tuples::new(2, &[1, 2, 3, 4, 5, 6, 7, 8]).unwrap();
    assert_eq!(of(&Relation::Tuples(tuples)), (4, 52));
    // From one half on.
    let scored = Relation::Scored(vec![0.49, 0.5, 0.0, 1.0]);
    assert_eq!(of(&scored), (4, 52));
    assert_eq!(*scored.classes(), [0, 1, 2, 3, 4, 1, 5, 3]);
    assert_eq!(
        of(&Relation::Classes(vec![0, 0, 0, 1, 1, 2, 3, 4])),
        (8, 48)
    );
    // Sets that intersect, but are not equal: 0-1 and 1-2, not 0-2.
    let sets: Sets = [
        [1, 1],
        [1, 2],
        [2, 2],
        [3, 3],
        [4, 4],
        [5, 5],
        [6, 6],
        [7, 7],
    ]
    .into_iter()
    .collect();
    assert_eq!(of(&Relation::Sets(sets.clone())), (4, 52));
    assert_eq!(*Relation::Sets(sets).classes(), [0, 1, 2, 3, 4, 5, 6, 7]);
    let paths = Paths::new([
        [1, 2],
        [1, 2],
        [1, 3],
        [2, 2],
        [1, 2],
        [4, 4],
        [5, 5],
        [6, 6],
    ])
    .unwrap();
    assert_eq!(of(&Relation::Paths(paths)), (6, 50));
    // One direction alone makes a positive of one set.
    let mut grades = vec![0.2; 64];
    grades[1] = 1.0;
    let within = Graded::within(8, grades).unwrap();
    assert_eq!(of(&Relation::Graded(within)), (1, 55));
    // Of two sets all rows are looked at, by class.
    let mirrored = Graded::mirrored(
        4,
        (0..16)
            .map(|x| if x % 5 == 0 { 1.0 } else { 0.9 })
            .collect(),
    )
    .unwrap();
    let relation = Relation::Graded(mirrored.clone());
    assert_eq!(
        (of(&relation), &*relation.classes()),
        ((8, 48), &[0, 1, 2, 3, 0, 1, 2, 3][..])
    );
    let classes = vec![0, 0, 1, 2, 0, 0, 1, 2];
    assert_eq!(
        of(&Relation::Graded(mirrored.of_classes(classes).unwrap())),
        (16, 40)
    );
    // What is neither takes no part: of two sets, all that is within one.
    let masked = Masked::between((3, 5), |i, j| match (i, j) {
        (0, _) => Mark::Neither,
        (i, j) if i == j => Mark::Positive,
        _ => Mark::Negative,
    });
    let relation = Relation::Masked(masked);
    assert_eq!(of(&relation), (4, 16));
    assert_eq!(*relation.classes(), [0, 1, 2, 3, 1, 2, 4, 5]);
    let none = Relation::Classes(vec![]);
    assert!(none.is_empty() && !relation.is_empty());
    assert_eq!(
        (none.kind(), relation.kind()),
        ("class ids", "marked pairs")
    );
    assert!(
        none.geometry(rows, Distance::Euclidean, Margin::Soft)
            .is_err()
    );
}
