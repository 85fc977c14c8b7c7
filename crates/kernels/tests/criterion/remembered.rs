//! Steps with rows of past steps.

use tercet_kernels::{Memory, Relation, Remembered, StepContext, Workspace};

use super::relations::{ROWS, relations, usual};
use super::*;
use crate::batches::family;

fn memory(rows_of: usize, ready: bool) -> Memory<f64> {
    let data = numbers(rows_of * DIM, 41);
    let mut memory = Memory::new(40, DIM, if ready { 1 } else { 9 }).unwrap();
    memory.push(rows(&data), &labels(rows_of, 3, 5)).unwrap();
    memory
}

#[test]
fn the_part_of_a_memory_is_added() {
    let data = numbers(ROWS * DIM, 42);
    let classes = labels(ROWS, 3, 2);
    let relation = Relation::Classes(classes.clone());
    let mut with_own = memory(20, true);
    let ids = with_own.push(rows(&data), &classes).unwrap();
    let without = memory(20, true);
    for loss in family() {
        let criterion = usual(loss);
        let objective = criterion.terms()[0].objective().unwrap();
        let learnt = criterion.parameters(DIM, Some(3), 0).unwrap();
        if !learnt.is_empty() || objective.loss().name() == "lifted" {
            continue;
        }
        for (memory, ids) in [(&with_own, Some(&ids[..])), (&without, None)] {
            let mut workspace = Workspace::default();
            let alone = StepContext::new(1, 2, &mut workspace);
            let alone = criterion.cost(rows(&data), &relation, alone).unwrap();
            let step = StepContext::new(1, 2, &mut workspace).with_memory(Remembered {
                memory,
                ids,
                weight: 0.5,
            });
            let given = criterion.cost(rows(&data), &relation, step).unwrap();
            let batch =
                Batch::between(rows(&data), &classes, memory.rows(), memory.labels()).unwrap();
            let batch = match ids {
                Some(ids) => batch.identified(ids, memory.ids()).unwrap(),
                None => batch,
            };
            let past = objective.evaluate(&batch.keyed(1, 2)).unwrap();
            close(given.value, alone.value + 0.5 * past.value);
            let wanted: Vec<f64> = alone
                .gradient
                .iter()
                .zip(&past.anchors)
                .map(|(a, b)| a + 0.5 * b)
                .collect();
            assert!(apart(&given.gradient, &wanted) < 1e-12, "{criterion:?}");
            assert_eq!(
                given.terms.terms(),
                alone.terms.terms() + past.terms.terms()
            );
        }
    }
}

/// On leading dimensions the past is cut, too; a criterion's other terms have no part of it.
#[test]
fn the_past_is_seen_as_the_rows_are() {
    let data = numbers(ROWS * DIM, 43);
    let classes = labels(ROWS, 3, 2);
    let relation = Relation::Classes(classes.clone());
    let memory = memory(20, true);
    let criterion = Criterion::of(linear())
        .matryoshka(&[(2, 1.0)])
        .unwrap()
        .and(1.0, Regularizer::Norm)
        .unwrap();
    let mut workspace = Workspace::default();
    let mut value = |criterion: &Criterion, memory: Option<&Memory<f64>>, data: &[f64], dim| {
        let mut step = StepContext::new(0, 0, &mut workspace);
        step.memory = memory.map(|memory| Remembered {
            memory,
            ids: None,
            weight: 1.0,
        });
        criterion
            .cost(Rows::new(data, dim).unwrap(), &relation, step)
            .unwrap()
            .value
    };
    let unit = |data: &[f64]| -> Vec<f64> {
        let cut = data.chunks(DIM).flat_map(|row| {
            let length = (row[0] * row[0] + row[1] * row[1]).sqrt();
            [row[0] / length, row[1] / length]
        });
        cut.collect()
    };
    let (short, past) = (unit(&data), unit(memory.rows().data()));
    let mut cut = Memory::new(40, 2, 1).unwrap();
    cut.push(Rows::new(&past, 2).unwrap(), memory.labels())
        .unwrap();
    let wanted = value(&Criterion::of(linear()), Some(&cut), &short, 2)
        + value(&Regularizer::Norm.into(), None, &data, DIM);
    close(value(&criterion, Some(&memory), &data, DIM), wanted);
}

#[test]
fn a_memory_that_is_not_ready_is_not_looked_at() {
    let data = numbers(ROWS * DIM, 44);
    let memory = memory(20, false);
    let mut workspace = Workspace::default();
    for relation in relations() {
        if plain().unfit(&relation).is_some() {
            continue;
        }
        let alone = StepContext::new(0, 0, &mut workspace);
        let alone = plain().cost(rows(&data), &relation, alone).unwrap();
        let step = StepContext::new(0, 0, &mut workspace).with_memory(Remembered {
            memory: &memory,
            ids: None,
            weight: 1.0,
        });
        assert_eq!(plain().cost(rows(&data), &relation, step).unwrap(), alone);
    }
}

#[test]
fn a_memory_wants_classes() {
    let data = numbers(ROWS * DIM, 45);
    let memory = memory(20, true);
    let mut workspace = Workspace::default();
    for relation in &relations()[1..] {
        if plain().unfit(relation).is_some() {
            continue;
        }
        let step = StepContext::new(0, 0, &mut workspace).with_memory(Remembered {
            memory: &memory,
            ids: None,
            weight: 1.0,
        });
        let error = plain()
            .cost(rows(&data), relation, step)
            .unwrap_err()
            .to_string();
        let wanted = format!(
            "rows: wanted class ids, which are all that a memory knows of its rows, given {}",
            relation.kind()
        );
        assert_eq!(error, wanted);
    }
    let step = StepContext::new(0, 0, &mut workspace).with_memory(Remembered {
        memory: &memory,
        ids: None,
        weight: f64::NAN,
    });
    let error = plain()
        .cost(rows(&data), &relations()[0], step)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "memory weight: wanted a finite number, given NaN"
    );
    let step = StepContext::new(0, 0, &mut workspace).with_memory(Remembered {
        memory: &memory,
        ids: Some(&[1, 2]),
        weight: 1.0,
    });
    let error = plain()
        .cost(rows(&data), &relations()[0], step)
        .unwrap_err();
    assert_eq!(error.to_string(), "anchor ids: wanted 12, given 2");
}
