//! Pictures and captions: both directions in loops, several captions of a picture, ties, laws.
#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use tercet_eval::{Coherence, CrossModal, Error, TestCollection, coherence, cross_modal};
use tercet_kernels::{Distance, Relevance, Rows};

const DIM: usize = 2;
const FAR: Distance = Distance::SquaredEuclidean;

/// A side: its rows on a coarse grid, so that there are ties, and their groups.
type Side = (Vec<f32>, Vec<u32>);

fn side(most: usize, groups: u32) -> impl Strategy<Value = Side> {
    prop::collection::vec(((0_i8..5, 0_i8..5), 0..groups), 1..most).prop_map(|items| {
        let rows = items.iter().flat_map(|((x, y), _)| [*x, *y].map(f32::from));
        (rows.collect(), items.iter().map(|item| item.1).collect())
    })
}

fn rows(side: &Side) -> Rows<'_, f32> {
    Rows::new(&side.0, DIM).unwrap()
}

fn judge(asking: &Side, asked: &Side) -> Result<CrossModal, Error> {
    let collection = TestCollection::grouped(rows(asking), rows(asked), (&asking.1, &asked.1))?;
    cross_modal(&collection, FAR)
}

/// The rank of the best right candidate of every query that has one, by sorting all of them.
fn ranks(asking: &Side, asked: &Side) -> Vec<usize> {
    let squares =
        |a: &[f32], b: &[f32]| -> f32 { a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum() };
    let rank = |(query, group): (&[f32], &u32)| {
        let all = asked.0.chunks(DIM).enumerate();
        let mut all: Vec<(f32, usize)> = all.map(|(at, row)| (squares(query, row), at)).collect();
        all.sort_by(|a, b| a.partial_cmp(b).unwrap());
        let place = all.iter().position(|&(_, at)| asked.1[at] == *group);
        place.map(|place| place + 1)
    };
    asking
        .0
        .chunks(DIM)
        .zip(&asking.1)
        .filter_map(rank)
        .collect()
}

fn agrees(found: CrossModal, mut ranks: Vec<usize>, asking: usize) {
    let share =
        |k: usize| ranks.iter().filter(|&&rank| rank <= k).count() as f64 / ranks.len() as f64;
    assert_eq!(
        (found.queries, found.skipped),
        (ranks.len(), asking - ranks.len())
    );
    assert!((found.recall_at_1 - share(1)).abs() < 1e-12);
    for (k, recall) in &found.recall_at {
        assert!((recall - share(*k)).abs() < 1e-12);
    }
    let mean = ranks.iter().sum::<usize>() as f64 / ranks.len() as f64;
    assert!((found.mean_rank - mean).abs() < 1e-12);
    ranks.sort_unstable();
    let middle = ranks[(ranks.len() - 1) / 2] + ranks[ranks.len() / 2];
    assert_eq!(found.median_rank, middle as f64 / 2.0);
}

proptest! {
    #[test]
    fn both_directions_in_loops(pictures in side(40, 8), captions in side(90, 8)) {
        for (asking, asked) in [(&pictures, &captions), (&captions, &pictures)] {
            let ranks = ranks(asking, asked);
            match judge(asking, asked) {
                Ok(found) => agrees(found, ranks, asking.1.len()),
                Err(Error::NoRelevant { .. }) => prop_assert!(ranks.is_empty()),
                Err(error) => panic!("{error}"),
            }
        }
    }

    #[test]
    fn groups_are_a_relevance_of_one_and_zero(asking in side(30, 4), asked in side(30, 4)) {
        let of = |query: usize, candidate: usize| f32::from(asking.1[query] == asked.1[candidate]);
        let shape = (asking.1.len(), asked.1.len());
        let grouped = TestCollection::grouped(rows(&asking), rows(&asked), (&asking.1, &asked.1)).unwrap();
        let graded = TestCollection::new(rows(&asking), rows(&asked), Relevance::function(shape, &of)).unwrap();
        let graded = graded.clustered(&asking.1).unwrap();
        prop_assert_eq!(cross_modal(&grouped, FAR), cross_modal(&graded, FAR));
        let depths = [1, 3, 100];
        prop_assert_eq!(coherence(&grouped, FAR, &depths), coherence(&graded, FAR, &depths));
    }
}

/// A query at 0, candidates at 1, 2, ..., `m` and their relevance.
fn scores(grades: &[f32], depths: &[usize]) -> Vec<Coherence> {
    let places: Vec<f32> = (1_u8..).map(f32::from).take(grades.len()).collect();
    let relevance = Relevance::matrix((1, grades.len()), grades).unwrap();
    let query = Rows::new(&[0.0], 1).unwrap();
    let collection = TestCollection::new(query, Rows::new(&places, 1).unwrap(), relevance).unwrap();
    coherence(&collection, Distance::Euclidean, depths).unwrap()
}

proptest! {
    /// Only the order of relevance counts, not how far apart two grades are.
    #[test]
    fn the_score_sees_order_alone(grades in prop::collection::vec(1_u8..9, 2..50), k in 1_usize..60) {
        let graded = |of: &dyn Fn(f32) -> f32| -> Vec<f32> {
            grades.iter().map(|&grade| of(f32::from(grade) / 9.0)).collect()
        };
        let plain = scores(&graded(&|x| x), &[k])[0];
        prop_assert_eq!(scores(&graded(&|x| x * x), &[k])[0].score, plain.score);
        let turned = scores(&graded(&|x| 1.0 - x), &[k])[0];
        prop_assert!((turned.score + plain.score).abs() < 1e-12);
        prop_assert!(plain.k <= grades.len() && plain.score.abs() <= 1.0);
    }

    #[test]
    fn sorted_lists_are_coherent(mut grades in prop::collection::vec(0.0_f32..1.0, 2..50)) {
        grades.sort_by(f32::total_cmp);
        grades.dedup();
        prop_assume!(grades.len() > 1);
        let whole = usize::MAX;
        let score = |grades: &[f32]| scores(grades, &[whole])[0].score;
        prop_assert_eq!(score(&grades), -1.0);
        grades.reverse();
        prop_assert_eq!(score(&grades), 1.0);
        prop_assert!((scores(&grades, &[whole])[0].ndcg - 1.0).abs() < 1e-12);
    }
}

/// Equally near candidates stand in the order of their indices, as everywhere.
#[test]
fn sides_that_collapsed() {
    let pictures = (vec![1.0; 3 * DIM], vec![0, 1, 2]);
    let captions = (vec![1.0; 6 * DIM], vec![0, 0, 1, 1, 2, 2]);
    let found = judge(&pictures, &captions).unwrap();
    assert_eq!(
        (found.recall_at_1, found.median_rank, found.mean_rank),
        (1.0 / 3.0, 3.0, 3.0)
    );
    let collection =
        TestCollection::grouped(rows(&pictures), rows(&captions), (&pictures.1, &captions.1));
    let found = coherence(&collection.unwrap(), FAR, &[6]).unwrap()[0];
    // No list has an order: tau-b is not defined for any.
    assert_eq!((found.ordered, found.score, found.queries), (0, 0.0, 3));
}

/// Captions of one picture are drawn together: their interval is wider than that of as many lone ones.
#[test]
fn intervals_are_by_group() {
    let each = 5;
    let pictures: Vec<f32> = (0..40_u8).map(f32::from).collect();
    let groups: Vec<u32> = (0..40).collect();
    // All captions of an odd picture stand at the one before.
    let of_captions: Vec<u32> = (0..40 * each).map(|caption| caption / each).collect();
    let captions: Vec<f32> = of_captions.iter().map(|&of| (of - of % 2) as f32).collect();
    let (asking, asked) = (
        Rows::new(&captions, 1).unwrap(),
        Rows::new(&pictures, 1).unwrap(),
    );
    let collection = TestCollection::grouped(asking, asked, (&of_captions, &groups)).unwrap();
    let alone: Vec<u32> = (0..40 * each).collect();
    let [together, apart] = [collection, collection.clustered(&alone).unwrap()].map(|collection| {
        let found = cross_modal(&collection, FAR).unwrap();
        assert_eq!(found.recall_at_1, 0.5);
        found.recall_at_1_interval95
    });
    assert!(together.high - together.low > 1.8 * (apart.high - apart.low));
}

#[test]
fn groups_that_do_not_fit() {
    let side = (vec![0.0; 2 * DIM], vec![0, 1]);
    let say = |groups: (&[u32], &[u32])| {
        let error = TestCollection::grouped(rows(&side), rows(&side), groups).unwrap_err();
        error.to_string()
    };
    assert_eq!(say((&[0], &[0, 1])), "groups of queries: wanted 2, given 1");
    assert_eq!(
        say((&[0, 1], &[0, 1, 2])),
        "groups of candidates: wanted 2, given 3"
    );
    let wide = Rows::new(&side.0, 4).unwrap();
    let narrow = TestCollection::grouped(rows(&side), wide, (&[0, 1], &[0]));
    assert!(matches!(narrow, Err(Error::Dim { .. })));
    let strangers = TestCollection::grouped(rows(&side), rows(&side), (&[0, 1], &[2, 3])).unwrap();
    assert!(matches!(
        cross_modal(&strangers, FAR),
        Err(Error::NoRelevant { .. })
    ));
}
