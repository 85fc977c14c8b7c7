//! Numbers about sentences: against their definitions as loops, on ties, on any number of threads.
#![allow(clippy::unwrap_used, reason = "tests")]

mod world;

use proptest::prelude::*;
use tercet_eval::{
    Close, Error, Exclude, SearchScores, ThresholdMetric, best_threshold, closest_pairs, judge,
};
use tercet_eval::{pair_distances, search, sts, triplet_accuracy};
use tercet_kernels::{Distance, Rows};
use world::{World, close, mix};

#[test]
fn triplets_by_loops() {
    for distance in Distance::ALL.iter().copied() {
        let world = World::signs(150, 16);
        let part = |k: usize| Rows::new(&world.data[k * 50 * 16..(k + 1) * 50 * 16], 16).unwrap();
        let found = triplet_accuracy(part(0), part(1), part(2), distance).unwrap();
        let right = |i: usize| world.d(i, 50 + i, distance) < world.d(i, 100 + i, distance);
        let right = (0..50).filter(|&i| right(i)).count();
        close(found.accuracy, right as f64 / 50.0);
        assert!(right > 0 && right < 50);
    }
    let equal = World::equal(9);
    let found = triplet_accuracy(equal.rows(), equal.rows(), equal.rows(), Distance::Cosine);
    assert_eq!(
        found.unwrap().accuracy,
        0.0,
        "a collapsed embedding is never right"
    );
}

/// Grades from 0 (mostly) to 2, for `n` queries over `m` documents; some queries have none.
fn relevance(n: usize, m: usize) -> Vec<Vec<(usize, f32)>> {
    let grade = |i: usize, c: usize| match mix(i * 1_000 + c) % 9 {
        0 => 1.0,
        1 if i.is_multiple_of(3) => 2.0,
        2 => 0.0,
        3 => -1.0,
        _ => f32::NAN,
    };
    let of = |i: usize| {
        let listed = (0..m).rev().map(|c| (c, grade(i, c)));
        let kept = listed.filter(|(_, grade)| !grade.is_nan() && (i % 7 != 5 || *grade <= 0.0));
        kept.collect()
    };
    (0..n).map(of).collect()
}

/// NDCG@10, MRR@10, MAP@100, Recall@3, Accuracy@3 and the number of queries, by sorting everything.
fn by_sorting(world: &World, relevance: &[Vec<(usize, f32)>], distance: Distance) -> [f64; 6] {
    let mut sums = [0.0; 6];
    for (query, listed) in relevance.iter().enumerate() {
        let grade = |c: usize| {
            let listed = listed.iter().find(|&&(document, _)| document == c);
            listed.map_or(0.0, |&(_, grade)| f64::from(grade)).max(0.0)
        };
        let mut order: Vec<usize> = (0..world.len()).filter(|&c| c != query).collect();
        order.sort_by(|&a, &b| {
            let (a, b) = (world.d(query, a, distance), world.d(query, b, distance));
            a.partial_cmp(&b).unwrap()
        });
        let ranked: Vec<f64> = order.iter().map(|&c| grade(c)).collect();
        let mut best = ranked.clone();
        best.sort_by(|a, b| b.partial_cmp(a).unwrap());
        let all = best.iter().filter(|&&grade| grade > 0.0).count();
        if all == 0 {
            continue;
        }
        let gain = |grades: &[f64]| -> f64 {
            let ranks = (1..=10).zip(grades);
            ranks
                .map(|(rank, grade)| grade / f64::from(rank + 1).log2())
                .sum()
        };
        let within = |k: usize| ranked.iter().take(k).filter(|&&grade| grade > 0.0).count();
        let first = ranked.iter().position(|&grade| grade > 0.0).unwrap() + 1;
        let hits = (1..=ranked.len().min(100)).filter(|&k| ranked[k - 1] > 0.0);
        let precision: f64 = hits.map(|k| within(k) as f64 / k as f64).sum();
        sums[0] += gain(&ranked) / gain(&best);
        sums[1] += if first <= 10 { 1.0 / first as f64 } else { 0.0 };
        sums[2] += precision / all.min(100) as f64;
        sums[3] += within(3) as f64 / all as f64;
        sums[4] += f64::from(u8::from(within(3) > 0));
        sums[5] += 1.0;
    }
    let queries = sums[5];
    sums[..5].iter_mut().for_each(|sum| *sum /= queries);
    sums
}

fn searched(world: &World, relevance: &[Vec<(usize, f32)>], distance: Distance) -> SearchScores {
    search(
        world.rows(),
        world.rows(),
        relevance,
        distance,
        &Exclude::Itself,
    )
    .unwrap()
}

#[test]
fn a_search_by_sorting_everything() {
    for world in [
        World::signs(40, 4),
        World::signs(300, 64),
        World::equal(130),
    ] {
        let relevance = relevance(world.len(), world.len());
        for distance in Distance::ALL.iter().copied() {
            let found = searched(&world, &relevance, distance);
            let wanted = by_sorting(&world, &relevance, distance);
            let given = [
                found.ndcg_at_10,
                found.mrr_at_10,
                found.map_at_100,
                found.recall_at[&3],
                found.accuracy_at[&3],
                found.queries as f64,
            ];
            given
                .into_iter()
                .zip(wanted)
                .for_each(|(given, wanted)| close(given, wanted));
            assert!(found.skipped > 0);
            assert_eq!(found.queries + found.skipped, world.len());
        }
    }
}

/// More documents than a block has, most of them equally near, so that ties cross the blocks.
#[test]
fn blocks_do_not_show() {
    let corpus: Vec<f32> = (0..9_000).map(|i| (mix(i) % 5) as f32).collect();
    let rows = |data| Rows::new(data, 1).unwrap();
    let asked = [0.0, 2.0];
    let first =
        |nearest: f32| -> Vec<usize> { (0..9_000).filter(|&i| corpus[i] == nearest).collect() };
    let (zeros, twos) = (first(0.0), first(2.0));
    // The 10th of the equally near ones is relevant to query 0; the 101st to query 1, one too far.
    let relevance = [vec![(zeros[9], 1.0)], vec![(twos[100], 1.0)]];
    let far = Distance::Euclidean;
    let found = search(
        rows(&asked),
        rows(&corpus),
        &relevance,
        far,
        &Exclude::Nothing,
    )
    .unwrap();
    assert_eq!(
        (
            found.accuracy_at[&5],
            found.accuracy_at[&10],
            found.accuracy_at[&100]
        ),
        (0.0, 0.5, 0.5)
    );
    assert_eq!((found.mrr_at_10, found.map_at_100), (0.05, 0.05));
}

#[test]
fn more_are_relevant_than_are_looked_at() {
    let corpus: Vec<f32> = (0..150).map(|i| i as f32).collect();
    let rows = |data| Rows::new(data, 1).unwrap();
    let relevance = [(0..150).map(|document| (document, 1.0)).collect()];
    let far = Distance::Euclidean;
    let found = search(
        rows(&[0.0]),
        rows(&corpus),
        &relevance,
        far,
        &Exclude::Nothing,
    )
    .unwrap();
    assert_eq!((found.map_at_100, found.ndcg_at_10), (1.0, 1.0));
    assert_eq!(found.recall_at[&100], 100.0 / 150.0);
}

fn all_pairs(world: &World, distance: Distance) -> Vec<(f64, usize, usize)> {
    let pairs = (0..world.len()).flat_map(|i| (i + 1..world.len()).map(move |j| (i, j)));
    let mut pairs: Vec<_> = pairs
        .map(|(i, j)| (world.d(i, j, distance), i, j))
        .collect();
    pairs.sort_by(|a, b| a.partial_cmp(b).unwrap());
    pairs
}

#[test]
fn closest_pairs_by_sorting_everything() {
    for world in [
        World::signs(40, 4),
        World::signs(1_100, 16),
        World::equal(30),
    ] {
        for distance in [Distance::SquaredEuclidean, Distance::Cosine] {
            let wanted = all_pairs(&world, distance);
            for k in [1, 10, 5_000] {
                let found = closest_pairs(world.rows(), distance, k).unwrap();
                assert_eq!(found.len(), k.min(wanted.len()));
                for (found, &(far, first, second)) in found.iter().zip(&wanted) {
                    let wanted = Close {
                        first,
                        second,
                        distance: far as f32,
                    };
                    assert_eq!(*found, wanted);
                }
            }
        }
    }
}

#[test]
fn the_same_on_any_number_of_threads() {
    let world = World::spread(700, 12);
    let relevance = relevance(700, 700);
    let all = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let close = closest_pairs(world.rows(), Distance::Cosine, 500).unwrap();
            (close, searched(&world, &relevance, Distance::Cosine))
        })
    };
    let one = all(1);
    assert_eq!(one, all(2));
    assert_eq!(one, all(5));
}

/// Accuracy, or F1, of a threshold by counting.
fn counted(distances: &[f64], same: &[bool], threshold: f64, goal: ThresholdMetric) -> f64 {
    let count = |said: bool, truth: bool| {
        let pairs = distances.iter().zip(same);
        pairs
            .filter(|&(&far, &same)| (far <= threshold) == said && same == truth)
            .count() as f64
    };
    let (tp, fp, fns) = (count(true, true), count(true, false), count(false, true));
    match goal {
        ThresholdMetric::Accuracy => (tp + count(false, false)) / same.len() as f64,
        ThresholdMetric::F1 => 2.0 * tp / (2.0 * tp + fp + fns),
    }
}

proptest! {
    #[test]
    fn no_threshold_is_better(pairs in proptest::collection::vec((0u8..12, any::<bool>()), 2..40)) {
        let distances: Vec<f64> = pairs.iter().map(|&(far, _)| f64::from(far) / 4.0).collect();
        let same: Vec<bool> = pairs.iter().map(|&(_, same)| same).collect();
        for goal in [ThresholdMetric::Accuracy, ThresholdMetric::F1] {
            match best_threshold(&distances, &same, goal) {
                Ok(threshold) => {
                    let best = counted(&distances, &same, threshold, goal);
                    let others = (-1..50).map(|eighth| counted(&distances, &same, f64::from(eighth) / 8.0, goal));
                    prop_assert!(others.fold(0.0, f64::max) <= best + 1e-12);
                    let found = judge(&distances, &same, threshold).unwrap();
                    close(if goal == ThresholdMetric::F1 { found.f1 } else { found.accuracy }, best);
                }
                Err(error) => assert!(matches!(error, Error::OneKind { .. })),
            }
        }
    }
}

fn line(data: &[f32]) -> Rows<'_, f32> {
    Rows::new(data, 1).unwrap()
}

#[test]
fn a_correlation_with_a_constant_is_refused() {
    let (a, b) = ([0.0, 0.0, 0.0], [1.0, 2.0, 3.0]);
    let far = Distance::Euclidean;
    let say = |a: &[f32], b: &[f32], scores: &[f64]| {
        sts(line(a), line(b), scores, far).unwrap_err().to_string()
    };
    assert_eq!(
        say(&a, &b, &[2.5; 3]),
        "scores: wanted numbers that differ, given 2.5 3 times"
    );
    assert_eq!(
        say(&a, &[1.0, -1.0, 1.0], &[1.0, 2.0, 3.0]),
        "distances: wanted numbers that differ, given 1 3 times"
    );
    assert_eq!(
        say(&[0.0], &[1.0], &[1.0]),
        "scores: wanted numbers that differ, given 1 1 times"
    );
    assert_eq!(say(&a, &b, &[1.0, 2.0]), "scores: wanted 3, given 2");
    assert_eq!(
        say(&a, &b, &[1.0, f64::NAN, 2.0]),
        "scores: wanted finite numbers, given NaN or infinity in row 1"
    );
    assert_eq!(
        say(&a, &b[..2], &[1.0; 3]),
        "second texts: wanted 3, given 2"
    );
}

#[test]
fn sides_have_one_shape() {
    let (one, two) = ([1.0, 2.0], Rows::new(&[1.0, 2.0, 3.0, 4.0], 2).unwrap());
    let wide = pair_distances(line(&one), two, Distance::Cosine);
    assert_eq!(
        wide,
        Err(Error::Dim {
            wanted: 1,
            given: 2
        })
    );
    let short = triplet_accuracy(line(&one), line(&one), line(&one[..1]), Distance::Cosine);
    assert_eq!(
        short.unwrap_err().to_string(),
        "negatives: wanted 2, given 1"
    );
    let none = triplet_accuracy(line(&one), line(&[]), line(&one), Distance::Cosine);
    assert_eq!(none.unwrap_err(), Error::Empty { what: "positives" });
}

#[test]
fn what_a_search_refuses() {
    let corpus = [1.0, 2.0, 3.0];
    let say = |relevance: &[Vec<(usize, f32)>]| {
        let found = search(
            line(&corpus[..2]),
            line(&corpus),
            relevance,
            Distance::Euclidean,
            &Exclude::Nothing,
        );
        found.unwrap_err().to_string()
    };
    assert_eq!(say(&[vec![]]), "relevance: wanted 2, given 1");
    assert_eq!(
        say(&[vec![], vec![(3, 1.0)]]),
        "relevance: wanted indices below 3, given 3"
    );
    let twice = "relevance of query 1: wanted each candidate once, given candidate 2 twice";
    assert_eq!(say(&[vec![], vec![(2, 1.0), (2, 0.0)]]), twice);
    let nan = "relevance: wanted finite numbers, given NaN or infinity in row 1";
    assert_eq!(say(&[vec![], vec![(2, f32::NAN)]]), nan);
    let none = "labels: wanted two items alike that may be compared, given none among 2 items";
    assert_eq!(say(&[vec![(0, 0.0)], vec![(1, -1.0)]]), none);
    let relevance = [vec![], vec![]];
    let wide = Rows::new(&[1.0, 2.0], 2).unwrap();
    let wide = search(
        wide,
        line(&corpus),
        &relevance[..1],
        Distance::Cosine,
        &Exclude::Nothing,
    );
    assert_eq!(
        wide,
        Err(Error::Dim {
            wanted: 2,
            given: 1
        })
    );
}

#[test]
fn what_mining_and_judging_refuse() {
    let say = |data: &[f32], k| {
        closest_pairs(line(data), Distance::Cosine, k)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(say(&[1.0], 5), "embeddings: wanted at least 2, given 1");
    assert_eq!(say(&[1.0, 2.0], 0), "k: wanted at least 1, given 0");
    let say = |distances: &[f64], same: &[bool]| {
        best_threshold(distances, same, ThresholdMetric::F1)
            .unwrap_err()
            .to_string()
    };
    let kind = "pairs: wanted some that belong together and some that do not, given";
    assert_eq!(
        say(&[1.0, 2.0], &[true; 2]),
        format!("{kind} 2 of 2 together")
    );
    assert_eq!(say(&[], &[]), format!("{kind} 0 of 0 together"));
    assert_eq!(say(&[1.0], &[true, false]), "same: wanted 1, given 2");
    let nan = "distances: wanted finite numbers, given NaN or infinity in row 1";
    assert_eq!(say(&[1.0, f64::NAN], &[true, false]), nan);
    let threshold = judge(&[1.0, 2.0], &[true, false], f64::INFINITY).unwrap_err();
    assert_eq!(
        threshold,
        Error::NotFinite {
            what: "threshold",
            row: 0
        }
    );
    let nothing = judge(&[1.0, 2.0], &[true, false], 0.5).unwrap();
    assert_eq!(
        (
            nothing.precision,
            nothing.recall,
            nothing.f1,
            nothing.accuracy
        ),
        (0.0, 0.0, 0.0, 0.5)
    );
}

#[test]
fn scores_survive_json() {
    let world = World::signs(40, 4);
    let found = searched(&world, &relevance(40, 40), Distance::Cosine);
    let text = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<SearchScores>(&text).unwrap(), found);
}
