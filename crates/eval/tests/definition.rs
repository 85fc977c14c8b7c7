//! Every number against its definition as loops, on data whose distances are exact and often tied.
#![allow(clippy::unwrap_used, reason = "tests")]

mod world;

use tercet_eval::{Exclude, Labelled, fixed_gallery, neighbors, retrieval};
use tercet_kernels::Distance;
use world::{World, close};

/// The candidates of a query, sorted: the definition of a ranking.
fn ranked(world: &World, query: usize, distance: Distance, grouped: bool) -> Vec<usize> {
    let hidden = |c: usize| match grouped {
        true => world.groups[c] == world.groups[query],
        false => c == query,
    };
    let mut seen: Vec<usize> = (0..world.len()).filter(|&c| !hidden(c)).collect();
    // A stable sort keeps equally near candidates in the order of their indices.
    seen.sort_by(|&a, &b| {
        let (a, b) = (world.d(query, a, distance), world.d(query, b, distance));
        a.partial_cmp(&b).unwrap()
    });
    seen
}

/// Recall@1, @5, @10, R-precision, MAP@R, MRR and the number of queries, by sorting everything.
fn scores(world: &World, distance: Distance, grouped: bool) -> [f64; 7] {
    let mut sums = [0.0; 7];
    for query in 0..world.len() {
        let order = ranked(world, query, distance, grouped);
        let rel = order
            .iter()
            .map(|&c| world.labels[c] == world.labels[query]);
        let rel: Vec<bool> = rel.collect();
        let r = rel.iter().filter(|&&hit| hit).count();
        if r == 0 {
            continue;
        }
        let precision = |k: usize| rel[..k].iter().filter(|&&hit| hit).count() as f64 / k as f64;
        let first = rel.iter().position(|&hit| hit).unwrap() + 1;
        for (sum, k) in sums.iter_mut().zip([1, 5, 10]) {
            *sum += f64::from(u8::from(first <= k));
        }
        sums[3] += precision(r);
        let at_hits = (1..=r).filter(|&k| rel[k - 1]).map(precision);
        sums[4] += at_hits.sum::<f64>() / r as f64;
        sums[5] += 1.0 / first as f64;
        sums[6] += 1.0;
    }
    let queries = sums[6];
    sums.map(|sum| sum / queries)
        .into_iter()
        .take(6)
        .chain([queries])
        .collect::<Vec<_>>()
        .try_into()
        .unwrap()
}

#[test]
fn retrieval_is_what_sorting_everything_gives() {
    for world in World::all() {
        for distance in Distance::ALL.iter().copied() {
            for grouped in [false, true] {
                let groups = grouped.then_some(&world.groups[..]);
                let items = Labelled::new(world.rows(), &world.labels, groups).unwrap();
                let found = retrieval(&items, distance).unwrap();
                let wanted = scores(&world, distance, grouped);
                let given = [
                    found.recall_at[&1],
                    found.recall_at[&5],
                    found.recall_at[&10],
                    found.r_precision,
                    found.map_at_r,
                    found.mrr,
                    found.queries as f64,
                ];
                for (given, wanted) in given.into_iter().zip(wanted) {
                    close(given, wanted);
                }
                assert_eq!(found.recall_at_1, found.recall_at[&1]);
                assert_eq!(found.precision_at_1, found.recall_at[&1]);
                assert_eq!(found.queries + found.skipped, world.len());
            }
        }
    }
}

#[test]
fn neighbors_are_what_sorting_everything_gives() {
    for world in World::all() {
        for distance in Distance::ALL.iter().copied() {
            for (grouped, k) in [(false, 1), (false, 7), (true, 3), (true, 1000)] {
                let exclude = match grouped {
                    false => Exclude::Itself,
                    true => Exclude::Groups {
                        queries: &world.groups,
                        candidates: &world.groups,
                    },
                };
                let found = neighbors(world.rows(), world.rows(), distance, k, &exclude).unwrap();
                assert_eq!(found.len(), world.len());
                for query in 0..world.len() {
                    let mut wanted = ranked(&world, query, distance, grouped);
                    wanted.truncate(k);
                    assert_eq!(found.indices(query), wanted, "query {query}, k {k}");
                    let far = wanted.iter().map(|&c| world.d(query, c, distance) as f32);
                    assert_eq!(found.distances(query), far.collect::<Vec<_>>());
                }
            }
        }
    }
}

#[test]
fn queries_may_be_other_rows_than_candidates() {
    let world = World::signs(150, 16);
    let queries = World::signs(70, 16);
    let found = neighbors(
        queries.rows(),
        world.rows(),
        Distance::SquaredEuclidean,
        2,
        &Exclude::Nothing,
    );
    let found = found.unwrap();
    for query in 0..queries.len() {
        let far = |c: usize| {
            tercet_kernels::Distance::SquaredEuclidean
                .between(queries.rows().row(query), world.rows().row(c))
        };
        let mut wanted: Vec<usize> = (0..world.len()).collect();
        wanted.sort_by(|&a, &b| far(a).partial_cmp(&far(b)).unwrap());
        assert_eq!(found.indices(query), &wanted[..2]);
    }
}

#[test]
fn a_gallery_answers_with_its_nearest_item() {
    for world in World::all() {
        let kinds = world.kinds();
        let gallery: Vec<usize> = (0..kinds)
            .map(|kind| {
                world
                    .labels
                    .iter()
                    .position(|&l| l == world.labels[kind])
                    .unwrap()
            })
            .collect();
        let queries: Vec<usize> = (kinds..world.len()).collect();
        let items = Labelled::new(world.rows(), &world.labels, None).unwrap();
        for distance in Distance::ALL.iter().copied() {
            let found = fixed_gallery(&items, &world.groups, &gallery, &queries, distance).unwrap();
            let mut wanted = Vec::new();
            for one in &found.per_source {
                let asked = queries.iter().filter(|&&q| world.groups[q] == one.source);
                let asked: Vec<usize> = asked.copied().collect();
                let right = asked.iter().filter(|&&query| {
                    let mut best = gallery[0];
                    for &item in &gallery[1..] {
                        if world.d(query, item, distance) < world.d(query, best, distance) {
                            best = item;
                        }
                    }
                    world.labels[best] == world.labels[query]
                });
                wanted.push(right.count() as f64 / asked.len() as f64);
                assert_eq!(one.queries, asked.len());
                close(one.accuracy, *wanted.last().unwrap());
            }
            close(
                found.accuracy,
                wanted.iter().sum::<f64>() / wanted.len() as f64,
            );
            assert_eq!(found.ways, kinds);
        }
    }
}
