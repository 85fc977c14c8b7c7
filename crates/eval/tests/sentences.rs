//! Numbers about sentences as sentence-transformers 6.2.0, scipy and scikit-learn give them, through
//! `reference/sentences.py`.
#![allow(clippy::unwrap_used, reason = "tests")]

mod world;

use serde_json::Value;
use tercet_eval::{Exclude, ThresholdMetric, best_threshold, closest_pairs, judge, pair_distances};
use tercet_eval::{pearson, search, spearman, sts, triplet_accuracy};
use tercet_kernels::{Distance, Rows};
use world::close;

const D: usize = 8;
const QUERIES: usize = 40;
const CORPUS: usize = 150;
const PAIRS: usize = 120;

fn golden(section: &str) -> Value {
    let all: Value = serde_json::from_str(include_str!("golden/sentences.json")).unwrap();
    all[section].clone()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

/// `rows(n, seed)` of the script.
fn made(n: usize, seed: usize) -> Vec<f32> {
    let one = |i: usize, j: usize| (i * i * 37 + i * j * 109 + j * 57 + seed * 83) % 251;
    let number = |at: usize| one(at / D, at % D) as f32 / 256.0 - 0.5;
    (0..n * D).map(number).collect()
}

/// `together(n, seed, share)` of the script.
fn together(n: usize, seed: usize, share: usize) -> Vec<f32> {
    let (far, near) = (made(n, seed), made(n, 1));
    let one = |at: usize| match (at / D).is_multiple_of(share) {
        true => near[at] + far[at] / 2.0,
        false => far[at],
    };
    (0..n * D).map(one).collect()
}

fn rows(data: &[f32]) -> Rows<'_, f32> {
    Rows::new(data, D).unwrap()
}

#[test]
fn triplets() {
    let wanted = golden("triplets");
    let (a, p, n) = (made(PAIRS, 1), together(PAIRS, 2, 3), made(PAIRS, 3));
    for (name, distance) in [
        ("cosine", Distance::Cosine),
        ("euclidean", Distance::Euclidean),
    ] {
        let found = triplet_accuracy(rows(&a), rows(&p), rows(&n), distance).unwrap();
        // Theirs is a mean in f32.
        assert!((found.accuracy - number(&wanted[name])).abs() < 1e-7);
        assert_eq!((found.triplets, found.distance), (PAIRS, distance));
        let half = 1.96 * (found.accuracy * (1.0 - found.accuracy) / (PAIRS - 1) as f64).sqrt();
        close(found.interval95.low, found.accuracy - half);
        close(found.interval95.high, found.accuracy + half);
    }
}

#[test]
fn similarity() {
    let wanted = golden("similarity");
    let scores = numbers(&wanted["scores"]);
    let (a, b) = (made(PAIRS, 1), together(PAIRS, 2, 3));
    let found = sts(rows(&a), rows(&b), &scores, Distance::Cosine).unwrap();
    close(found.spearman, number(&wanted["spearman"]));
    close(found.pearson, number(&wanted["pearson"]));
    assert_eq!(found.pairs, PAIRS);
    let tied = numbers(&wanted["tied"]);
    close(
        spearman(&tied, &scores).unwrap(),
        number(&wanted["spearman_tied"]),
    );
    assert!(pearson(&tied, &scores).is_some());
}

fn grade(query: usize, document: usize) -> f32 {
    let relevant = (query * 7 + document * 13).is_multiple_of(17) && query % 10 != 9;
    if relevant {
        1.0 + ((query + document) % 3) as f32
    } else {
        0.0
    }
}

/// What is relevant to each query; `binary`: with grades of 1 only.
fn relevance(binary: bool) -> Vec<Vec<(usize, f32)>> {
    let of = |query| {
        let graded = (0..CORPUS).map(|document| (document, grade(query, document)));
        let relevant = graded.filter(|&(_, grade)| grade > 0.0);
        let grade = |grade| if binary { 1.0 } else { grade };
        relevant
            .map(|(document, one)| (document, grade(one)))
            .collect()
    };
    (0..QUERIES).map(of).collect()
}

#[test]
fn a_search() {
    let wanted = golden("search");
    let queries = wanted["queries"].as_array().unwrap();
    let queries: Vec<f32> = queries
        .iter()
        .flat_map(numbers)
        .map(|number| number as f32)
        .collect();
    let corpus = made(CORPUS, 5);
    let found = |binary| {
        let relevance = relevance(binary);
        search(
            rows(&queries),
            rows(&corpus),
            &relevance,
            Distance::Cosine,
            &Exclude::Nothing,
        )
        .unwrap()
    };
    let (graded, binary) = (found(false), found(true));
    close(graded.ndcg_at_10, number(&wanted["ndcg_graded"]));
    close(binary.ndcg_at_10, number(&wanted["ndcg_binary"]));
    close(graded.mrr_at_10, number(&wanted["mrr"]));
    close(graded.map_at_100, number(&wanted["map"]));
    assert_eq!(graded.map_at_100, binary.map_at_100);
    for k in [1, 3, 5, 10, 100] {
        close(
            graded.recall_at[&k],
            number(&wanted["recall"][k.to_string()]),
        );
        close(
            graded.accuracy_at[&k],
            number(&wanted["accuracy"][k.to_string()]),
        );
    }
    assert_eq!((graded.queries, graded.skipped), (36, 4));
    assert_eq!(number(&wanted["asked"]), 36.0);
}

#[test]
fn judging_pairs() {
    let wanted = golden("pairs");
    let distances = numbers(&wanted["distances"]);
    let (a, b) = (made(PAIRS, 1), together(PAIRS, 2, 3));
    let measured = pair_distances(rows(&a), rows(&b), Distance::Cosine).unwrap();
    for (measured, rounded) in measured.iter().zip(&distances) {
        assert!((measured - rounded).abs() <= 0.005 + 1e-12);
    }
    let same: Vec<bool> = (0..PAIRS).map(|i| i % 3 == 0 || i % 7 == 0).collect();
    for (goal, name) in [
        (ThresholdMetric::Accuracy, "best_accuracy"),
        (ThresholdMetric::F1, "best_f1"),
    ] {
        let threshold = best_threshold(&distances, &same, goal).unwrap();
        let found = judge(&distances, &same, threshold).unwrap();
        let best = numbers(&wanted[name]);
        close(
            if goal == ThresholdMetric::F1 {
                found.f1
            } else {
                found.accuracy
            },
            best[0],
        );
        close(threshold, best[1]);
        close(
            found.average_precision,
            number(&wanted["average_precision"]),
        );
    }
    let (found, wanted) = (judge(&distances, &same, 0.8).unwrap(), &wanted["at_0.8"]);
    close(found.accuracy, number(&wanted["accuracy"]));
    close(found.precision, number(&wanted["precision"]));
    close(found.recall, number(&wanted["recall"]));
    close(found.f1, number(&wanted["f1"]));
}

#[test]
fn mining() {
    let corpus = made(CORPUS, 5);
    let found = closest_pairs(rows(&corpus), Distance::Cosine, 60).unwrap();
    let wanted: Vec<Vec<f64>> = golden("mining")
        .as_array()
        .unwrap()
        .iter()
        .map(numbers)
        .collect();
    assert_eq!(found.len(), wanted.len());
    for (found, wanted) in found.iter().zip(&wanted) {
        assert_eq!(
            (found.first as f64, found.second as f64),
            (wanted[0], wanted[1])
        );
        assert!((f64::from(found.distance) - wanted[2]).abs() < 1e-6);
    }
}
