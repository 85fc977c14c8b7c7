//! The histogram loss as loops in f64 over explicit pairs, and what holds for a loss of a whole batch.
#![allow(clippy::unwrap_used, reason = "tests")]

mod batches;

use batches::{apart, bits, labels, numbers, numbers_f32};
use tercet_kernels::{
    Batch, BatchLoss, BatchObjective, Distance, Error, Histogram, Pairs, Rows, WholeBatchLoss,
    Workspace,
};

const DIM: usize = 3;

fn cosine(a: &[f64], b: &[f64]) -> f64 {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

/// The share of a histogram's place at `t` in similarities.
fn share(all: &[f64], t: f64, step: f64) -> f64 {
    let each = all.iter().map(|s| (1.0 - (s - t).abs() / step).max(0.0));
    each.sum::<f64>() / all.len() as f64
}

/// `sum_r h_neg(r) sum_(q <= r) h_pos(q)`, as it stands.
fn written_out(
    bins: usize,
    (anchors, candidates): (&[f64], &[f64]),
    is_positive: impl Fn(usize, usize) -> Option<bool>,
) -> f64 {
    let (mut positive, mut negative) = (vec![], vec![]);
    for (i, anchor) in anchors.chunks(DIM).enumerate() {
        for (j, candidate) in candidates.chunks(DIM).enumerate() {
            match is_positive(i, j) {
                Some(true) => positive.push(cosine(anchor, candidate)),
                Some(false) => negative.push(cosine(anchor, candidate)),
                None => {}
            }
        }
    }
    let step = 2.0 / (bins - 1) as f64;
    let at = |r: usize| -1.0 + r as f64 * step;
    let below = |r: usize| -> f64 { (0..=r).map(|q| share(&positive, at(q), step)).sum() };
    (0..bins)
        .map(|r| share(&negative, at(r), step) * below(r))
        .sum()
}

fn objective(bins: usize) -> BatchObjective<WholeBatchLoss> {
    let loss = Histogram::new(bins).unwrap();
    BatchObjective::new(Distance::Cosine, loss.into()).unwrap()
}

#[track_caller]
fn check(data: &[f64], gradient: &[f64], value: impl Fn(&[f64]) -> f64) {
    let (step, mut largest) = (1e-7, 0f64);
    for (index, given) in gradient.iter().enumerate() {
        let moved = |by: f64| {
            let mut moved = data.to_vec();
            moved[index] += by;
            value(&moved)
        };
        let wanted = (moved(step) - moved(-step)) / (2.0 * step);
        assert!(
            (given - wanted).abs() < 1e-6,
            "{index}: {given}, wanted {wanted}"
        );
        largest = largest.max(given.abs());
    }
    assert!(largest > 1e-3);
}

#[test]
fn one_set_is_as_written_out() {
    let (n, data) = (14, numbers(14 * DIM, 41));
    let labels = labels(n, 4, 41);
    let pair = |i: usize, j: usize| (i != j).then(|| labels[i] == labels[j]);
    for bins in [2, 3, 11, 101] {
        let evaluate = |data: &[f64]| {
            let batch = Batch::within(Rows::new(data, DIM).unwrap(), &labels).unwrap();
            objective(bins).evaluate(&batch).unwrap()
        };
        let outcome = evaluate(&data);
        let wanted = written_out(bins, (&data, &data), pair);
        assert!((outcome.value - wanted).abs() < 1e-12);
        check(&data, &outcome.gradient(), |data| {
            written_out(bins, (data, data), pair)
        });
        assert_eq!(outcome.terms.terms(), (n * (n - 1)) as u64);
        assert_eq!(outcome.terms.positive.anchors, n as u64);
        let mut workspace = Workspace::default();
        let batch = Batch::within(Rows::new(&data, DIM).unwrap(), &labels).unwrap();
        let total = objective(bins).total_in(&batch, &mut workspace).unwrap();
        assert_eq!((total.value, total.terms), (outcome.value, outcome.terms));
        assert!(apart(&total.gradient, &outcome.gradient()) < 1e-12);
    }
}

#[test]
fn two_towers_are_as_written_out() {
    let data = numbers(12 * DIM, 42);
    let positives = [(0, 0), (0, 3), (2, 1), (4, 6)];
    let pair = |i: usize, j: usize| Some(positives.contains(&(i, j)));
    let evaluate = |data: &[f64]| {
        let (one, two) = data.split_at(5 * DIM);
        let pairs = Pairs::new((5, 7), positives).unwrap();
        let (one, two) = (Rows::new(one, DIM).unwrap(), Rows::new(two, DIM).unwrap());
        let batch = Batch::related(one, two, &pairs).unwrap();
        objective(11).evaluate(&batch).unwrap()
    };
    let value = |data: &[f64]| written_out(11, data.split_at(5 * DIM), pair);
    let outcome = evaluate(&data);
    assert!((outcome.value - value(&data)).abs() < 1e-12);
    check(&data, &outcome.gradient(), value);
}

#[test]
fn the_bits_do_not_depend_on_threads() {
    let (n, data) = (530, numbers_f32(530 * DIM, 43));
    let labels = labels(n, 60, 43);
    let batch = Batch::within(Rows::new(&data, DIM).unwrap(), &labels).unwrap();
    let outcomes = [1, 2, 5].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| objective(101).evaluate(&batch).unwrap())
    });
    for other in &outcomes[1..] {
        assert_eq!(outcomes[0].value.to_bits(), other.value.to_bits());
        assert_eq!(bits(&outcomes[0].gradient()), bits(&other.gradient()));
    }
}

#[test]
fn shards_add_up() {
    let (n, data) = (40, numbers(40 * DIM, 44));
    let labels = labels(n, 6, 44);
    let rows = Rows::new(&data, DIM).unwrap();
    let objective = objective(21);
    let whole = objective
        .evaluate(&Batch::within(rows, &labels).unwrap())
        .unwrap();
    let shards = [0..7, 7..7, 7..31, 31..n].map(|own| Batch::shard(rows, &labels, own).unwrap());
    let mut all = objective.partial(&shards[0]);
    for shard in &shards[1..] {
        all.add(&objective.partial(shard)).unwrap();
    }
    let mut gradient = vec![0.0; data.len()];
    for shard in &shards {
        let outcome = objective.finish(shard, &all).unwrap();
        assert!((outcome.value - whole.value).abs() < 1e-12);
        assert_eq!(outcome.terms.terms(), whole.terms.terms());
        gradient
            .iter_mut()
            .zip(outcome.gradient())
            .for_each(|(sum, more)| *sum += more);
    }
    assert!(apart(&gradient, &whole.gradient()) < 1e-12);
}

#[test]
fn both_number_types_agree() {
    let (n, data) = (90, numbers_f32(90 * DIM, 45));
    let wide: Vec<f64> = data.iter().map(|&x| f64::from(x)).collect();
    let labels = labels(n, 9, 45);
    let narrow = Batch::within(Rows::new(&data, DIM).unwrap(), &labels).unwrap();
    let wide = Batch::within(Rows::new(&wide, DIM).unwrap(), &labels).unwrap();
    let (narrow, wide) = (
        objective(11).evaluate(&narrow).unwrap(),
        objective(11).evaluate(&wide).unwrap(),
    );
    assert!((narrow.value - wide.value).abs() < 1e-6);
    let narrow: Vec<f64> = narrow.gradient().into_iter().map(f64::from).collect();
    // Slopes jump at places, so that a pair on the other side of one is another gradient.
    assert!(apart(&narrow, &wide.gradient()) < 1e-2);
}

#[test]
fn a_batch_without_both_kinds_costs_nothing() {
    let data = numbers(6 * DIM, 46);
    for labels in [[1; 6], [1, 2, 3, 4, 5, 6]] {
        let batch = Batch::within(Rows::new(&data, DIM).unwrap(), &labels).unwrap();
        let outcome = objective(101).evaluate(&batch).unwrap();
        assert_eq!((outcome.value, outcome.terms.terms()), (0.0, 0));
        assert!(outcome.gradient().iter().all(|&x| x == 0.0));
    }
    // Equal rows have similarity 1, the last place.
    let batch = Batch::within(Rows::new(&[1.0f64; 12], DIM).unwrap(), &[0, 0, 1, 1]).unwrap();
    let outcome = objective(101).evaluate(&batch).unwrap();
    assert!((outcome.value - 1.0).abs() < 1e-12);
    assert!(outcome.gradient().iter().all(|x| x.abs() < 1e-12));
}

#[test]
fn what_cannot_be_is_refused() {
    for bins in [0, 1, 100_001] {
        assert!(matches!(
            Histogram::new(bins),
            Err(Error::Number { what: "bins", .. })
        ));
    }
    let loss = Histogram::default();
    let given = BatchObjective::new(Distance::Euclidean, loss);
    assert!(matches!(given, Err(Error::Distance { .. })));
    let objective = BatchObjective::new(Distance::Cosine, loss).unwrap();
    let data = numbers(6 * DIM, 47);
    let batch = Batch::within(Rows::new(&data, DIM).unwrap(), &[0, 0, 1, 1, 2, 2]).unwrap();
    let (mut sums, other) = (
        objective.partial(&batch),
        self::objective(5).partial(&batch),
    );
    assert!(matches!(
        sums.add(&other),
        Err(Error::Partial {
            what: "sums",
            wanted: 206,
            given: 14
        })
    ));
    assert!(matches!(
        objective.finish(&batch, &other),
        Err(Error::Partial { .. })
    ));
    assert!(WholeBatchLoss::named("histograms").is_err());
}

#[test]
fn it_is_written_by_name() {
    for name in WholeBatchLoss::NAMES {
        let loss = WholeBatchLoss::named(name).unwrap();
        let text = serde_json::to_string(&loss).unwrap();
        assert_eq!(serde_json::from_str::<WholeBatchLoss>(&text).unwrap(), loss);
        assert_eq!(
            (loss.name(), loss.default_distance()),
            (*name, Distance::Cosine)
        );
    }
    let given = serde_json::from_str::<WholeBatchLoss>(r#"{"kind": "histogram", "bins": 1}"#);
    let told = "bins: wanted a whole number from 2 to 100000, given 1";
    assert_eq!(given.unwrap_err().to_string(), told);
    assert_eq!(Histogram::default().sums(), 206);
    assert_eq!(Histogram::default().bins(), 101);
}
