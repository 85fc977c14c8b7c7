//! The definitions as loops in f64 over explicit triplets, written apart from the crate's own loops.
#![allow(clippy::unwrap_used, reason = "tests")]

mod batches;

use batches::{labels, numbers, swapped, triplets};
use tercet_kernels::{
    Batch, Contrastive, Count, Distance, Margin, Negative, Objective, Pick, Reduce, Rows, Select,
    SemiHard, Terms, Triplet,
};
use xxhash_rust::xxh3::xxh3_64;

const DIM: usize = 3;

/// One anchor with everything a definition needs.
struct Anchor {
    /// Its place among all rows.
    place: usize,
    /// Distances to positives, with their indices.
    positives: Vec<(f64, usize)>,
    negatives: Vec<(f64, usize)>,
}

/// A batch, written out.
struct Given {
    anchors: Vec<f64>,
    anchor_labels: Vec<i64>,
    candidates: Vec<f64>,
    candidate_labels: Vec<i64>,
    own: Option<usize>,
}

fn distance(kind: Distance, a: &[f64], b: &[f64]) -> f64 {
    let dot = |a: &[f64], b: &[f64]| (0..DIM).map(|k| a[k] * b[k]).sum::<f64>();
    match kind {
        Distance::SquaredEuclidean => (0..DIM).map(|k| (a[k] - b[k]).powi(2)).sum(),
        Distance::Euclidean => distance(Distance::SquaredEuclidean, a, b).sqrt(),
        Distance::Cosine => 1.0 - dot(a, b) / (dot(a, a) * dot(b, b)).sqrt(),
        Distance::NegativeDot => -dot(a, b),
        other => panic!("no definition of {other}"),
    }
}

impl Given {
    fn batch(&self) -> Batch<'_, f64> {
        let candidates = Rows::new(&self.candidates, DIM).unwrap();
        let batch = match self.own {
            Some(own) => {
                let end = own + self.anchor_labels.len();
                Batch::shard(candidates, &self.candidate_labels, own..end)
            }
            None => {
                let anchors = Rows::new(&self.anchors, DIM).unwrap();
                let labels = &self.candidate_labels;
                Batch::between(anchors, &self.anchor_labels, candidates, labels)
            }
        };
        batch.unwrap().keyed(7, 11)
    }

    fn anchor(&self, kind: Distance, index: usize) -> Anchor {
        let row = &self.anchors[index * DIM..][..DIM];
        let place = self.own.unwrap_or(0) + index;
        let (mut positives, mut negatives) = (vec![], vec![]);
        for (other, candidate) in self.candidates.chunks(DIM).enumerate() {
            let pair = (distance(kind, row, candidate), other);
            if self.candidate_labels[other] != self.anchor_labels[index] {
                negatives.push(pair);
            } else if self.own.is_none() || other != place {
                positives.push(pair);
            }
        }
        Anchor {
            place,
            positives,
            negatives,
        }
    }
}

fn least(pairs: &[(f64, usize)]) -> Vec<(f64, usize)> {
    let least = pairs.iter().copied().min_by(|x, y| x.0.total_cmp(&y.0));
    least.into_iter().collect()
}

fn most(pairs: &[(f64, usize)]) -> Vec<(f64, usize)> {
    let most = pairs.iter().copied().max_by(|x, y| x.0.total_cmp(&y.0));
    most.into_iter().collect()
}

/// The drawn one of some negatives; the key is the batch's (7, 11).
fn drawn(pairs: &[(f64, usize)], anchor: &Anchor, positive: usize) -> Vec<(f64, usize)> {
    let key = [7, 11, anchor.place as u64, positive as u64];
    let bytes: Vec<u8> = key.iter().flat_map(|word| word.to_le_bytes()).collect();
    let place = (u128::from(xxh3_64(&bytes)) * pairs.len() as u128) >> 64;
    pairs.get(place as usize).copied().into_iter().collect()
}

/// Negatives by how many ends of windows lie above them, most first: `ends(d_q, d_n)` of the window of `q`.
fn by_ends(
    mut negatives: Vec<(f64, usize)>,
    anchor: &Anchor,
    ends: impl Fn(f64, f64) -> u8,
) -> Vec<(f64, usize)> {
    let above = |n: f64| -> u32 {
        let each = anchor.positives.iter();
        each.map(|q| u32::from(ends(q.0, n))).sum()
    };
    negatives.sort_by_key(|n| (std::cmp::Reverse(above(n.0)), n.1));
    negatives
}

/// The negatives that go with one positive.
fn chosen(select: Select, margin: Margin, a: &Anchor, p: (f64, usize)) -> Vec<(f64, usize)> {
    let wide = match margin {
        Margin::Hard(margin) => margin.get(),
        Margin::Soft => f64::INFINITY,
    };
    let limit = p.0 + wide;
    let keep = |test: &dyn Fn(f64) -> bool| -> Vec<(f64, usize)> {
        let all = a.negatives.iter().copied();
        all.filter(|negative| test(negative.0)).collect()
    };
    let above = keep(&|d| d > p.0);
    let window = keep(&|d| d > p.0 && d < limit);
    match select {
        Select::All => a.negatives.clone(),
        Select::Hardest if most(&a.positives) == [p] => least(&a.negatives),
        Select::EasyPositive(_) if least(&a.positives) != [p] => vec![],
        Select::EasyPositive(Negative::Hardest) => least(&a.negatives),
        Select::EasyPositive(Negative::SemiHard) => least(&above),
        Select::Random => drawn(&a.negatives, a, p.1),
        Select::SemiHard(SemiHard::Facenet(Pick::Hardest)) => least(&window),
        Select::SemiHard(SemiHard::Facenet(Pick::Random)) => {
            let ends = |q: f64, n: f64| u8::from(n < q + wide) + u8::from(n <= q);
            drawn(&by_ends(window, a, ends), a, p.1)
        }
        Select::SemiHard(SemiHard::Facenet(Pick::All)) => window,
        Select::SemiHard(SemiHard::NearestAbove) if above.is_empty() => most(&a.negatives),
        Select::SemiHard(SemiHard::NearestAbove) => least(&above),
        Select::SemiHard(SemiHard::Sandberg) => {
            let ends = |q: f64, n: f64| u8::from(n < q + wide);
            drawn(&by_ends(keep(&|d| d < limit), a, ends), a, p.1)
        }
        _ => vec![],
    }
}

fn cost(margin: Margin, gap: f64) -> f64 {
    match margin {
        Margin::Hard(margin) => (gap + margin.get()).max(0.0),
        Margin::Soft => (1.0 + gap.exp()).ln(),
    }
}

fn count(given: &Given, kind: Distance, loss: &Triplet) -> Count {
    let mut count = Count::default();
    for index in 0..given.anchor_labels.len() {
        let anchor = given.anchor(kind, index);
        let before = count.terms;
        for &p in &anchor.positives {
            count.pairs += u64::from(!anchor.negatives.is_empty());
            for n in chosen(loss.select(), loss.margin(), &anchor, p) {
                let mut far = n.0;
                if loss.is_swapped() {
                    let row = |index: usize| &given.candidates[index * DIM..][..DIM];
                    far = far.min(distance(kind, row(p.1), row(n.1)));
                }
                let cost = cost(loss.margin(), p.0 - far);
                count.sum += cost;
                count.terms += 1;
                count.active += u64::from(cost > 0.0);
            }
        }
        count.anchors += u64::from(count.terms > before);
    }
    count
}

fn reduced(reduce: Reduce, count: &Count) -> f64 {
    let denominator = match reduce {
        Reduce::Sum => 1,
        Reduce::Mean => count.terms,
        Reduce::MeanActive => count.active,
        Reduce::MeanAnchors => count.anchors,
        Reduce::MeanPositivePairs => count.pairs,
        other => panic!("no definition of {other}"),
    };
    if denominator == 0 {
        return 0.0;
    }
    count.sum / denominator as f64
}

fn close(given: f64, wanted: f64) -> bool {
    (given - wanted).abs() <= 1e-11 * (1.0 + wanted.abs())
}

fn same(given: &Count, wanted: &Count) {
    let counts = |c: &Count| (c.terms, c.active, c.anchors, c.pairs);
    assert_eq!(counts(given), counts(wanted));
    assert!(close(given.sum, wanted.sum), "{given:?} {wanted:?}");
}

fn batches() -> Vec<Given> {
    let within = |n: usize, classes, seed| Given {
        anchors: numbers(n * DIM, seed),
        anchor_labels: labels(n, classes, seed),
        candidates: numbers(n * DIM, seed),
        candidate_labels: labels(n, classes, seed),
        own: Some(0),
    };
    let shard = |from: usize, to: usize| {
        let mut given = within(30, 5, 3);
        given.anchors = given.anchors[from * DIM..to * DIM].to_vec();
        given.anchor_labels = given.anchor_labels[from..to].to_vec();
        given.own = Some(from);
        given
    };
    let between = Given {
        anchors: numbers(9 * DIM, 4),
        anchor_labels: labels(9, 6, 4),
        candidates: numbers(31 * DIM, 5),
        candidate_labels: labels(31, 4, 5),
        own: None,
    };
    vec![
        within(24, 4, 1),
        within(80, 9, 2),
        shard(0, 7),
        shard(13, 30),
        between,
    ]
}

#[test]
fn triplets_of_every_kind() {
    for given in batches() {
        let batch = given.batch();
        for objective in triplets().chain(swapped()) {
            let wanted = count(&given, objective.distance(), objective.loss());
            let fast = objective.evaluate(&batch).unwrap();
            let plain = objective.evaluate_plain(&batch).unwrap();
            for outcome in [&fast, &plain] {
                same(&outcome.terms.positive, &wanted);
                assert_eq!(outcome.terms.negative, Count::default());
                let value = reduced(objective.reduce(), &wanted);
                assert!(close(outcome.value, value), "{objective:?}");
            }
            let gradients = [
                (&fast.anchors, &plain.anchors),
                (&fast.candidates, &plain.candidates),
            ];
            for (fast, plain) in gradients {
                assert!(batches::apart(fast, plain) < 1e-9, "{objective:?}");
            }
        }
    }
}

/// Positive and negative part of a contrastive loss; `cost` gets (is positive, distance).
fn pairs(given: &Given, kind: Distance, cost: impl Fn(bool, f64) -> f64) -> (Terms, Count) {
    let (mut terms, mut joint) = (Terms::default(), Count::default());
    for index in 0..given.anchor_labels.len() {
        let anchor = given.anchor(kind, index);
        let pairs = anchor.positives.len() * usize::from(!anchor.negatives.is_empty());
        let sides = [
            (&mut terms.positive, &anchor.positives, true),
            (&mut terms.negative, &anchor.negatives, false),
        ];
        joint.pairs += pairs as u64;
        joint.anchors += u64::from(anchor.positives.len() + anchor.negatives.len() > 0);
        for (count, side, positive) in sides {
            count.pairs += pairs as u64;
            count.anchors += u64::from(!side.is_empty());
            for pair in side {
                let cost = cost(positive, pair.0);
                for count in [&mut *count, &mut joint] {
                    count.sum += cost;
                    count.terms += 1;
                    count.active += u64::from(cost > 0.0);
                }
            }
        }
    }
    (terms, joint)
}

#[test]
fn pairs_of_both_forms() {
    let kinds = [
        Distance::SquaredEuclidean,
        Distance::Euclidean,
        Distance::Cosine,
    ];
    let squared = |positive: bool, d: f64| {
        if positive {
            0.5 * d * d
        } else {
            0.5 * (0.9 - d).max(0.0).powi(2)
        }
    };
    let linear = |positive: bool, d: f64| {
        if positive {
            (d - 0.2).max(0.0)
        } else {
            (0.8 - d).max(0.0)
        }
    };
    let all = kinds
        .iter()
        .flat_map(|kind| Reduce::ALL.iter().map(move |reduce| (*kind, *reduce)));
    for (kind, reduce) in all {
        for given in batches() {
            let batch = given.batch();
            let loss = Contrastive::squared(0.9).unwrap();
            let outcome = Objective::new(kind, loss, reduce)
                .unwrap()
                .evaluate(&batch)
                .unwrap();
            let wanted = pairs(&given, kind, squared).1;
            same(&outcome.terms.positive, &wanted);
            assert!(close(outcome.value, reduced(reduce, &wanted)));

            let loss = Contrastive::linear(0.2, 0.8).unwrap();
            let outcome = Objective::new(kind, loss, reduce)
                .unwrap()
                .evaluate(&batch)
                .unwrap();
            let wanted = pairs(&given, kind, linear).0;
            same(&outcome.terms.positive, &wanted.positive);
            same(&outcome.terms.negative, &wanted.negative);
            let value = reduced(reduce, &wanted.positive) + reduced(reduce, &wanted.negative);
            assert!(close(outcome.value, value));
        }
    }
}
