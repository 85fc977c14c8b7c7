//! Numbers of other libraries: pytorch-metric-learning 2.8.1 (its own unit tests), and trec_eval and
//! scikit-learn through `reference/retrieval.py`.
#![allow(clippy::unwrap_used, reason = "tests")]

mod world;

use tercet_eval::{Exclude, Labelled, QueryScore, Ranking};
use tercet_eval::{Retrieval, fixed_gallery, ndcg, neighbors, retrieval};
use tercet_kernels::{Distance, Relevance, Rows};
use world::close;

/// pytorch-metric-learning, `tests/utils/test_calculate_accuracies.py`.
#[test]
fn pytorch_metric_learning() {
    let found = [
        [0, 1, 1, 2, 2],
        [1, 0, 1, 1, 3],
        [4, 4, 4, 4, 2],
        [3, 1, 3, 1, 3],
        [0, 0, 4, 2, 2],
        [1, 2, 3, 4, 5],
    ];
    let labels = [1, 1, 2, 3, 4, 0];
    let counts = [2, 3, 5, 4, 5];
    let scores: Vec<QueryScore> = found
        .iter()
        .zip(labels)
        .map(|(found, label)| {
            let list = found.map(|one| one == label);
            Ranking::of_list(&list, counts[label]).score().unwrap()
        })
        .collect();
    let third = 1.0 / 3.0;
    let wanted = [
        (2.0 * third, (0.5 + 2.0 * third) / 3.0, 0.5),
        (2.0 * third, (1.0 + 2.0 * third) / 3.0, 1.0),
        (0.2, 0.2 / 5.0, 0.2),
        (0.5, (1.0 + 2.0 * third) / 4.0, 1.0),
        (0.2, third / 5.0, third),
        (0.0, 0.0, 0.0),
    ];
    for (score, (r_precision, map_at_r, mrr)) in scores.iter().zip(wanted) {
        close(score.r_precision, r_precision);
        close(score.map_at_r, map_at_r);
        close(score.reciprocal_rank, mrr);
    }
    assert_eq!(scores.iter().filter(|score| score.hit(1)).count(), 2);
}

/// One right answer first and wrong ones after it, of ten that there are.
#[test]
fn one_of_ten() {
    let mut list = [false; 10];
    list[0] = true;
    let score = Ranking::of_list(&list, 10).score().unwrap();
    assert!(score.hit(1));
    close(score.r_precision, 0.1);
    close(score.map_at_r, 0.1);
}

const N: usize = 60;

/// The embeddings of the script, `(60, 6)`, and their labels.
fn reference() -> (Vec<f32>, Vec<i64>) {
    let kind = |i: usize| i * 7 % 11;
    let number = |i: usize, j: usize| {
        let offset = [kind(i), kind(i) * 4 % 11, 0, 0, 0, 0][j] as f32 / 4.0;
        ((i * i * 37 + i * j * 109 + j * 57) % 251) as f32 / 256.0 - 0.5 + offset
    };
    let data = (0..N * 6).map(|at| number(at / 6, at % 6)).collect();
    let mut labels: Vec<i64> = (0..N).map(|i| kind(i) as i64 + (1 << 40)).collect();
    labels[N - 1] = -1;
    (data, labels)
}

fn compare(found: &Retrieval, wanted: [f64; 6]) {
    let recall = [
        found.recall_at[&1],
        found.recall_at[&5],
        found.recall_at[&10],
    ];
    let rest = [found.r_precision, found.map_at_r, found.mrr];
    for (given, wanted) in recall.into_iter().chain(rest).zip(wanted) {
        close(given, wanted);
    }
    assert_eq!((found.queries, found.skipped), (59, 1));
}

#[test]
fn trec_eval() {
    let (data, labels) = reference();
    let rows = Rows::new(&data, 6).unwrap();
    let groups: Vec<u32> = (0..N as u32).map(|i| i % 4).collect();
    let alone = Labelled::new(rows, &labels, None).unwrap();
    let grouped = Labelled::new(rows, &labels, Some(&groups)).unwrap();
    for distance in [Distance::SquaredEuclidean, Distance::Euclidean] {
        compare(
            &retrieval(&alone, distance).unwrap(),
            [
                0.389_830_508_474_576,
                0.813_559_322_033_898,
                1.0,
                0.405_932_203_389_831,
                0.303_418_079_096_045,
                0.576_829_432_337_907,
            ],
        );
        compare(
            &retrieval(&grouped, distance).unwrap(),
            [
                0.423_728_813_559_322,
                0.915_254_237_288_136,
                1.0,
                0.434_745_762_711_864,
                0.343_573_446_327_684,
                0.617_554_479_418_886,
            ],
        );
    }
}

#[test]
fn scikit_learn() {
    let (data, labels) = reference();
    let rows = Rows::new(&data, 6).unwrap();
    let squared = Distance::SquaredEuclidean;
    let found = neighbors(rows, rows, squared, 3, &Exclude::Itself).unwrap();
    assert_eq!(found.indices(0), [22, 33, 44]);
    assert_eq!(found.indices(1), [12, 38, 34]);
    assert_eq!(found.indices(2), [13, 24, 59]);

    let items = Labelled::new(rows, &labels, None).unwrap();
    let sources: Vec<u32> = (0..N as u32).map(|i| i % 3).collect();
    let gallery: Vec<usize> = (0..11).collect();
    let queries: Vec<usize> = (11..N - 1).collect();
    let found = fixed_gallery(&items, &sources, &gallery, &queries, squared).unwrap();
    let per_source: Vec<f64> = found.per_source.iter().map(|one| one.accuracy).collect();
    assert_eq!(per_source, [0.375, 0.375, 0.4375]);
    close(found.accuracy, 0.395_833_333_333_333_3);
}

/// trec_eval and scikit-learn agree on these.
#[test]
fn ndcg_on_graded_relevance() {
    let (data, _) = reference();
    let rows = Rows::new(&data, 6).unwrap();
    let groups: Vec<u32> = (0..N as u32).map(|i| i % 4).collect();
    let grade = |i: usize, c: usize| ((i * 5 + c * 3 + i * c) % 9) as f32 / 8.0;
    let grades = Relevance::function((N, N), &grade);
    let alone = Labelled::new(rows, grades, None).unwrap();
    let grouped = Labelled::new(rows, grades, Some(&groups)).unwrap();
    let wanted = [
        (1, 0.566_666_666_666_667, 0.570_833_333_333_333),
        (5, 0.553_966_418_666_389, 0.568_100_172_408_675),
        (100, 0.837_648_634_109_109, 0.833_658_460_717_199),
    ];
    for (k, of_all, of_others) in wanted {
        let found = ndcg(&alone, Distance::SquaredEuclidean, k).unwrap();
        close(found.ndcg, of_all);
        assert_eq!((found.queries, found.skipped), (N, 0));
        let found = ndcg(&grouped, Distance::SquaredEuclidean, k).unwrap();
        close(found.ndcg, of_others);
    }
}
