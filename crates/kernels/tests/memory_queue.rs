//! The cross-batch memory against a plain list of everything that was ever pushed.
#![allow(clippy::unwrap_used, reason = "tests")]

mod batches;

use batches::{evaluate, labels, numbers, numbers_f32};
use tercet_kernels::{
    Batch, Contrastive, Distance, Error, Margin, Memory, Objective, Reduce, Rows, Select, Triplet,
};

const DIM: usize = 3;

fn rows<T: tercet_kernels::Real>(data: &[T]) -> Rows<'_, T> {
    Rows::new(data, DIM).unwrap()
}

fn objective() -> Objective<Triplet> {
    let loss = Triplet::new(Margin::hard(0.3).unwrap(), Select::All);
    Objective::new(Distance::Euclidean, loss, Reduce::Mean).unwrap()
}

/// Everything ever pushed: (id, label, row).
type History = Vec<(u64, i64, Vec<f64>)>;

/// The mean hinge over triplets of an anchor and two of the last `capacity` rows pushed, itself left out.
fn definition(history: &History, capacity: usize, ids: &[u64]) -> (f64, u64) {
    let kept = &history[history.len().saturating_sub(capacity)..];
    let far = |a: &[f64], b: &[f64]| {
        let squares = a.iter().zip(b).map(|(x, y)| (x - y).powi(2));
        squares.sum::<f64>().sqrt()
    };
    let (mut sum, mut terms) = (0.0, 0u32);
    for (own, label, anchor) in history.iter().filter(|(id, ..)| ids.contains(id)) {
        for (id, _, positive) in kept.iter().filter(|(_, other, _)| other == label) {
            for (_, _, negative) in kept.iter().filter(|(_, other, _)| other != label) {
                if id != own {
                    sum += (far(anchor, positive) - far(anchor, negative) + 0.3).max(0.0);
                    terms += 1;
                }
            }
        }
    }
    (sum / f64::from(terms.max(1)), u64::from(terms))
}

/// Pushes of every size, class 0 in the last place, wrapping round in the middle of a push.
#[test]
fn is_the_last_rows_pushed() {
    let capacity = 10;
    let mut memory = Memory::new(capacity, DIM, 0).unwrap();
    let mut history = History::new();
    for (step, size) in [4, 6, 7, 0, 10, 3, 9, 1, 8].into_iter().enumerate() {
        let data = numbers(size * DIM, step as u64);
        let labels = labels(size, 3, step as u64);
        let ids = memory.push(rows(&data), &labels).unwrap();
        for (index, &id) in ids.iter().enumerate() {
            assert_eq!(id, history.len() as u64);
            let row = data[index * DIM..][..DIM].to_vec();
            history.push((id, labels[index], row));
        }
        let mut kept: History = (0..memory.len())
            .map(|at| {
                let row = memory.rows().row(at).to_vec();
                (memory.ids()[at], memory.labels()[at], row)
            })
            .collect();
        kept.sort_by_key(|(id, ..)| *id);
        let last = history.len().saturating_sub(capacity);
        assert_eq!(kept, history[last..]);
        let batch = memory.batch(rows(&data), &labels, &ids).unwrap();
        let outcome = evaluate(&objective(), &batch);
        let (value, terms) = definition(&history, capacity, &ids);
        assert!((outcome.value - value).abs() < 1e-11, "step {step}");
        assert_eq!(outcome.terms.terms(), terms, "step {step}");
    }
}

/// Places are written in order and round, so the oldest goes first.
#[test]
fn wraps_round_by_index() {
    let mut memory = Memory::new(5, 1, 0).unwrap();
    for (first, last) in [(0, 2), (3, 5), (6, 9)] {
        let data: Vec<f32> = (first..=last).map(|x| x as f32).collect();
        let labels: Vec<i64> = (first..=last).map(|x| i64::from(x % 2)).collect();
        memory.push(Rows::new(&data, 1).unwrap(), &labels).unwrap();
    }
    assert_eq!(memory.rows().data(), [5.0, 6.0, 7.0, 8.0, 9.0]);
    assert_eq!(memory.ids(), [5, 6, 7, 8, 9]);
    assert_eq!(memory.labels(), [1, 0, 1, 0, 1]);
    memory
        .push(Rows::new(&[10.0, 11.0], 1).unwrap(), &[0, 0])
        .unwrap();
    assert_eq!(memory.ids(), [10, 11, 7, 8, 9]);
}

/// An anchor does not meet its own copy, but does meet an equal row of another push.
#[test]
fn own_copies_are_known_by_id() {
    let mut memory = Memory::new(8, 1, 0).unwrap();
    let one = Rows::new(&[1.0, 3.0], 1).unwrap();
    let before = memory.push(one, &[7, 7]).unwrap();
    let ids = memory.push(one, &[7, 8]).unwrap();
    assert!(before.iter().all(|id| !ids.contains(id)));
    let objective = Objective::new(
        Distance::SquaredEuclidean,
        Contrastive::linear(0.0, 4.0).unwrap(),
        Reduce::Sum,
    )
    .unwrap();
    let batch = memory.batch(one, &[7, 8], &ids).unwrap();
    let terms = evaluate(&objective, &batch).terms;
    // Anchor 1 (7): positives 1 (cost 0) and 3 (4), negative 3 of 8 (0). Anchor 3 (8): negatives 1, 3, 1.
    assert_eq!((terms.positive.terms, terms.positive.sum), (2, 4.0));
    assert_eq!((terms.negative.terms, terms.negative.sum), (4, 4.0));
}

#[test]
fn is_ready_after_its_warm_up() {
    let mut memory = Memory::<f32>::new(4, DIM, 2).unwrap();
    assert!(!memory.ready() && memory.is_empty());
    memory.push(rows(&[0.5; 3]), &[1]).unwrap();
    assert!(!memory.ready());
    memory.push(rows(&[0.5; 3]), &[1]).unwrap();
    assert!(memory.ready());
    assert_eq!((memory.len(), memory.capacity(), memory.dim()), (2, 4, 3));
    let never_filled = Memory::<f32>::new(4, DIM, 0).unwrap();
    assert!(!never_filled.ready());
    let data = numbers_f32(2 * DIM, 1);
    let batch = never_filled.batch(rows(&data), &[1, 2], &[0, 1]).unwrap();
    assert_eq!(evaluate(&objective(), &batch).value, 0.0);
}

/// Written, read again in the middle of a wrap, and gone on with: the same bits as without a stop.
#[test]
fn resumed_equals_uninterrupted() {
    let mut memory = Memory::new(10, DIM, 3).unwrap();
    let mut resumed = memory.clone();
    for step in 0..6 {
        let data = numbers_f32(7 * DIM, 40 + step);
        let labels = labels(7, 3, 40 + step);
        let ids = memory.push(rows(&data), &labels).unwrap();
        assert_eq!(resumed.push(rows(&data), &labels).unwrap(), ids);
        let text = serde_json::to_string(&resumed).unwrap();
        resumed = serde_json::from_str(&text).unwrap();
        assert_eq!((&resumed, resumed.ready()), (&memory, step >= 2));
        let one = memory.batch(rows(&data), &labels, &ids).unwrap();
        let two = resumed.batch(rows(&data), &labels, &ids).unwrap();
        assert_eq!(evaluate(&objective(), &one), evaluate(&objective(), &two));
    }
}

/// Anchors of two machines, on equal memories, make up the whole.
#[test]
fn shards_are_one() {
    let mut memory = Memory::new(20, DIM, 0).unwrap();
    let (data, labels) = (numbers(12 * DIM, 3), labels(12, 3, 3));
    memory.push(rows(&numbers(12 * DIM, 4)), &labels).unwrap();
    let ids = memory.push(rows(&data), &labels).unwrap();
    let batch = || memory.batch(rows(&data), &labels, &ids).unwrap();
    let whole = evaluate(&objective(), &batch());
    let part = |own| objective().partial(&batch().part(own).unwrap()).unwrap();
    let mut sum = part(0..5);
    sum.add(&part(5..12)).unwrap();
    let sum = objective().finish(sum);
    assert!((sum.value - whole.value).abs() < 1e-12);
    assert!(batches::apart(&sum.anchors, &whole.anchors) < 1e-12);
}

#[track_caller]
fn message<T: std::fmt::Debug>(result: Result<T, Error>, wanted: &str) {
    assert_eq!(result.unwrap_err().to_string(), wanted);
}

#[test]
fn what_is_refused() {
    let text = "memory capacity: wanted at least 1, given 0";
    message(Memory::<f32>::new(0, 2, 0), text);
    let text = "memory dimension: wanted at least 1, given 0";
    message(Memory::<f32>::new(2, 0, 0), text);
    let mut memory = Memory::<f32>::new(2, DIM, 0).unwrap();
    let before = memory.clone();
    let three = [0.5; 9];
    let text = "memory: wanted at most 2 rows at once, given 3";
    message(memory.push(rows(&three), &[1, 2, 3]), text);
    let text = "labels: wanted 2, given 1";
    message(memory.push(rows(&three[..6]), &[1]), text);
    let text = "dimension: wanted 3, given 2";
    message(memory.push(Rows::new(&[0.5; 2], 2).unwrap(), &[1]), text);
    let text = "rows: wanted finite numbers, given inf in row 0, column 1";
    message(memory.push(rows(&[0.0, f32::INFINITY, 0.0]), &[1]), text);
    assert_eq!(memory, before);
    let one = rows(&three[..3]);
    let text = "anchor ids: wanted 1, given 0";
    message(memory.batch(one, &[1], &[]), text);
    let text = "candidate dimension: wanted 2, given 3";
    let short = Rows::new(&[0.5; 2], 2).unwrap();
    message::<Batch<'_, f32>>(memory.batch(short, &[1], &[0]), text);
}

#[test]
fn states_that_are_none_are_refused() {
    let mut memory = Memory::<f32>::new(2, 1, 0).unwrap();
    memory
        .push(Rows::new(&[0.5, 0.25], 1).unwrap(), &[1, 2])
        .unwrap();
    memory.push(Rows::new(&[0.75], 1).unwrap(), &[3]).unwrap();
    let good = serde_json::to_string(&memory).unwrap();
    let read = |good: &str| serde_json::from_str::<Memory<f32>>(good);
    assert_eq!(read(&good).unwrap(), memory);
    for (from, to, wanted) in [
        (r#""capacity":2"#, r#""capacity":1"#, "at most 1 rows"),
        (r#""capacity":2"#, r#""capacity":0"#, "memory capacity"),
        (
            r#""capacity":2"#,
            r#""capacity":3"#,
            "memory head: wanted 2, given 1",
        ),
        (
            r#""head":1"#,
            r#""head":2"#,
            "memory head: wanted 1, given 2",
        ),
        (
            r#""labels":[3,2]"#,
            r#""labels":[3]"#,
            "memory labels: wanted 2, given 1",
        ),
        (r#""dim":1"#, r#""dim":2"#, "memory rows: wanted 2, given 1"),
        (
            r#""next":3"#,
            r#""next":2"#,
            "memory next id: wanted one above all ids, given 2",
        ),
        (
            "0.75",
            "1e30",
            "memory: wanted squared lengths that do not overflow",
        ),
        (r#""head":1"#, r#""tail":1"#, "unknown field"),
    ] {
        let bad = good.replace(from, to);
        assert_ne!(bad, good);
        let error = read(&bad).unwrap_err().to_string();
        assert!(error.contains(wanted), "{error}");
    }
}
