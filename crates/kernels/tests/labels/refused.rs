//! Labels that are refused, and with which words.

use crate::spy::Spy;
use tercet_kernels::{
    Affinity, Batch, Distance, Error, Objective, Pairs, Paths, Reduce, Relevance, Rows, Sets,
};

#[track_caller]
fn message<T: std::fmt::Debug>(result: Result<T, Error>, wanted: &str) {
    assert_eq!(result.unwrap_err().to_string(), wanted);
}

#[test]
fn pairs_outside_their_shape() {
    let text = "pairs: wanted anchors below 2 and candidates below 3, given";
    message(
        Pairs::new((2, 3), [(0, 1), (2, 0)]),
        &format!("{text} (2, 0)"),
    );
    message(Pairs::new((2, 3), [(0, 3)]), &format!("{text} (0, 3)"));
    assert!(Pairs::new((0, 0), []).is_ok());
}

#[test]
fn paths_without_a_step() {
    let text = "paths: wanted at least one step per item, given none for item 1";
    message(Paths::new([vec![1], vec![], vec![2]]), text);
    assert!(Paths::new([[1; 0]; 0]).is_ok());
}

#[test]
fn relevance_outside_its_range() {
    for (bad, given) in [(f32::NAN, "NaN"), (-0.5, "-0.5"), (1.5, "1.5")] {
        let text =
            format!("relevance: wanted a number in [0, 1], given {given} of anchor 1, candidate 0");
        message(Relevance::matrix((2, 2), &[0.0, 1.0, bad, 2.0]), &text);
    }
    // A function cannot be looked at beforehand.
    let wild = |a: usize, _: usize| [f32::NAN, -1.0, 2.0, f32::INFINITY][a];
    let relevance = Relevance::function((4, 1), &wild);
    assert_eq!(
        [0, 1, 2, 3].map(|a| relevance.of(a, 0)),
        [0.0, 0.0, 1.0, 1.0]
    );
    for (level, given) in [(0.0, "0"), (-1.0, "-1"), (1.5, "1.5"), (f32::NAN, "NaN")] {
        let text =
            format!("positive relevance: wanted a number above 0 and at most 1, given {given}");
        message(relevance.positive_from(level), &text);
    }
}

#[test]
fn kinds_that_do_not_fit() {
    let data = [0.0; 4];
    let rows = Rows::new(&data, 2).unwrap();
    let sets: Sets = [[1], [2]].into_iter().collect();
    let paths = Paths::new([[1], [2]]).unwrap();
    let pairs = Pairs::new((2, 2), [(0, 1)]).unwrap();
    let text = "labels: wanted one kind for anchors and candidates, given";
    let both = format!("{text} label sets and hierarchy paths");
    message(Batch::between(rows, &sets, rows, &paths), &both);
    message(Affinity::between(&sets, &paths), &both);
    let both = format!("{text} class ids and label sets");
    message(Batch::between(rows, &[1, 2], rows, &sets), &both);

    let text = "labels: wanted class ids, label sets or hierarchy paths of each side, given";
    let listed = format!("{text} positive pairs");
    message(Batch::between(rows, &pairs, rows, &pairs), &listed);
    message(Batch::between(rows, &[1, 2], rows, &pairs), &listed);
    let one = Relevance::function((2, 2), &|_, _| 1.0);
    message(
        Batch::between(rows, one, rows, &sets),
        &format!("{text} relevance"),
    );

    let text = "labels: wanted positive pairs, relevance or marked pairs, given";
    let given = Batch::related(rows, rows, &[1, 2]);
    message(given, &format!("{text} class ids"));
    let given = Batch::related(rows, rows, &paths);
    message(given, &format!("{text} hierarchy paths"));
}

#[test]
fn lengths_that_do_not_fit() {
    let data = [0.0; 6];
    let three = Rows::new(&data, 2).unwrap();
    let two = Rows::new(&data[..4], 2).unwrap();
    let sets: Sets = [[1], [2]].into_iter().collect();
    let paths = Paths::new([[1], [2]]).unwrap();
    let pairs = Pairs::new((3, 2), [(0, 1)]).unwrap();
    let one = Relevance::function((2, 3), &|_, _| 1.0);
    message(Batch::within(three, &sets), "labels: wanted 3, given 2");
    message(Batch::within(three, &paths), "labels: wanted 3, given 2");
    let anchors = "anchor labels: wanted 3, given 2";
    message(Batch::between(three, &sets, two, &sets), anchors);
    message(Batch::within(three, one), anchors);
    message(Batch::related(three, three, one), anchors);
    let candidates = "candidate labels: wanted 3, given 2";
    message(Batch::between(two, &paths, three, &paths), candidates);
    message(Batch::within(three, &pairs), candidates);
    let text = "candidates: wanted 3, given 2";
    message(Batch::matched(three, two), text);
    let text = "relevance: wanted 4, given 3";
    message(Relevance::matrix((2, 2), &[1.0; 3]), text);
    assert!(Relevance::matrix((usize::MAX, 2), &[]).is_err());
    let batch = || Batch::within(two, &sets).unwrap();
    let text = "anchor ids: wanted 2, given 1";
    message(batch().identified(&[1], &[1, 2]), text);
    let text = "candidate ids: wanted 2, given 3";
    message(batch().identified(&[1, 2], &[1, 2, 3]), text);
}

#[test]
fn candidates_that_cannot_be_grouped() {
    let data = [0.0, 1.0, 2.0, 3.0];
    let rows = Rows::new(&data, 1).unwrap();
    let evaluate = |batch: Result<Batch<'_, f64>, Error>| {
        let groups = Spy {
            groups: 2,
            ..Spy::default()
        };
        let objective = Objective::new(Distance::Euclidean, groups, Reduce::Sum).unwrap();
        let (fast, plain) = (
            objective.evaluate(&batch.clone().unwrap()),
            objective.evaluate_plain(&batch.unwrap()),
        );
        assert_eq!(fast.is_ok(), plain.is_ok());
        fast
    };
    let text = "candidates: wanted groups of 2 neighbours of one class, given";
    assert!(evaluate(Batch::within(rows, &[1, 1, 5, 5])).is_ok());
    let apart = format!("{text} another class or none in group 1 of 4 candidates");
    message(evaluate(Batch::within(rows, &[1, 1, 5, 6])), &apart);
    let odd = Rows::new(&data[..3], 1).unwrap();
    let apart = format!("{text} another class or none in group 1 of 3 candidates");
    message(evaluate(Batch::within(odd, &[1, 1, 5])), &apart);
    let sets: Sets = [[1], [1], [2], [2]].into_iter().collect();
    let kind = format!("{text} labels that are no class ids");
    message(evaluate(Batch::within(rows, &sets)), &kind);
}
