//! Losses with soft maxima over pairs, written as plain loops over explicit pairs, apart from the crate's code.
#![allow(clippy::unwrap_used, reason = "tests")]

mod batches;

use batches::{labels, numbers};
use std::ops::Range;
use tercet_kernels::{
    Batch, Circle, Distance, Error, Finite, GeneralizedLifted, Lifted, Loss, MarginLoss,
    MarginPairs, MultiSimilarity, NonNegative, Objective, Pairs, Positive, Reduce, RowLoss, Rows,
};

const DIM: usize = 4;

/// A batch as a table: who is related to whom, and how far.
struct Table {
    anchors: Vec<f64>,
    candidates: Vec<f64>,
    classes: (Vec<i64>, Vec<i64>),
    /// Within one set: which candidates are anchors.
    own: Option<Range<usize>>,
}

impl Table {
    fn within(classes: &[i64], seed: u64, own: Range<usize>) -> Self {
        let candidates = numbers(classes.len() * DIM, seed);
        let anchors = candidates[own.start * DIM..own.end * DIM].to_vec();
        Self {
            anchors,
            candidates,
            classes: (classes[own.clone()].to_vec(), classes.to_vec()),
            own: Some(own),
        }
    }

    fn between(anchors: &[i64], candidates: &[i64], seed: u64) -> Self {
        Self {
            anchors: numbers(anchors.len() * DIM, seed),
            candidates: numbers(candidates.len() * DIM, seed + 1),
            classes: (anchors.to_vec(), candidates.to_vec()),
            own: None,
        }
    }

    fn batch(&self) -> Batch<'_, f64> {
        let candidates = Rows::new(&self.candidates, DIM).unwrap();
        let (ours, theirs) = &self.classes;
        match &self.own {
            Some(own) => Batch::shard(candidates, theirs, own.clone()).unwrap(),
            None => {
                let anchors = Rows::new(&self.anchors, DIM).unwrap();
                Batch::between(anchors, ours, candidates, theirs).unwrap()
            }
        }
    }

    fn n(&self) -> usize {
        self.classes.0.len()
    }

    fn of(&self, anchor: usize, positive: bool) -> Vec<usize> {
        let itself = self.own.as_ref().map(|own| own.start + anchor);
        let each = 0..self.classes.1.len();
        each.filter(|&j| Some(j) != itself)
            .filter(|&j| (self.classes.0[anchor] == self.classes.1[j]) == positive)
            .collect()
    }

    fn positives(&self, anchor: usize) -> Vec<usize> {
        self.of(anchor, true)
    }

    fn negatives(&self, anchor: usize) -> Vec<usize> {
        self.of(anchor, false)
    }

    fn far(&self, distance: Distance, anchor: usize, candidate: usize) -> f64 {
        let a = &self.anchors[anchor * DIM..][..DIM];
        let b = &self.candidates[candidate * DIM..][..DIM];
        measure(distance, a, b)
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn measure(distance: Distance, a: &[f64], b: &[f64]) -> f64 {
    let squared: f64 = a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum();
    match distance {
        Distance::SquaredEuclidean => squared,
        Distance::Euclidean => squared.sqrt(),
        Distance::Cosine => 1.0 - dot(a, b) / (dot(a, a) * dot(b, b)).sqrt(),
        Distance::NegativeDot => -dot(a, b),
        _ => panic!("a distance without its loops"),
    }
}

/// One set with single rows among them, shards of it, one class, no class twice.
fn sets() -> Vec<Table> {
    let mut mixed = labels(23, 6, 5);
    mixed.extend([77, 78]);
    mixed.rotate_left(9);
    vec![
        Table::within(&mixed, 31, 0..25),
        Table::within(&mixed, 32, 3..16),
        Table::within(&mixed, 33, 24..25),
        Table::within(&[4, 4, 4, 4], 34, 0..4),
        Table::within(&[4, 2, 3, 1], 35, 0..4),
        Table::within(&[4], 36, 0..1),
    ]
}

/// Two sets too: anchors without a positive, without a negative, matched pairs, nobody.
fn tables() -> Vec<Table> {
    let mut all = sets();
    all.push(Table::between(&[1, 2, 3, 1, 9], &[3, 1, 1, 2, 3, 3], 41));
    all.push(Table::between(&[1, 1, 2], &[1, 1], 43));
    all.push(Table::between(&[0, 1, 2, 3], &[0, 1, 2, 3, -1, -1], 45));
    all.push(Table::between(&[1, 2], &[], 47));
    all
}

/// What the loops give.
#[derive(Debug, Default)]
struct Wanted {
    sum: f64,
    terms: u64,
    active: u64,
    anchors: u64,
    parameter: f64,
}

impl Wanted {
    fn add(&mut self, cost: f64) {
        self.sum += cost;
        self.terms += 1;
        self.active += u64::from(cost > 0.0);
    }
}

#[track_caller]
fn same<L: RowLoss + Copy>(table: &Table, (distance, loss): (Distance, L), wanted: &Wanted) {
    let objective = Objective::new(distance, loss, Reduce::Sum).unwrap();
    for outcome in [
        objective.evaluate(&table.batch()).unwrap(),
        objective.evaluate_plain(&table.batch()).unwrap(),
    ] {
        let count = outcome.terms.positive;
        let error = (outcome.value - wanted.sum).abs() / wanted.sum.abs().max(1.0);
        assert!(error < 1e-11, "{}: {wanted:?}", outcome.value);
        let counts = (count.terms, count.active, count.anchors);
        assert_eq!(counts, (wanted.terms, wanted.active, wanted.anchors));
        assert!((outcome.parameter - wanted.parameter).abs() < 1e-11);
        assert!(outcome.gradient().iter().all(|x| x.is_finite()));
    }
}

fn margin(number: f64) -> NonNegative {
    NonNegative::new("margin", number).unwrap()
}

#[test]
fn lifted() {
    for table in sets() {
        for &distance in Distance::ALL {
            for m in [1.0, 0.3] {
                let loss = Lifted { margin: margin(m) };
                same(&table, (distance, loss), &lifted_loops(&table, distance, m));
            }
        }
    }
}

fn lifted_loops(table: &Table, distance: Distance, m: f64) -> Wanted {
    // The whole set, for a positive's negatives are looked at too.
    let classes = &table.classes.1;
    let row = |i: usize| &table.candidates[i * DIM..][..DIM];
    let far = |i, j| measure(distance, row(i), row(j));
    let mut wanted = Wanted::default();
    for i in table.own.clone().unwrap() {
        let before = wanted.terms;
        for j in (0..classes.len()).filter(|&j| j != i && classes[i] == classes[j]) {
            let mut sum = 0.0;
            for end in [i, j] {
                for k in (0..classes.len()).filter(|&k| classes[k] != classes[end]) {
                    sum += (m - far(end, k)).exp();
                }
            }
            if sum > 0.0 {
                let cost = f64::max(sum.ln() + far(i, j), 0.0);
                wanted.add(cost * cost / 2.0);
            }
        }
        wanted.anchors += u64::from(wanted.terms > before);
    }
    wanted
}

#[test]
fn generalized_lifted() {
    for table in tables() {
        for &distance in Distance::ALL {
            for m in [1.0, 0.1] {
                let mut wanted = Wanted::default();
                for a in 0..table.n() {
                    let (positives, negatives) = (table.positives(a), table.negatives(a));
                    if positives.is_empty() || negatives.is_empty() {
                        continue;
                    }
                    let far = |&j: &usize| table.far(distance, a, j);
                    let pull: f64 = positives.iter().map(|p| far(p).exp()).sum();
                    let push: f64 = negatives.iter().map(|n| (m - far(n)).exp()).sum();
                    wanted.add(f64::max(pull.ln() + push.ln(), 0.0));
                    wanted.anchors += 1;
                }
                let loss = GeneralizedLifted { margin: margin(m) };
                same(&table, (distance, loss), &wanted);
            }
        }
    }
}

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
            let given = at(1.0).parameter;
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
        let batch = batches::within(&data, dim, &[0, 0, 1, 1, 2, 2]);
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
    let batch = batches::within(&data, dim, &[0, 0, 1, 1, 2, 2]);
    let objective = Objective::new(
        Distance::Euclidean,
        MarginLoss::default(),
        Reduce::MeanActive,
    );
    let outcome = objective.unwrap().evaluate(&batch).unwrap();
    assert_eq!((outcome.terms.terms(), outcome.value), (0, 0.0));
}

#[test]
fn scales_of_a_thousand_stay_finite() {
    let scale = Positive::new("scale", 1000.0).unwrap();
    let similar = MultiSimilarity {
        alpha: scale,
        beta: scale,
        ..MultiSimilarity::default()
    };
    let losses = [
        Loss::from(similar),
        Circle {
            gamma: scale,
            ..Circle::default()
        }
        .into(),
    ];
    let data = batches::numbers_f32(6 * DIM, 81);
    let equal = data[..DIM].repeat(6);
    for data in [data, equal] {
        for loss in &losses {
            let batch = batches::within(&data, DIM, &[0, 0, 1, 1, 2, 2]);
            let objective = Objective::new(Distance::Cosine, loss.clone(), Reduce::Mean).unwrap();
            let outcome = objective.evaluate(&batch).unwrap();
            assert!(outcome.value.is_finite() && outcome.value > 0.0);
            assert!(outcome.gradient().iter().all(|x| x.is_finite()));
        }
    }
}

#[test]
fn distances_without_a_meaning_are_refused() {
    let error = Objective::new(
        Distance::Euclidean,
        MultiSimilarity::default(),
        Reduce::Mean,
    );
    assert_eq!(
        error.unwrap_err().to_string(),
        "distance: wanted cosine or negative-dot for this loss, given euclidean"
    );
    let error = Objective::new(Distance::NegativeDot, Circle::default(), Reduce::Mean);
    assert!(matches!(error.unwrap_err(), Error::Distance { .. }));
    let error = Objective::new(Distance::Cosine, MarginLoss::default(), Reduce::Mean);
    assert!(matches!(error.unwrap_err(), Error::Distance { .. }));
    let loss = MarginLoss {
        select: MarginPairs::All,
        ..MarginLoss::default()
    };
    let error = Objective::new(Distance::NegativeDot, loss, Reduce::Mean);
    assert!(matches!(error.unwrap_err(), Error::NegativeDistance { .. }));
}

#[test]
fn written_and_read_again() {
    let read = |text: &str| serde_json::from_str::<Loss>(text);
    let loss = read(r#"{"kind": "margin", "select": "all", "beta": 1.1}"#).unwrap();
    let Loss::MarginLoss(margin) = &loss else {
        panic!("{loss:?}")
    };
    assert_eq!((margin.select, margin.beta.get()), (MarginPairs::All, 1.1));
    assert_eq!(read(&serde_json::to_string(&loss).unwrap()).unwrap(), loss);
    let error = read(r#"{"kind": "margin", "select": "some"}"#).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("one of all, triplets, distance-weighted")
    );
    assert!(read(r#"{"kind": "circle", "gamma": 0}"#).is_err());
    assert!(read(r#"{"kind": "lifted", "marge": 1}"#).is_err());
}

#[test]
fn lifted_refuses_what_is_not_mutual() {
    let objective = Objective::new(Distance::Euclidean, Lifted::default(), Reduce::Mean).unwrap();
    let table = Table::between(&[1, 2], &[1, 2], 3);
    let error = objective.evaluate(&table.batch()).unwrap_err();
    assert!(matches!(error, Error::Within { given: "two sets" }));
    let pairs = Pairs::new((3, 3), [(0, 1)]).unwrap();
    let data = numbers(3 * DIM, 1);
    let batch = Batch::within(Rows::new(&data, DIM).unwrap(), &pairs).unwrap();
    let error = objective.evaluate_plain(&batch).unwrap_err();
    assert_eq!(
        error.to_string(),
        "batch: wanted one set of rows with labels per item for this loss, given labels per pair"
    );
}

/// Rows far apart, equal rows, and rows of zeros.
#[test]
fn extreme_rows_stay_finite() {
    let classes = [0, 0, 1, 1, 2, 2];
    for size in [0.0f32, 1e-20, 1.0, 1e4, 1e12] {
        let data = batches::numbers_f32(6 * DIM, 9);
        let mut data: Vec<f32> = data.iter().map(|x| x * size).collect();
        data.copy_within(0..DIM, 2 * DIM);
        let batch = batches::within(&data, DIM, &classes);
        for objective in batches::objectives(Reduce::Mean) {
            let outcome = objective.evaluate(&batch).unwrap();
            let what = format!("{objective:?} at {size}");
            assert!(outcome.value.is_finite(), "{what}: {}", outcome.value);
            assert!(outcome.gradient().iter().all(|x| x.is_finite()), "{what}");
            assert!(outcome.parameter.is_finite(), "{what}");
        }
    }
}
