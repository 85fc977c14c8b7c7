//! Labels of every kind: retrieval and NDCG against plain loops, and who refuses which kind.
#![allow(clippy::unwrap_used, reason = "tests")]

mod world;

use std::collections::BTreeSet;

use tercet_eval::{Episodes, Error, Labelled, Ndcg};
use tercet_eval::{fixed_gallery, ndcg, one_shot, retrieval};
use tercet_kernels::{Distance, Labels, Pairs, Paths, Relevance, Rows, Sets};
use world::{World, close};

const FAR: Distance = Distance::SquaredEuclidean;

/// What should hold of two items, by definition.
struct Truth<'t> {
    alike: &'t dyn Fn(usize, usize) -> bool,
    grade: &'t dyn Fn(usize, usize) -> f64,
}

fn set(item: usize) -> BTreeSet<i64> {
    match item % 7 {
        0 => BTreeSet::new(),
        _ => [item % 5, item * 3 % 11, 7].map(|x| x as i64).into(),
    }
}

fn jaccard(a: usize, b: usize) -> f64 {
    let (one, two) = (set(a), set(b));
    let both = one.intersection(&two).count() as f64;
    both / (one.union(&two).count() as f64).max(1.0)
}

fn path(item: usize) -> Vec<i64> {
    let whole = [item % 2, item % 3, item % 5].map(|x| x as i64);
    whole[..1 + item % 3].to_vec()
}

fn prefix(a: usize, b: usize) -> f64 {
    let (one, two) = (path(a), path(b));
    let mut common = 0;
    while common < one.len().min(two.len()) && one[common] == two[common] {
        common += 1;
    }
    common as f64 / one.len().max(two.len()) as f64
}

/// Not symmetric; item 4 has nothing.
fn listed(a: usize, b: usize) -> bool {
    a != 4 && (a * 7 + b * 3).is_multiple_of(5)
}

/// Not symmetric, in eighths; item 5 has nothing.
fn relevance(a: usize, b: usize) -> f32 {
    match a {
        5 => 0.0,
        _ => (a * 5 + b * 3 + a * b) as f32 % 9.0 / 8.0,
    }
}

/// Every kind of labels of `n` items, with their truths.
fn kinds(world: &World, check: &dyn Fn(&str, Labels<'_>, &Truth<'_>)) {
    let n = world.len();
    let one = |alike: bool| f64::from(u8::from(alike));
    let alike = |a: usize, b: usize| world.labels[a] == world.labels[b];
    let grade = |a, b| one(alike(a, b));
    let truth = Truth {
        alike: &alike,
        grade: &grade,
    };
    check("classes", (&world.labels).into(), &truth);

    let sets: Sets = (0..n).map(set).collect();
    let truth = Truth {
        alike: &|a, b| jaccard(a, b) > 0.0,
        grade: &jaccard,
    };
    check("sets", (&sets).into(), &truth);

    let paths = Paths::new((0..n).map(path)).unwrap();
    let truth = Truth {
        alike: &|a, b| path(a) == path(b),
        grade: &prefix,
    };
    check("paths", (&paths).into(), &truth);

    let cells = || (0..n).flat_map(|a| (0..n).map(move |b| (a, b)));
    let pairs = Pairs::new((n, n), cells().filter(|&(a, b)| listed(a, b))).unwrap();
    let truth = Truth {
        alike: &listed,
        grade: &|a, b| one(listed(a, b)),
    };
    check("pairs", (&pairs).into(), &truth);

    let matrix: Vec<f32> = cells().map(|(a, b)| relevance(a, b)).collect();
    let truth = Truth {
        alike: &|a, b| relevance(a, b) >= 0.75,
        grade: &|a, b| f64::from(relevance(a, b)),
    };
    for given in [
        Relevance::matrix((n, n), &matrix).unwrap(),
        Relevance::function((n, n), &relevance),
    ] {
        let labels = given.positive_from(0.75).unwrap();
        check("relevance", labels.into(), &truth);
    }
}

/// The candidates of a query, the nearest first, of equally near ones the lowest index.
fn ranked(world: &World, query: usize, distance: Distance, grouped: bool) -> Vec<usize> {
    let hidden = |c: usize| match grouped {
        true => world.groups[c] == world.groups[query],
        false => c == query,
    };
    let mut seen: Vec<usize> = (0..world.len()).filter(|&c| !hidden(c)).collect();
    seen.sort_by(|&a, &b| {
        let far = |c| world.d(query, c, distance);
        far(a).partial_cmp(&far(b)).unwrap()
    });
    seen
}

/// Looks at a kind of labels, its items, its truth and the rankings.
type Check = dyn Fn(&str, &Labelled<'_>, &Truth<'_>, &[Vec<usize>]);

/// Every kind on every world, with and without groups; the check gets the rankings.
fn everywhere(check: &Check) {
    for world in World::all() {
        for grouped in [false, true] {
            let ranked = |query| ranked(&world, query, FAR, grouped);
            let rankings: Vec<Vec<usize>> = (0..world.len()).map(ranked).collect();
            kinds(&world, &|what, labels, truth| {
                let groups = grouped.then_some(&world.groups[..]);
                let items = Labelled::new(world.rows(), labels, groups).unwrap();
                check(what, &items, truth, &rankings);
            });
        }
    }
}

#[test]
fn retrieval_takes_every_kind() {
    everywhere(&|what, items, truth, rankings| {
        let mut sums = [0.0; 5];
        let mut queries = 0;
        for (query, order) in rankings.iter().enumerate() {
            let rel: Vec<bool> = order.iter().map(|&c| (truth.alike)(query, c)).collect();
            let r = rel.iter().filter(|&&is| is).count();
            if r == 0 {
                continue;
            }
            queries += 1;
            let precision = |k: usize| rel[..k].iter().filter(|&&is| is).count() as f64 / k as f64;
            let first = rel.iter().position(|&is| is).unwrap() + 1;
            sums[0] += f64::from(u8::from(rel[0]));
            sums[1] += f64::from(u8::from(first <= 5));
            sums[2] += precision(r);
            let hits = (1..=r).filter(|&k| rel[k - 1]);
            sums[3] += hits.map(precision).sum::<f64>() / r as f64;
            sums[4] += 1.0 / first as f64;
        }
        let found = retrieval(items, FAR).unwrap();
        assert_eq!(found.queries, queries, "{what}");
        assert_eq!(found.skipped, rankings.len() - queries);
        let given = [
            found.recall_at_1,
            found.recall_at[&5],
            found.r_precision,
            found.map_at_r,
            found.mrr,
        ];
        for (given, sum) in given.into_iter().zip(sums) {
            close(given, sum / queries as f64);
        }
    });
}

#[test]
fn ndcg_takes_every_kind() {
    everywhere(&|what, items, truth, rankings| {
        for k in [1, 4, 1000] {
            let mut scores = vec![];
            for (query, order) in rankings.iter().enumerate() {
                let grades = order.iter().map(|&c| (truth.grade)(query, c));
                let found: Vec<f64> = grades.collect();
                let mut best = found.clone();
                best.sort_by(|x, y| y.partial_cmp(x).unwrap());
                let gain = |grades: &[f64]| {
                    let mut sum = 0.0;
                    for i in 1..=k.min(grades.len()) {
                        sum += grades[i - 1] / (i as f64 + 1.0).log2();
                    }
                    sum
                };
                if best[0] > 0.0 {
                    scores.push(gain(&found) / gain(&best));
                }
            }
            let found = ndcg(items, FAR, k).unwrap();
            let wanted = scores.iter().sum::<f64>() / scores.len() as f64;
            // Grades are f32.
            assert!((found.ndcg - wanted).abs() < 1e-6, "{what}, {k}");
            assert_eq!((found.k, found.queries), (k, scores.len()), "{what}");
            assert_eq!(found.skipped, rankings.len() - scores.len());
            let interval = found.interval95;
            assert!(interval.low <= found.ndcg && found.ndcg <= interval.high);
        }
    });
}

/// The worked example of Wikipedia's article on discounted cumulative gain: relevances 3, 2, 3, 0, 1, 2 are
/// shown, 3 and 2 are not: 6.861 / 8.740 = 0.785 at 6. Gains are linear, so a common factor cancels.
#[test]
fn ndcg_by_hand() {
    let data = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
    let mut grades = [0.0; 81];
    let relevances = [0.0f32, 3.0, 2.0, 3.0, 0.0, 1.0, 2.0, 3.0, 2.0];
    for (place, relevance) in grades.iter_mut().zip(relevances) {
        *place = relevance / 4.0;
    }
    let grades = Relevance::matrix((9, 9), &grades).unwrap();
    let items = Labelled::new(Rows::new(&data, 1).unwrap(), grades, None).unwrap();
    let found = ndcg(&items, FAR, 6).unwrap();
    assert!((found.ndcg - 6.861 / 8.740).abs() < 1e-4, "{}", found.ndcg);
    assert_eq!((found.queries, found.skipped), (1, 8));
    let text = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Ndcg>(&text).unwrap(), found);
    // None reaches level 1, so nothing is a positive.
    assert_eq!(retrieval(&items, FAR), Err(Error::NoRelevant { items: 9 }));
}

#[test]
fn equal_grades_or_a_perfect_order_score_one() {
    let world = World::signs(40, 4);
    let n = world.len();
    let all = Relevance::function((n, n), &|_, _| 0.5);
    let items = Labelled::new(world.rows(), all, None).unwrap();
    assert_eq!(ndcg(&items, FAR, 3).unwrap().ndcg, 1.0);
    let near = |a: usize, b: usize| 1.0 / (1.0 + world.d(a, b, FAR) as f32);
    let items = Labelled::new(world.rows(), Relevance::function((n, n), &near), None).unwrap();
    assert_eq!(ndcg(&items, FAR, 10).unwrap().ndcg, 1.0);
}

/// Sets of one label are classes, but for the interval: there queries are drawn one by one.
#[test]
fn sets_of_one_label_are_classes() {
    let world = World::signs(150, 16);
    let sets: Sets = world.labels.iter().map(|&label| [label]).collect();
    let classes = Labelled::new(world.rows(), &world.labels, None).unwrap();
    let sets = Labelled::new(world.rows(), &sets, None).unwrap();
    let (one, two) = (
        retrieval(&classes, FAR).unwrap(),
        retrieval(&sets, FAR).unwrap(),
    );
    assert_eq!(one.recall_at, two.recall_at);
    assert_eq!((one.map_at_r, one.mrr), (two.map_at_r, two.mrr));
    let interval = two.recall_at_1_interval95;
    let half = 1.96 * (two.recall_at_1 * (1.0 - two.recall_at_1) / 150.0).sqrt();
    assert!((interval.low - (two.recall_at_1 - half)).abs() < 0.02);
    assert!((interval.high - (two.recall_at_1 + half)).abs() < 0.02);
    assert_ne!(one.recall_at_1_interval95, interval);
    let (one, two) = (
        ndcg(&classes, FAR, 5).unwrap(),
        ndcg(&sets, FAR, 5).unwrap(),
    );
    close(one.ndcg, two.ndcg);
}

#[test]
fn ndcg_has_the_same_bits_on_any_number_of_threads() {
    let world = World::spread(300, 7);
    let paths = Paths::new((0..300).map(path)).unwrap();
    let items = Labelled::new(world.rows(), &paths, Some(&world.groups)).unwrap();
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        let found = pool.build().unwrap().install(|| ndcg(&items, FAR, 10));
        format!("{:?}", found.unwrap())
    };
    assert_eq!(with(1), with(2));
    assert_eq!(with(1), with(4));
}

#[test]
fn scores_by_class_name_the_kind_they_want() {
    let world = World::signs(20, 4);
    kinds(&world, &|what, labels, _| {
        let items = Labelled::new(world.rows(), labels, None).unwrap();
        assert_eq!(items.labels().kind(), labels.kind());
        let shot = one_shot(&items, FAR, &Episodes::default());
        let gallery = fixed_gallery(&items, &world.groups, &[0], &[1], FAR);
        let (shot, gallery) = (shot.unwrap_err(), gallery.unwrap_err());
        if what == "classes" {
            assert!(!matches!(shot, Error::Kind { .. }));
            assert!(!matches!(gallery, Error::Kind { .. }));
            return;
        }
        let wanted = format!("wanted labels that are class ids, given {}", labels.kind());
        assert_eq!(shot.to_string(), format!("one-shot accuracy: {wanted}"));
        assert_eq!(gallery.to_string(), format!("fixed gallery: {wanted}"));
    });
}

#[test]
fn labels_of_another_length() {
    let data = [0.0, 1.0, 2.0];
    let rows = Rows::new(&data, 1).unwrap();
    let refused = |labels: Labels<'_>| {
        let refused = Labelled::new(rows, labels, None).unwrap_err();
        refused.to_string()
    };
    let two: Sets = [[1], [1]].into_iter().collect();
    assert_eq!(refused((&two).into()), "labels: wanted 3, given 2");
    let wide = Pairs::new((3, 4), []).unwrap();
    let text = "candidates of the labels: wanted 3, given 4";
    assert_eq!(refused((&wide).into()), text);
    let few = Relevance::function((2, 3), &|_, _| 1.0);
    assert_eq!(refused(few.into()), "labels: wanted 3, given 2");
}

#[test]
fn ndcg_refuses_what_means_nothing() {
    let data = [0.0, 1.0];
    let rows = Rows::new(&data, 1).unwrap();
    let items = Labelled::new(rows, &[1, 1], None).unwrap();
    let refused = ndcg(&items, FAR, 0).unwrap_err().to_string();
    assert_eq!(refused, "k: wanted at least 1, given 0");
    let alone = Labelled::new(rows, &[1, 2], None).unwrap();
    assert_eq!(ndcg(&alone, FAR, 1), Err(Error::NoRelevant { items: 2 }));
}
