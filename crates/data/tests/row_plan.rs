//! Which rows make up a step.
#![allow(clippy::unwrap_used, reason = "tests")]

mod rows;

use std::collections::BTreeSet;

use rows::tuple;
use tercet_data::{Error, RowPlan};

#[test]
fn pinned() {
    let plan = RowPlan::new(1_000_000, 6, 1).unwrap();
    assert_eq!(plan.batch(0), [314047, 7670, 19547, 213606, 810385, 777611]);
    assert_eq!(
        plan.batch(166_667),
        [737973, 166941, 432515, 873396, 926935, 44229]
    );
    assert_eq!(
        RowPlan::new(10, 10, 1).unwrap().batch(0),
        [4, 7, 8, 0, 3, 5, 2, 6, 1, 9]
    );
}

#[test]
fn draws_are_pinned() {
    let plan = RowPlan::new(10, 4, 1).unwrap();
    let example = tuple("a", &["p", "q", "r"], &["k", "l", "m", "n"]);
    let shown = |epoch| {
        let drawn = plan.draw(epoch, 3, &example, 2).unwrap();
        let negatives: String = drawn.negatives.into_iter().map(String::as_str).collect();
        format!("{} {negatives}", drawn.positive)
    };
    assert_eq!([shown(0), shown(1), shown(2)], ["q km", "p nl", "q ln"]);
}

#[test]
fn an_epoch_shows_every_row() {
    for (rows, batch) in [(1, 1), (7, 7), (10, 3), (64, 8), (1_000, 17)] {
        let plan = RowPlan::new(rows, batch, 5).unwrap();
        for epoch in 0..3 {
            let steps = epoch * plan.steps_per_epoch()..(epoch + 1) * plan.steps_per_epoch();
            let shown: Vec<usize> = steps.clone().flat_map(|step| plan.batch(step)).collect();
            assert!(steps.clone().all(|step| plan.epoch_of(step) == epoch));
            let first: BTreeSet<usize> = shown[..rows].iter().copied().collect();
            assert_eq!(first.len(), rows);
            assert_eq!(
                shown[rows..],
                shown[..shown.len() - rows],
                "filled from the front"
            );
        }
    }
}

#[test]
fn seeds_and_epochs_shuffle_anew() {
    let orders: BTreeSet<Vec<usize>> = (0..20)
        .flat_map(|seed| {
            let plan = RowPlan::new(50, 50, seed).unwrap();
            (0..20).map(move |epoch| plan.batch(epoch))
        })
        .collect();
    assert_eq!(orders.len(), 400);
}

#[test]
fn no_row_is_twice_in_a_batch() {
    let plan = RowPlan::new(11, 8, 2).unwrap();
    for step in 0..100 {
        assert_eq!(
            plan.batch(step).into_iter().collect::<BTreeSet<_>>().len(),
            8
        );
    }
}

#[test]
fn a_plan_over_many_rows_is_small_and_answers_at_once() {
    let plan = RowPlan::new(5_000_000_000, 512, 3).unwrap();
    assert!(size_of::<RowPlan>() <= 32);
    let far = plan.batch(123_456_789);
    assert!(
        far.iter().all(|&row| row < 5_000_000_000) && far.iter().any(|&row| row > 4_000_000_000)
    );
}

#[test]
fn negatives_are_drawn_without_repetition_up_to_what_there_is() {
    let plan = RowPlan::new(10, 4, 1).unwrap();
    let example = tuple("a", &["p"], &["k", "l", "m"]);
    let mut counts = [0; 3];
    for epoch in 0..3_000 {
        let drawn = plan.draw(epoch, 0, &example, 2).unwrap().negatives;
        assert_ne!(drawn[0], drawn[1]);
        for text in drawn {
            counts[["k", "l", "m"].iter().position(|one| one == text).unwrap()] += 1;
        }
    }
    assert!(
        counts.iter().all(|&count| (1_900..2_100).contains(&count)),
        "{counts:?}"
    );
    assert_eq!(plan.draw(0, 0, &example, 9).unwrap().negatives.len(), 3);
    assert!(plan.draw(0, 0, &example, 0).unwrap().negatives.is_empty());
    assert!(plan.draw(0, 0, &tuple("a", &[], &[]), 1).is_none());
    assert!(plan.draw(0, 0, &rows::scored("a", "b", 1.0), 1).is_none());
}

#[test]
fn batches_have_at_least_one_row_and_no_more_than_there_are() {
    for (rows, batch) in [(10, 0), (10, 11), (100_000, 65_537), (0, 1)] {
        let error = RowPlan::new(rows, batch, 1).unwrap_err();
        let wanted = format!(
            "sampler.batch: wanted 1 to 65,536 rows, and no more than there are, given {batch} of {rows}"
        );
        assert_eq!(error.to_string(), wanted);
        assert!(matches!(error, Error::Number { .. }));
    }
}
