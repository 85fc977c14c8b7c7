//! Two sides compared with each other: definitions in loops, scipy's numbers, laws, what is refused.
#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use serde::Deserialize;
use tercet_eval::{CrossModal, Error, TestCollection, coherence, cross_modal, kendall};
use tercet_kernels::{Distance, Relevance, Rows};

#[derive(Deserialize)]
struct Golden {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    x: Vec<f64>,
    y: Vec<f64>,
    tau: Option<f64>,
}

#[test]
fn tau_is_that_of_scipy() {
    let text = include_str!("golden/coherence.json");
    let golden: Golden = serde_json::from_str(text).unwrap();
    assert_eq!(golden.cases.len(), 30);
    for Case { x, y, tau } in golden.cases {
        match (kendall(&x, &y), tau) {
            (Some(given), Some(wanted)) => assert!((given - wanted).abs() < 1e-12),
            (given, wanted) => assert_eq!(given, wanted),
        }
    }
}

/// By the definition: every pair of places.
fn tau_by_pairs(x: &[f64], y: &[f64]) -> Option<f64> {
    let (mut difference, mut untied_x, mut untied_y) = (0, 0, 0);
    for i in 0..x.len() {
        for j in 0..i {
            let sign = |list: &[f64]| i64::from(list[i] > list[j]) - i64::from(list[i] < list[j]);
            difference += sign(x) * sign(y);
            untied_x += sign(x).abs();
            untied_y += sign(y).abs();
        }
    }
    let length = ((untied_x * untied_y) as f64).sqrt();
    (length > 0.0).then(|| difference as f64 / length)
}

proptest! {
    #[test]
    fn tau_is_its_definition(pairs in prop::collection::vec((0_i8..6, -3_i8..3), 0..40)) {
        let (x, y): (Vec<f64>, Vec<f64>) = pairs.iter().map(|&(x, y)| (f64::from(x), f64::from(y))).unzip();
        match (kendall(&x, &y), tau_by_pairs(&x, &y)) {
            (Some(given), Some(wanted)) => prop_assert!((given - wanted).abs() < 1e-12),
            (given, wanted) => prop_assert_eq!(given, wanted),
        }
        let turned: Vec<f64> = y.iter().map(|y| -y).collect();
        let back = kendall(&x, &turned).map(|tau| -tau);
        prop_assert_eq!(back, kendall(&x, &y));
    }
}

#[test]
fn zeros_of_both_signs_are_a_tie() {
    assert_eq!(kendall(&[0.0, -0.0], &[1.0, 2.0]), None);
    assert_eq!(kendall(&[1.0, f64::NAN], &[1.0, 2.0]), None);
    assert_eq!(kendall(&[1.0, 2.0], &[1.0]), None);
}

const N: usize = 70;
const M: usize = 90;
const DIM: usize = 3;

/// Numbers without order, few of them, so that there are ties.
fn numbers(count: usize, key: usize) -> Vec<f32> {
    let one = |at: usize| ((at * 7919 + key * 104_729) % 11) as f32 / 4.0;
    (0..count).map(one).collect()
}

/// Five levels; the candidate `query % 30` and every thirtieth after it are right.
fn grade(query: usize, candidate: usize) -> f32 {
    match (query % 30 == candidate % 30, (query + candidate) % 4) {
        (true, _) => 1.0,
        (_, level) => level as f32 / 5.0,
    }
}

fn distance(a: &[f32], b: &[f32]) -> f64 {
    let squares = a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2));
    squares.sum::<f64>()
}

/// The candidates of every query in their order.
fn orders(queries: &[f32], candidates: &[f32]) -> Vec<Vec<(f64, usize)>> {
    let of = |query: &[f32]| {
        let all = candidates.chunks(DIM).enumerate();
        let mut all: Vec<_> = all.map(|(at, row)| (distance(query, row), at)).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        all
    };
    queries.chunks(DIM).map(of).collect()
}

#[test]
fn definitions_in_loops() {
    let (queries, candidates) = (numbers(N * DIM, 1), numbers(M * DIM, 2));
    let rows = |data| Rows::new(data, DIM).unwrap();
    let relevance = Relevance::function((N, M), &grade);
    let clusters: Vec<u32> = (0..N as u32).map(|query| query / 5).collect();
    let collection = TestCollection::new(rows(&queries), rows(&candidates), relevance).unwrap();
    let collection = collection.clustered(&clusters).unwrap();
    let orders = orders(&queries, &candidates);

    let CrossModal {
        recall_at_1,
        recall_at,
        mean_rank,
        median_rank,
        queries: asked,
        recall_at_1_interval95: interval,
        ..
    } = cross_modal(&collection, Distance::SquaredEuclidean).unwrap();
    let rank = |(query, order): (usize, &Vec<(f64, usize)>)| {
        1 + order
            .iter()
            .position(|&(_, at)| grade(query, at) == 1.0)
            .unwrap()
    };
    let mut ranks: Vec<usize> = orders.iter().enumerate().map(rank).collect();
    let share = |k: usize| ranks.iter().filter(|&&rank| rank <= k).count() as f64 / N as f64;
    assert_eq!(
        (asked, recall_at[&5], recall_at[&10]),
        (N, share(5), share(10))
    );
    assert!((recall_at_1 - share(1)).abs() < 1e-12);
    assert!(interval.low <= recall_at_1 && recall_at_1 <= interval.high);
    let mean = ranks.iter().sum::<usize>() as f64 / N as f64;
    assert!((mean_rank - mean).abs() < 1e-12);
    ranks.sort_unstable();
    assert_eq!(median_rank, (ranks[N / 2 - 1] + ranks[N / 2]) as f64 / 2.0);

    for found in coherence(
        &collection,
        Distance::SquaredEuclidean,
        &[1, 5, 40, M, 1000],
    )
    .unwrap()
    {
        let k = found.k;
        let tau = |(query, order): (usize, &Vec<(f64, usize)>)| {
            let (near, relevant): (Vec<f64>, Vec<f64>) = order[..k]
                .iter()
                .map(|&(d, at)| (-d, f64::from(grade(query, at))))
                .unzip();
            tau_by_pairs(&near, &relevant)
        };
        let taus: Vec<f64> = orders.iter().enumerate().filter_map(tau).collect();
        let wanted = taus.iter().sum::<f64>() / taus.len().max(1) as f64;
        assert_eq!(found.ordered, taus.len());
        assert!(
            (found.score - wanted).abs() < 1e-9,
            "{k}: {} {wanted}",
            found.score
        );
        let gain = |grades: Vec<f32>| -> f64 {
            let ranked = grades.iter().take(k).zip(2_u32..);
            ranked
                .map(|(&g, place)| f64::from(g) / f64::from(place).log2())
                .sum()
        };
        let ndcg = |(query, order): (usize, &Vec<(f64, usize)>)| {
            let grades: Vec<f32> = order.iter().map(|&(_, at)| grade(query, at)).collect();
            let mut best = grades.clone();
            best.sort_by(|a, b| b.total_cmp(a));
            gain(grades) / gain(best)
        };
        let wanted = orders.iter().enumerate().map(ndcg).sum::<f64>() / N as f64;
        assert!(
            (found.ndcg - wanted).abs() < 1e-9,
            "{k}: {} {wanted}",
            found.ndcg
        );
    }
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let (queries, candidates) = (numbers(N * DIM, 3), numbers(M * DIM, 4));
    let rows = |data| Rows::new(data, DIM).unwrap();
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let relevance = Relevance::function((N, M), &grade);
            let collection =
                TestCollection::new(rows(&queries), rows(&candidates), relevance).unwrap();
            let found = coherence(&collection, Distance::Cosine, &[10, M]).unwrap();
            (found, cross_modal(&collection, Distance::Cosine).unwrap())
        })
    };
    let one = run(1);
    for threads in [2, 3, 8] {
        assert!(run(threads) == one, "{threads} threads");
    }
}

#[test]
fn what_cannot_be_judged() {
    let data = [0.0, 1.0];
    let rows = Rows::new(&data, 1).unwrap();
    let none = |_: usize, _: usize| 0.0;
    let collection = TestCollection::new(rows, rows, Relevance::function((2, 2), &none)).unwrap();
    assert!(matches!(
        cross_modal(&collection, Distance::Euclidean),
        Err(Error::NoRelevant { .. })
    ));
    assert!(matches!(
        coherence(&collection, Distance::Euclidean, &[1]),
        Err(Error::NoRelevant { .. })
    ));
    assert!(matches!(
        coherence(&collection, Distance::Euclidean, &[0]),
        Err(Error::TooSmall { .. })
    ));
    assert!(matches!(
        collection.clustered(&[1]),
        Err(Error::Length { .. })
    ));
    let short = Relevance::function((2, 1), &none);
    assert!(matches!(
        TestCollection::new(rows, rows, short),
        Err(Error::Length { .. })
    ));
    let other = Rows::new(&data, 2).unwrap();
    let wide = Relevance::function((2, 1), &none);
    assert!(matches!(
        TestCollection::new(rows, other, wide),
        Err(Error::Dim { .. })
    ));
    // All right candidates equally relevant: nothing to order, and no NaN.
    let all = |_: usize, _: usize| 1.0;
    let collection = TestCollection::new(rows, rows, Relevance::function((2, 2), &all)).unwrap();
    let found = coherence(&collection, Distance::Euclidean, &[2]).unwrap()[0];
    assert_eq!((found.score, found.ordered, found.ndcg), (0.0, 0, 1.0));
}
