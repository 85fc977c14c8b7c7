//! What must hold whatever the embeddings are.
#![allow(clippy::unwrap_used, reason = "tests")]

mod world;

use proptest::prelude::*;
use tercet_eval::{Episodes, Exclude, Labelled, Ranking};
use tercet_eval::{fixed_gallery, neighbors, one_shot, retrieval};
use tercet_kernels::{Distance, Rows};
use world::{World, close, mix};

/// Everything the crate computes, as text that shows every bit.
fn everything(world: &World, distance: Distance) -> String {
    let items = Labelled::new(world.rows(), &world.labels, Some(&world.groups)).unwrap();
    let bare = Labelled::new(world.rows(), &world.labels, None).unwrap();
    let episodes = Episodes {
        ways: 5,
        shots: 2,
        queries: 3,
        episodes: 50,
        seed: 3,
    };
    let kinds = world.kinds();
    let gallery: Vec<usize> = (0..kinds).collect();
    let queries: Vec<usize> = (kinds..world.len()).collect();
    let near = neighbors(world.rows(), world.rows(), distance, 5, &Exclude::Itself);
    format!(
        "{:?} {:?} {:?} {:?}",
        retrieval(&items, distance),
        one_shot(&items, distance, &episodes),
        fixed_gallery(&bare, &world.groups, &gallery, &queries, distance),
        near
    )
}

/// A world of rounded random numbers: distances that are not exact.
fn rough(n: usize, dim: usize) -> World {
    let mut world = World::spread(n, dim);
    let number = |i| (mix(i) % 1_000_003) as f32 / 1_000_003.0 - 0.5;
    world.data = (0..n * dim).map(number).collect();
    world
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let world = rough(300, 37);
    for distance in Distance::ALL.iter().copied() {
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
            let pool = pool.build().unwrap();
            pool.install(|| everything(&world, distance))
        };
        let one = with(1);
        assert_eq!(one, with(2));
        assert_eq!(one, with(4));
        assert!(!one.contains("Err"), "{one}");
    }
}

fn each_distance(worlds: &[World]) -> impl Iterator<Item = (&World, Distance)> {
    let distances = |world| Distance::ALL.iter().map(move |&distance| (world, distance));
    worlds.iter().flat_map(distances)
}

/// All distances, `(n, n)`.
fn table(world: &World, distance: Distance) -> Vec<Vec<f32>> {
    let (rows, n) = (world.rows(), world.len());
    let all = neighbors(rows, rows, distance, n, &Exclude::Nothing).unwrap();
    let line = |query: usize| {
        let mut line = vec![f32::NAN; n];
        let pairs = all.indices(query).iter().zip(all.distances(query));
        pairs.for_each(|(&c, &far)| line[c] = far);
        line
    };
    (0..n).map(line).collect()
}

#[test]
fn distances_depend_on_the_two_rows_only() {
    let worlds = [1, 2, 37, 700].map(|dim| rough(150, dim));
    for (world, distance) in each_distance(&worlds) {
        let table = table(world, distance);
        for a in [0, 63, 64, 149] {
            let (one, three) = (world.permuted(&[a]), world.permuted(&[5, a, 90]));
            let found = neighbors(one.rows(), three.rows(), distance, 3, &Exclude::Nothing);
            let found = found.unwrap();
            for (&c, &far) in found.indices(0).iter().zip(found.distances(0)) {
                assert_eq!(far.to_bits(), table[a][[5, a, 90][c]].to_bits());
            }
            for (b, line) in table.iter().enumerate() {
                assert_eq!(table[a][b].to_bits(), line[a].to_bits(), "{a} {b}");
            }
        }
    }
}

#[test]
fn distances_are_right() {
    let worlds = [5, 300].map(|dim| rough(150, dim));
    for (world, distance) in each_distance(&worlds) {
        let table = table(world, distance);
        for (a, line) in table.iter().enumerate() {
            for (b, &far) in line.iter().enumerate() {
                let wanted = world.d(a, b, distance);
                assert!((f64::from(far) - wanted).abs() < 2e-5 * wanted.abs().max(1.0));
            }
            if distance != Distance::NegativeDot {
                assert_eq!(line[a], 0.0);
            }
        }
    }
}

/// Gram forms lose near duplicates: at distance 1e-4 of rows of length 10 they would be noise.
#[test]
fn near_duplicates_keep_their_digits() {
    let mut world = rough(60, 50);
    for (i, row) in world.data.chunks_mut(50).enumerate() {
        row.fill(1.5);
        row[i % 50] += 1e-4 * (i + 1) as f32;
    }
    for distance in [Distance::SquaredEuclidean, Distance::Euclidean] {
        for (a, line) in table(&world, distance).iter().enumerate() {
            for (b, &far) in line.iter().enumerate() {
                let wanted = world.d(a, b, distance);
                assert!((f64::from(far) - wanted).abs() <= 1e-5 * wanted);
            }
        }
    }
}

#[test]
fn the_order_of_the_items_does_not_matter() {
    let world = rough(120, 16);
    let mut order: Vec<usize> = (0..120).collect();
    order.sort_by_key(|&i| mix(i + 1));
    let other = world.permuted(&order);
    let score = |world: &World| {
        let items = Labelled::new(world.rows(), &world.labels, Some(&world.groups)).unwrap();
        retrieval(&items, Distance::SquaredEuclidean).unwrap()
    };
    let (a, b) = (score(&world), score(&other));
    assert_eq!(a.recall_at, b.recall_at);
    assert_eq!(a.recall_at_1_interval95, b.recall_at_1_interval95);
    close(a.map_at_r, b.map_at_r);
    close(a.mrr, b.mrr);
}

#[test]
fn the_order_of_gallery_and_queries_does_not_matter() {
    let world = World::signs(100, 16);
    let items = Labelled::new(world.rows(), &world.labels, None).unwrap();
    let kinds = world.kinds();
    let (mut gallery, mut queries): (Vec<_>, Vec<_>) =
        ((0..kinds).collect(), (kinds..100).collect());
    let ask = |gallery: &[usize], queries: &[usize]| {
        fixed_gallery(&items, &world.groups, gallery, queries, Distance::Cosine).unwrap()
    };
    let forwards = ask(&gallery, &queries);
    gallery.reverse();
    queries.reverse();
    assert_eq!(forwards, ask(&gallery, &queries));
    assert!(forwards.interval95.low <= forwards.accuracy);
    assert!(forwards.interval95.high >= forwards.accuracy);
}

#[test]
fn a_group_of_its_own_is_no_group() {
    let world = World::signs(80, 16);
    let own: Vec<u32> = (0..80).rev().collect();
    let bare = Labelled::new(world.rows(), &world.labels, None).unwrap();
    let grouped = Labelled::new(world.rows(), &world.labels, Some(&own)).unwrap();
    let distance = Distance::SquaredEuclidean;
    assert_eq!(retrieval(&bare, distance), retrieval(&grouped, distance));
    let episodes = Episodes {
        ways: 3,
        episodes: 20,
        ..Episodes::default()
    };
    let (a, b) = (
        one_shot(&bare, distance, &episodes),
        one_shot(&grouped, distance, &episodes),
    );
    assert_eq!(a, b);
}

#[test]
fn classes_apart_score_one() {
    let mut world = World::spread(60, 3);
    for (row, &label) in world.data.chunks_mut(3).zip(&world.labels) {
        let class = (label & 0xff) * 2 + (label >> 40);
        row[0] = class as f32 * 64.0;
    }
    let items = Labelled::new(world.rows(), &world.labels, None).unwrap();
    let found = retrieval(&items, Distance::Euclidean).unwrap();
    assert_eq!((found.map_at_r, found.mrr), (1.0, 1.0));
    assert_eq!(found.recall_at_1_interval95.low, 1.0);
}

proptest! {
    #[test]
    fn scores_keep_their_order(list in proptest::collection::vec(any::<bool>(), 1..40), missed in 0usize..5) {
        let relevant = list.iter().filter(|&&hit| hit).count() + missed;
        let ranking = Ranking::of_list(&list, relevant);
        prop_assert_eq!(ranking.relevant(), relevant);
        let Some(score) = ranking.score() else {
            prop_assert_eq!(relevant, 0);
            return Ok(());
        };
        prop_assert!(0.0 <= score.map_at_r && score.map_at_r <= score.r_precision + 1e-12);
        prop_assert!(score.r_precision <= 1.0);
        prop_assert_eq!(score.hit(1), score.reciprocal_rank == 1.0);
        prop_assert!(!score.hit(3) || score.hit(4));
    }

    #[test]
    fn scores_are_shares(numbers in proptest::collection::vec(-4i8..4, 8..60), classes in 1i64..6) {
        let data: Vec<f32> = numbers.iter().map(|&number| f32::from(number)).collect();
        let labels: Vec<i64> = (0..data.len() as i64).map(|i| i % classes).collect();
        let items = Labelled::new(Rows::new(&data, 1).unwrap(), &labels, None).unwrap();
        let found = retrieval(&items, Distance::Euclidean).unwrap();
        let recall = [found.recall_at[&1], found.recall_at[&5], found.recall_at[&10]];
        prop_assert!(recall.is_sorted() && recall[2] <= 1.0);
        prop_assert!(found.recall_at_1 <= found.mrr);
        prop_assert!(found.map_at_r <= found.r_precision + 1e-12);
        let interval = found.recall_at_1_interval95;
prop_assert!(0.0 <= interval.low && interval.low <= interval.high && interval.high <= 1.0);
    }
}
