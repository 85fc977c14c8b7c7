//! Rows and parameters that a criterion cannot use.

use tercet_kernels::{Graded, Mark, Masked, Relation, Tuples};

use super::relations::{CLASSES, ROWS, cost, kinds, parameters, relations};
use super::*;

fn of(kind: &str) -> Criterion {
    Criterion::read(serde_json::json!({ "kind": kind })).unwrap()
}

/// What is said before is what happens.
#[test]
fn a_step_is_refused_exactly_where_it_is_unfit() {
    let data = numbers(ROWS * DIM, 51);
    let mut refused = 0;
    for relation in relations() {
        for criterion in kinds() {
            let result = cost(&criterion, &data, &relation, &parameters(&criterion));
            match (criterion.unfit(&relation), result) {
                (None, result) => {
                    assert!(result.is_ok(), "{criterion:?}, {relation:?}: {result:?}")
                }
                (
                    Some(wanted),
                    Err(Error::Unfit {
                        wanted: said,
                        given,
                    }),
                ) => {
                    assert_eq!((wanted, relation.kind()), (said, given));
                    refused += 1;
                }
                (Some(wanted), result) => panic!("{wanted}: {result:?}"),
            }
        }
    }
    assert!(refused > 100, "{refused}");
}

#[test]
fn what_each_kind_needs() {
    let classes = Relation::Classes(vec![0, 1]);
    let pairs = Relation::Tuples(Tuples::new(1, &[1, 2]).unwrap());
    let graded = Relation::Graded(Graded::mirrored(1, vec![1.0]).unwrap());
    let scored = Relation::Scored(vec![1.0]);
    for (kind, relation, wanted) in [
        ("given-triplet", &pairs, Some("tuples with negatives")),
        ("given-triplet", &classes, Some("tuples with negatives")),
        ("cosent", &classes, Some("scored pairs")),
        ("cosine-regression", &pairs, Some("scored pairs")),
        (
            "triplet",
            &scored,
            Some("rows with labels, relevance or marks, or tuples"),
        ),
        ("contrastive", &scored, None),
        ("arc-face", &graded, Some("class ids")),
        (
            "lifted",
            &graded,
            Some("one set of rows with labels per item"),
        ),
        ("lifted", &pairs, None),
        ("norm", &graded, None),
    ] {
        assert_eq!(of(kind).unfit(relation), wanted, "{kind}");
    }
}

#[track_caller]
fn message<T: std::fmt::Debug>(result: Result<T, Error>, wanted: &str) {
    assert_eq!(result.unwrap_err().to_string(), wanted);
}

#[test]
fn parameters_that_are_not_its_own() {
    let data = numbers(ROWS * DIM, 52);
    let relation = &relations()[0];
    let criterion = of("arc-face")
        .and(1.0, of("info-nce").learning(true))
        .unwrap();
    let good = parameters(&criterion);
    cost(&criterion, &data, relation, &good).unwrap();
    let shape = "parameter 0.proxies: wanted as many rows for every class, with the embeddings' dimension, given";
    message(
        cost(&criterion, &data, relation, &[]),
        &format!("{shape} none of that name"),
    );
    let mut wide = good.clone();
    wide[0].shape = vec![CLASSES, 5];
    message(
        cost(&criterion, &data, relation, &wide),
        &format!("{shape} [3, 5] with 12 numbers"),
    );
    let mut short = good.clone();
    short[0].values.pop();
    message(
        cost(&criterion, &data, relation, &short),
        &format!("{shape} [3, 4] with 11 numbers"),
    );
    let text = "parameter 1.log_scale: wanted one number, given none of that name";
    message(cost(&criterion, &data, relation, &good[..1]), text);
    let mut wild = good.clone();
    wild[1].values[0] = f32::NAN;
    let text = "parameters: wanted finite numbers, given NaN in row 1, column 0";
    message(cost(&criterion, &data, relation, &wild), text);
    let few = criterion.parameters(DIM, Some(2), 0).unwrap();
    let text = "class: wanted one from 0 on that has a proxy, given 2";
    message(cost(&criterion, &data, relation, &few), text);
    let below = Relation::Classes([vec![-1], vec![0; ROWS - 1]].concat());
    let text = "class: wanted one from 0 on that has a proxy, given -1";
    message(cost(&criterion, &data, &below, &good), text);
    let alone = Criterion::read(serde_json::json!({"kind": "centres", "on": "proxies"})).unwrap();
    message(
        cost(&alone, &data, relation, &[]),
        "rows: wanted a term with proxies, given none",
    );
    let tuples = of("soft-triple");
    let odd = Criterion::read(serde_json::json!({"kind": "soft-triple", "centres": 2})).unwrap();
    let mut odd = parameters(&odd);
    odd[0].shape = vec![6, DIM];
    assert!(cost(&tuples, &data, relation, &odd).is_err());
}

#[test]
fn rows_that_do_not_fit() {
    let data = numbers(ROWS * DIM, 53);
    let text = "rows: wanted 3, given 12";
    message(
        cost(&plain(), &data, &Relation::Classes(vec![0; 3]), &[]),
        text,
    );
    let wide = plain().matryoshka(&[(5, 1.0)]).unwrap();
    message(
        cost(&wide, &data, &relations()[0], &[]),
        "leading dimensions: wanted at most 4, given 5",
    );
    let mut wild = data.clone();
    wild[5] = f64::NAN;
    let text = "rows: wanted finite numbers, given NaN in row 1, column 1";
    message(cost(&plain(), &wild, &relations()[0], &[]), text);
    message(
        cost(&plain().normalized(true), &wild, &relations()[0], &[]),
        text,
    );
}

#[test]
fn relations_that_cannot_be() {
    message(
        Graded::within(2, vec![1.0; 3]),
        "relevance: wanted 4, given 3",
    );
    let text = "relevance: wanted a number in [0, 1], given -1 of anchor 1, candidate 0";
    message(Graded::between((1, 2), vec![0.5; 2], vec![0.5, -1.0]), text);
    let graded = Graded::transposed((1, 2), vec![0.5, 1.0]).unwrap();
    message(
        graded.clone().of_classes(vec![1; 2]),
        "classes: wanted 3, given 2",
    );
    let text = "positive relevance: wanted a number above 0 and at most 1, given 0";
    message(graded.clone().positive_from(0.0), text);
    message(Tuples::new(2, &[1, 2, 3]), "identities: wanted 4, given 3");
    message(
        Masked::within_matrix(2, &[Mark::Neither; 3]),
        "marks: wanted 4, given 3",
    );
    message(
        Masked::between_matrix((2, 1), vec![Mark::Neither]),
        "marks: wanted 2, given 1",
    );
    assert_eq!(*Relation::Graded(graded.clone()).classes(), [0, 1, 0]);
    let joined = graded.positive_from(0.5).unwrap();
    assert_eq!(*Relation::Graded(joined.clone()).classes(), [0, 0, 0]);
    let named = joined.of_classes(vec![4, 5, 6]).unwrap();
    assert_eq!(*Relation::Graded(named).classes(), [4, 5, 6]);
}
