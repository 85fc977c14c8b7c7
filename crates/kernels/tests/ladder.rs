//! The ladder loss as loops in f64 over explicit pairs of items, written apart from the crate's own.
#![allow(clippy::unwrap_used, reason = "tests")]

mod batches;

use batches::{apart, evaluate, numbers, numbers_f32};
use tercet_kernels::{
    Batch, Distance, Hinges, Ladder, LadderSampling, LadderVariant, Loss, Objective, Paths, Reduce,
    Relevance, Rows, Vse,
};

const DIM: usize = 4;
const MARGINS: [f64; 3] = [0.2, 0.1, 0.05];
const THRESHOLDS: [f64; 2] = [0.625, 0.25];
const BETAS: [f64; 3] = [1.0, 0.25, 0.125];
const VARIANTS: [LadderVariant; 3] = [
    LadderVariant::Paper,
    LadderVariant::Authors,
    LadderVariant::AuthorsCumulative,
];
const SAMPLINGS: [LadderSampling; 2] = [LadderSampling::HardContrastive, LadderSampling::AllPairs];

fn ladder(sampling: LadderSampling, variant: LadderVariant) -> Ladder {
    let ladder = Ladder::new(&MARGINS, &THRESHOLDS, &BETAS).unwrap();
    ladder.sampled(sampling).variant(variant)
}

/// A batch written out: `similar` and `relevance` are `(n, m)`; `None` where a candidate is no item.
struct Given {
    similar: Vec<Vec<f64>>,
    relevance: Vec<Vec<Option<f64>>>,
    level: f64,
}

/// Value, pairs and pairs that cost something.
fn definition(
    given: &Given,
    ladder: &Ladder,
    all: bool,
    variant: LadderVariant,
) -> (f64, u64, u64) {
    let rungs = ladder.rungs();
    let mut found = (0.0, 0, 0);
    for (s, r) in given.similar.iter().zip(&given.relevance) {
        let items: Vec<(f64, f64)> = (0..s.len()).filter_map(|j| Some((s[j], r[j]?))).collect();
        let score = |keep: &dyn Fn(f64) -> bool| -> Vec<f64> {
            items
                .iter()
                .filter(|item| keep(item.1))
                .map(|item| item.0)
                .collect()
        };
        let positive = score(&|r| r >= given.level);
        let bound = |rung: usize| match rungs.get(rung) {
            Some(rung) => rung.threshold.map_or(f64::INFINITY, f64::from),
            None => f64::NEG_INFINITY,
        };
        let mut margin = 0.0;
        for (l, rung) in rungs.iter().enumerate() {
            let own = rung.margin.get();
            margin += own;
            let paper = variant == LadderVariant::Paper || l == 0;
            let (upper, mut lower) = match (paper, l) {
                (true, 0) => (positive.clone(), score(&|r| r < given.level)),
                (true, _) => (
                    score(&|r| r >= bound(l) && r < bound(l - 1) && r < given.level),
                    score(&|r| r < bound(l) && r < given.level),
                ),
                _ => (score(&|r| r >= bound(l)), score(&|r| r < bound(l))),
            };
            if !paper && lower.len() < s.len() {
                lower.push(0.0);
            }
            let hard = !all || !paper;
            let least = upper.iter().copied().reduce(f64::min);
            let (upper, own) = match (hard, variant) {
                (true, LadderVariant::AuthorsCumulative) if !paper => {
                    (positive.iter().copied().reduce(f64::min), margin)
                }
                (true, LadderVariant::Authors) if !paper => (Some(least.unwrap_or(1.0)), own),
                (true, _) => (least, own),
                _ => (None, own),
            };
            let lower_max = lower.iter().copied().reduce(f64::max);
            let pairs: Vec<(f64, f64)> = match (hard, upper, lower_max) {
                (true, Some(upper), Some(lower)) => vec![(upper, lower)],
                (true, ..) => vec![],
                _ => {
                    let upper = match l {
                        0 => positive.clone(),
                        _ => score(&|r| r >= bound(l) && r < bound(l - 1) && r < given.level),
                    };
                    let each = upper
                        .iter()
                        .flat_map(|&u| lower.iter().map(move |&x| (u, x)));
                    each.collect()
                }
            };
            for (upper, lower) in pairs {
                let cost = (own - upper + lower).max(0.0);
                found.0 += rung.beta.get() * cost;
                found.1 += 1;
                found.2 += u64::from(cost > 0.0);
            }
        }
    }
    found
}

fn cosine(a: &[f64], b: &[f64]) -> f64 {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

fn cosines(anchors: &[f64], candidates: &[f64]) -> Vec<Vec<f64>> {
    let candidates: Vec<&[f64]> = candidates.chunks(DIM).collect();
    let row = |a: &[f64]| candidates.iter().map(|c| cosine(a, c)).collect();
    anchors.chunks(DIM).map(row).collect()
}

/// Relevance in multiples of 1/16, row 3 relevant to nothing, row 5 to everything, row 6 without positive.
fn relevance(n: usize, m: usize, seed: u64) -> Vec<f32> {
    let mut found: Vec<f32> = numbers(n * m, seed)
        .iter()
        .map(|x| ((x + 1.0) * 7.99).floor() as f32 / 16.0)
        .collect();
    for j in 0..m {
        found[3 * m + j] = 1.0 / 16.0;
        found[5 * m + j] = 15.0 / 16.0;
    }
    (0..n.min(m))
        .filter(|&i| i != 6)
        .for_each(|i| found[i * m + i] = 1.0);
    found[8 * m + 2] = 1.0; // a second positive
    found
}

fn everything() -> impl Iterator<Item = (LadderSampling, LadderVariant)> {
    SAMPLINGS.into_iter().flat_map(|s| VARIANTS.map(|v| (s, v)))
}

#[track_caller]
fn same(given: &Given, batch: &Batch<'_, f64>) {
    for (sampling, variant) in everything() {
        let loss = ladder(sampling, variant);
        let all = sampling == LadderSampling::AllPairs;
        let (value, terms, active) = definition(given, &loss, all, variant);
        let objective = Objective::new(Distance::Cosine, loss, Reduce::Sum).unwrap();
        let outcome = evaluate(&objective, batch);
        let plain = objective.evaluate_plain(batch).unwrap();
        let what = format!("{sampling:?}, {variant:?}");
        assert!(
            (outcome.value - value).abs() < 1e-11,
            "{what}: {} not {value}",
            outcome.value
        );
        assert_eq!(
            (outcome.terms.terms(), outcome.terms.active()),
            (terms, active),
            "{what}"
        );
        assert!(value > 0.1 && active > 0);
        assert!((plain.value - value).abs() < 1e-11);
        assert_eq!(plain.terms.active(), active);
        assert!(
            apart(&outcome.gradient(), &plain.gradient()) < 1e-11,
            "{what}"
        );
    }
}

#[test]
fn two_towers_are_the_definition() {
    let (n, m) = (11, 14);
    let (one, two) = (numbers(n * DIM, 5), numbers(m * DIM, 6));
    let graded = relevance(n, m, 7);
    let transposed: Vec<f32> = (0..m * n).map(|k| graded[(k % n) * m + k / n]).collect();
    let written = |graded: &[f32], m: usize| -> Vec<Vec<Option<f64>>> {
        let row = |row: &[f32]| row.iter().map(|&r| Some(f64::from(r))).collect();
        graded.chunks(m).map(row).collect()
    };
    for level in [1.0, 0.875] {
        let matrix = Relevance::matrix((n, m), &graded).unwrap();
        let matrix = matrix.positive_from(level as f32).unwrap();
        let rows = |data| Rows::new(data, DIM).unwrap();
        let batch = Batch::related(rows(&one), rows(&two), matrix).unwrap();
        let (similar, relevance) = (cosines(&one, &two), written(&graded, m));
        let given = Given {
            similar,
            relevance,
            level,
        };
        same(&given, &batch);
        let (similar, relevance) = (cosines(&two, &one), written(&transposed, n));
        let given = Given {
            similar,
            relevance,
            level,
        };
        same(&given, &batch.exchanged());
    }
}

/// Within one set the anchor itself is no item; the grade is the common prefix.
#[test]
fn hierarchies_within_one_set_and_shards_are_the_definition() {
    let n = 18;
    let data = numbers(n * DIM, 8);
    let paths: Vec<Vec<i64>> = (0..n as i64).map(|i| vec![i % 2, i % 3, i / 12]).collect();
    let labels: Paths = Paths::new(paths.clone()).unwrap();
    let rows = Rows::new(&data, DIM).unwrap();
    let grade = |i: usize, j: usize| {
        let common = paths[i].iter().zip(&paths[j]).take_while(|(a, b)| a == b);
        Some(f64::from(common.count() as f32 / 3.0)).filter(|_| i != j)
    };
    let relevance: Vec<Vec<Option<f64>>> = (0..n)
        .map(|i| (0..n).map(|j| grade(i, j)).collect())
        .collect();
    let similar = cosines(&data, &data);
    let range = 4..n;
    let part = Given {
        similar: similar[range.clone()].to_vec(),
        relevance: relevance[range.clone()].to_vec(),
        level: 1.0,
    };
    same(&part, &Batch::shard(rows, &labels, range).unwrap());
    let whole = Given {
        similar,
        relevance,
        level: 1.0,
    };
    same(&whole, &Batch::within(rows, &labels).unwrap());
}

#[test]
fn gradients_are_differences() {
    let (n, m) = (9, 12);
    let graded = relevance(n, m, 9);
    let point = numbers((n + m) * DIM, 10);
    for (sampling, variant) in everything() {
        let objective =
            Objective::new(Distance::Cosine, ladder(sampling, variant), Reduce::Mean).unwrap();
        let at = |data: &[f64]| {
            let (one, two) = data.split_at(n * DIM);
            let rows = |data| Rows::new(data, DIM).unwrap();
            let matrix = Relevance::matrix((n, m), &graded).unwrap();
            evaluate(
                &objective,
                &Batch::related(rows(one), rows(two), matrix).unwrap(),
            )
        };
        let gradient = at(&point).gradient();
        for place in 0..point.len() {
            let moved = |by: f64| {
                let mut data = point.clone();
                data[place] += by;
                at(&data).value
            };
            let difference = (moved(1e-6) - moved(-1e-6)) / 2e-6;
            assert!(
                (difference - gradient[place]).abs() < 1e-7,
                "{sampling:?}, {variant:?}"
            );
        }
    }
}

/// A relevance equal to a threshold is above it, although 0.63 is another number in f64 than in f32.
#[test]
fn a_threshold_belongs_to_the_upper_rung() {
    let relevance = [1.0, 0.63, 0.1];
    let data = [1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0];
    let rows = |data| Rows::new(data, 2).unwrap();
    let matrix = Relevance::matrix((1, 3), &relevance).unwrap();
    let batch = Batch::related(rows(&data[..2]), rows(&data[2..]), matrix).unwrap();
    for loss in [
        Ladder::default(),
        Ladder::new(&[0.2, 0.01], &[0.63], &[1.0, 0.25]).unwrap(),
    ] {
        assert_eq!(loss.filled(&batch), [1, 1]);
        let objective = Objective::new(Distance::Cosine, loss, Reduce::Sum).unwrap();
        // Rung 1: [0 - (1 - 0.7071) + 0.2]+ = 0; rung 2: 0.25 [1 - (1 - 0.7071) + 0.01]+.
        let wanted = 0.25 * (0.5f64.sqrt() + 0.01);
        assert!((evaluate(&objective, &batch).value - wanted).abs() < 1e-9);
    }
}

#[test]
fn rungs_that_nothing_fills_are_seen() {
    let rows = Rows::new(&[0.0f64; 4], 1).unwrap();
    let loss = Ladder::new(&MARGINS, &THRESHOLDS, &BETAS).unwrap();
    // Classes are relevant by 1 or 0: nothing is ever between.
    let batch = Batch::within(rows, &[0, 0, 1, 2]).unwrap();
    assert_eq!(loss.filled(&batch), [2, 0, 0]);
    let matrix = [
        1.0, 0.7, 0.3, 0.1, 0.7, 1.0, 0.7, 0.7, 0.2, 0.2, 1.0, 0.2, 0.5, 0.4, 0.3, 0.9,
    ];
    let relevance = Relevance::matrix((4, 4), &matrix).unwrap();
    let batch = Batch::related(rows, rows, relevance).unwrap();
    assert_eq!(loss.filled(&batch), [3, 2, 1]);
    let cumulative = loss.clone().variant(LadderVariant::AuthorsCumulative);
    assert_eq!(cumulative.filled(&batch), [3, 2, 2]);
    let authors = loss.variant(LadderVariant::Authors);
    assert_eq!(authors.filled(&batch), [3, 3, 2]);
}

#[test]
fn one_rung_is_vse() {
    let (one, two) = (numbers(7 * DIM, 1), numbers(9 * DIM, 2));
    let rows = |data| Rows::new(data, DIM).unwrap();
    let batch = Batch::matched(rows(&one), rows(&two)).unwrap();
    let sum = |loss: Loss| {
        let objective = Objective::new(Distance::Cosine, loss, Reduce::Sum).unwrap();
        evaluate(&objective, &batch)
    };
    let one = Ladder::new(&[0.2], &[], &[1.0]).unwrap();
    for (sampling, hinges) in SAMPLINGS.into_iter().zip([Hinges::Max, Hinges::Sum]) {
        let ladder = sum(one.clone().sampled(sampling).into());
        let vse = sum(Vse::new(0.2, hinges).unwrap().into());
        assert!((ladder.value - vse.value).abs() < 1e-12);
        assert!(apart(&ladder.gradient(), &vse.gradient()) < 1e-12);
    }
}

#[test]
fn equal_embeddings_and_empty_sides() {
    let data = numbers_f32(DIM, 1).repeat(6);
    let rows = Rows::new(&data, DIM).unwrap();
    let all = [1.0f32; 36];
    let none = [0.0f32; 36];
    for (sampling, variant) in everything() {
        let objective =
            Objective::new(Distance::Cosine, ladder(sampling, variant), Reduce::Sum).unwrap();
        let value = |matrix: &[f32]| {
            let matrix = Relevance::matrix((6, 6), matrix).unwrap();
            let outcome = evaluate(&objective, &Batch::related(rows, rows, matrix).unwrap());
            assert!(outcome.gradient().iter().all(|&g| g == 0.0));
            outcome.value
        };
        if variant == LadderVariant::Paper {
            assert_eq!((value(&all), value(&none)), (0.0, 0.0));
        }
        let mixed: Vec<f32> = (0..36u8).map(|k| f32::from(k % 7) / 7.0).collect();
        assert!(value(&mixed).is_finite());
    }
}

#[test]
fn numbers_that_make_no_ladder() {
    let message = |margins: &[f64], thresholds: &[f64], betas: &[f64]| {
        Ladder::new(margins, thresholds, betas)
            .unwrap_err()
            .to_string()
    };
    let text = "ladder thresholds: wanted a number below 0.3 after 0.3, given 0.6";
    assert_eq!(message(&[0.1; 3], &[0.3, 0.6], &[1.0; 3]), text);
    let text = "ladder thresholds: wanted a number below 0.3 after 0.3, given 0.3";
    assert_eq!(message(&[0.1; 3], &[0.3, 0.3], &[1.0; 3]), text);
    let text = "ladder margins: wanted 2, given 3";
    assert_eq!(message(&[0.1; 3], &[0.3], &[1.0; 2]), text);
    assert_eq!(
        message(&[0.1; 2], &[0.3], &[1.0; 1]),
        "ladder betas: wanted 2, given 1"
    );
    let text = "ladder margin: wanted a finite number of at least 0, given -1";
    assert_eq!(message(&[-1.0], &[], &[1.0]), text);
    let text = "ladder beta: wanted a finite number of at least 0, given -1";
    assert_eq!(message(&[1.0], &[], &[-1.0]), text);
    let text = "ladder threshold: wanted a number above 0 and at most 1, given 1.5";
    assert_eq!(message(&[0.1; 2], &[1.5], &[1.0; 2]), text);
    let text = "ladder threshold: wanted a finite number above 0, given 0";
    assert_eq!(message(&[0.1; 2], &[0.0], &[1.0; 2]), text);
}

#[test]
fn cosines_are_what_the_authors_masks_are_made_of() {
    for variant in [LadderVariant::Authors, LadderVariant::AuthorsCumulative] {
        let loss = Ladder::default().variant(variant);
        let error = Objective::new(Distance::Euclidean, loss, Reduce::Sum).unwrap_err();
        assert_eq!(
            error.to_string(),
            "distance: wanted cosine for this loss, given euclidean"
        );
    }
    assert!(Objective::new(Distance::Euclidean, Ladder::default(), Reduce::Sum).is_ok());
}

#[test]
fn ladders_in_json() {
    let json = r#"{"kind":"ladder","margins":[0.2,0.01],"thresholds":[0.63],"betas":[1.0,0.25],"sampling":"hard-contrastive","variant":"paper"}"#;
    let loss = Loss::named("ladder").unwrap();
    assert_eq!(serde_json::to_string(&loss).unwrap(), json);
    assert_eq!(serde_json::from_str::<Loss>(json).unwrap(), loss);
    let short = r#"{"kind":"ladder","sampling":"all-pairs","variant":"authors-cumulative"}"#;
    let read: Loss = serde_json::from_str(short).unwrap();
    let variant = LadderVariant::AuthorsCumulative;
    let wanted = Ladder::default()
        .sampled(LadderSampling::AllPairs)
        .variant(variant);
    assert_eq!(read, wanted.into());
    let bad = r#"{"kind":"ladder","margins":[1,1,1],"thresholds":[0.3,0.5],"betas":[1,1,1]}"#;
    let error = serde_json::from_str::<Loss>(bad).unwrap_err().to_string();
    assert!(
        error.contains("wanted a number below 0.3 after 0.3, given 0.5"),
        "{error}"
    );
    assert!(serde_json::from_str::<Loss>(r#"{"kind":"ladder","theta":[0.5]}"#).is_err());
}

#[test]
fn hinges_in_json_and_their_margin() {
    let text = "margin: wanted a finite number of at least 0, given -0.1";
    assert_eq!(Vse::new(-0.1, Hinges::Max).unwrap_err().to_string(), text);
    for (word, hinges) in [("max", Hinges::Max), ("sum", Hinges::Sum)] {
        let json = format!(r#"{{"kind":"vse","margin":0.2,"hinges":"{word}"}}"#);
        let loss = Loss::from(Vse::new(0.2, hinges).unwrap());
        assert_eq!(serde_json::to_string(&loss).unwrap(), json);
        assert_eq!(serde_json::from_str::<Loss>(&json).unwrap(), loss);
    }
    let loss = Loss::named("vse").unwrap();
    assert_eq!(loss, Vse::default().into());
    let defined = (loss.default_distance(), loss.default_reduce());
    assert_eq!(defined, (Distance::Cosine, Reduce::Sum));
}

/// Several captions per picture as classes: a sibling caption is no negative.
#[test]
fn sibling_captions_are_no_negatives() {
    let (pictures, captions) = (numbers(3 * DIM, 3), numbers(6 * DIM, 4));
    let rows = |data| Rows::new(data, DIM).unwrap();
    let owners = [0, 0, 1, 1, 2, 2];
    let batch = Batch::between(rows(&pictures), &[0, 1, 2], rows(&captions), &owners).unwrap();
    let similar = cosines(&captions, &pictures);
    let (mut captions_look, mut pictures_look) = (0.0, 0.0);
    for own in 0..6 {
        let owner = own / 2;
        for other in (0..3).filter(|&picture| picture != owner) {
            let cost = |score: f64| (0.2 - similar[own][owner] + score).max(0.0);
            captions_look += cost(similar[own][other]);
            pictures_look += cost(similar[2 * other][owner]) + cost(similar[2 * other + 1][owner]);
        }
    }
    let loss = Vse::new(0.2, Hinges::Sum).unwrap();
    let objective = Objective::new(Distance::Cosine, loss, Reduce::Sum).unwrap();
    let captions = evaluate(&objective, &batch.exchanged()).value;
    assert!((captions - captions_look).abs() < 1e-12);
    assert!((evaluate(&objective, &batch).value - pictures_look).abs() < 1e-12);
}
