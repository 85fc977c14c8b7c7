//! Sets at the edge: nothing to find, everything the same, more wanted than there is.
#![allow(clippy::unwrap_used, reason = "tests")]

mod world;

use tercet_eval::{Episodes, Exclude, Labelled, Ranking};
use tercet_eval::{neighbors, one_shot, retrieval};
use tercet_kernels::{Distance, Rows};
use world::{World, close};

#[test]
fn one_class_is_always_right() {
    let world = World::spread(9, 3);
    for distance in Distance::ALL.iter().copied() {
        let items = Labelled::new(world.rows(), &[i64::MAX; 9], None).unwrap();
        let found = retrieval(&items, distance).unwrap();
        assert_eq!(
            (found.recall_at_1, found.map_at_r, found.mrr),
            (1.0, 1.0, 1.0)
        );
        assert_eq!((found.queries, found.skipped), (9, 0));
        let interval = found.recall_at_1_interval95;
        assert_eq!((interval.low, interval.high), (1.0, 1.0));
    }
}

#[test]
fn equal_embeddings_are_ranked_by_index() {
    // Every query sees the others in the order 0, 1, 2, 3: labels 1, 2, 2, 1.
    let rows = [0.25; 8];
    for distance in Distance::ALL.iter().copied() {
        let rows = Rows::new(&rows, 2).unwrap();
        let found = neighbors(rows, rows, distance, 2, &Exclude::Itself).unwrap();
        assert_eq!(found.indices(0), [1, 2]);
        assert_eq!(found.indices(1), [0, 2]);
        assert_eq!(found.indices(3), [0, 1]);
        let items = Labelled::new(rows, &[1, 2, 2, 1], None).unwrap();
        let found = retrieval(&items, distance).unwrap();
        // Ranks of the right one: 3 (of 1, 2, 3), 2, 2 and 1.
        assert_eq!(found.recall_at_1, 0.25);
        close(found.mrr, (1.0 / 3.0 + 0.5 + 0.5 + 1.0) / 4.0);
    }
}

#[test]
fn more_neighbors_wanted_than_there_are() {
    let data = [0.0, 1.0, 5.0];
    let rows = Rows::new(&data, 1).unwrap();
    let groups = [4, 4, 9];
    let exclude = Exclude::Groups {
        queries: &groups,
        candidates: &groups,
    };
    let found = neighbors(rows, rows, Distance::Euclidean, 10, &exclude).unwrap();
    assert_eq!(found.indices(0), [2]);
    assert_eq!(found.indices(2), [1, 0]);
    assert_eq!(found.distances(2), [4.0, 5.0]);
    let same = [1, 1, 1];
    let exclude = Exclude::Groups {
        queries: &same,
        candidates: &same,
    };
    let found = neighbors(rows, rows, Distance::Euclidean, 10, &exclude).unwrap();
    assert!((0..3).all(|query| found.indices(query).is_empty()));
    let none = neighbors(rows, rows, Distance::Euclidean, 0, &Exclude::Nothing).unwrap();
    assert_eq!((none.len(), none.is_empty()), (3, false));
    assert!(none.distances(1).is_empty());
}

#[test]
fn lone_queries_are_left_out_not_scored() {
    assert_eq!(Ranking::of_list(&[false, false], 0).score(), None);
    let data = [0.0, 0.5, 3.0, 3.5, 9.0];
    let rows = Rows::new(&data, 1).unwrap();
    let labels = [1, 1, 2, 2, 3];
    // Item 4 is alone in its class; items 2 and 3 only have each other, in one group.
    let groups = [0, 1, 2, 2, 3];
    let items = Labelled::new(rows, &labels, Some(&groups)).unwrap();
    let found = retrieval(&items, Distance::Euclidean).unwrap();
    assert_eq!((found.queries, found.skipped), (2, 3));
    assert_eq!(found.recall_at_1, 1.0);
}

#[test]
fn a_twin_is_no_candidate() {
    // Two designs of two classes: without groups the twin of the same design would be nearest.
    let data = [0.0, 0.1, 4.0, 5.0, 5.1, 1.0];
    let rows = Rows::new(&data, 1).unwrap();
    let labels = [1, 1, 1, 2, 2, 2];
    let groups = [0, 0, 1, 0, 0, 1];
    let alone = Labelled::new(rows, &labels, None).unwrap();
    let grouped = Labelled::new(rows, &labels, Some(&groups)).unwrap();
    let recall = |items| retrieval(items, Distance::Euclidean).unwrap().recall_at_1;
    close(recall(&alone), 4.0 / 6.0);
    assert_eq!(recall(&grouped), 0.0);
}

#[test]
fn zero_rows_have_a_cosine_distance() {
    let data = [0.0, 0.0, 0.0, 0.0, 1.0, 0.0];
    let rows = Rows::new(&data, 2).unwrap();
    let found = neighbors(rows, rows, Distance::Cosine, 3, &Exclude::Nothing).unwrap();
    assert_eq!(found.distances(0), [1.0, 1.0, 1.0]);
    assert_eq!(found.indices(2), [2, 0, 1]);
    assert_eq!(found.distances(2), [0.0, 1.0, 1.0]);
}

#[test]
fn equal_embeddings_leave_one_shot_at_chance() {
    let world = World::equal(100);
    let items = Labelled::new(world.rows(), &world.labels, None).unwrap();
    let episodes = Episodes {
        ways: 4,
        queries: 2,
        ..Episodes::default()
    };
    // Ties go to the lowest support of an episode, which is right for one of the four classes.
    let found = one_shot(&items, Distance::SquaredEuclidean, &episodes).unwrap();
    close(found.accuracy, 0.25);
    close(found.interval95.high - found.interval95.low, 0.0);
}
