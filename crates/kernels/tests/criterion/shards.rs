//! Shards, machines and threads.

use tercet_kernels::{BatchObjective, Histogram};

use super::*;

fn cuts(n: usize) -> [Vec<usize>; 6] {
    [
        vec![0, n],
        vec![0, 1, n],
        vec![0, n / 2, n - 1, n],
        vec![0, 4, 4, 11, n],
        vec![0, 1, 2, 9, 20, n],
        vec![0, 0, 9, n, n],
    ]
}

#[test]
fn any_number_of_shards_is_one() {
    for kind in Kind::all(37, 5) {
        shards(&kind, &numbers(kind.len(), 5), 1e-12, |_| true);
        // The Euclidean gradient of rows at distance D is off by |a| / D roundings, and 37 unit rows of two
        // dimensions are close to one another.
        let few =
            |criterion: &Criterion| criterion.terms().iter().all(|term| !term.is_normalized());
        let data = numbers_f32(kind.len(), 5);
        shards(&kind, &data, 1e-6, few);
        shards(&kind, &data, 2e-5, |_| true);
    }
}

fn shards<T: Real>(kind: &Kind, data: &[T], limit: f64, asked: impl Fn(&Criterion) -> bool) {
    for criterion in criteria_of(kind)
        .iter()
        .filter(|criterion| asked(criterion))
    {
        let whole = criterion.evaluate(&kind.batch(data, 0..kind.n)).unwrap();
        for cuts in cuts(kind.n) {
            let shard = |cut: &[usize]| kind.batch(data, cut[0]..cut[1]);
            let mut parts = cuts
                .windows(2)
                .map(|cut| criterion.partial(&shard(cut)).unwrap());
            let mut sum = parts.next().unwrap();
            parts.for_each(|part| sum.add(&part).unwrap());
            let sum = criterion.finish(sum).unwrap();
            close(sum.outcome.value, whole.outcome.value);
            for (share, wanted) in sum.shares.iter().zip(&whole.shares) {
                assert_eq!(share.terms.terms(), wanted.terms.terms());
            }
            let anchors = apart(&sum.outcome.anchors, &whole.outcome.anchors);
            let candidates = apart(&sum.outcome.candidates, &whole.outcome.candidates);
            let most = anchors.max(candidates);
            assert!(most < limit, "{most}: {:?}, {criterion:?}", kind.what);
        }
    }
}

/// Under a plain sum nothing is divided, so gradients of shards of one set add up as they are.
#[test]
fn gradients_of_shards_of_one_set_add_up() {
    let loss = Triplet::new(Margin::Soft, Select::All);
    let objective = Objective::new(Distance::Cosine, loss, Reduce::Sum).unwrap();
    let criterion = Criterion::of(objective).both_ways();
    for kind in &Kind::all(12, 3)[..2] {
        let data = numbers(kind.len(), 9);
        let gradient = |own| {
            let combined = criterion.evaluate(&kind.batch(&data, own)).unwrap();
            combined.outcome.gradient()
        };
        let parts = gradient(0..5).into_iter().zip(gradient(5..12));
        let sum: Vec<f64> = parts.map(|(one, two)| one + two).collect();
        assert!(apart(&sum, &gradient(0..12)) < 1e-12, "{:?}", kind.what);
    }
}

/// What each machine does: pieces' counts and candidates' gradients are summed over machines.
#[test]
fn own_gradients_of_machines_make_up_the_whole() {
    for kind in Kind::all(21, 4) {
        let data = numbers(kind.len(), 6);
        for criterion in criteria_of(&kind) {
            let whole = criterion
                .evaluate(&kind.batch(&data, 0..kind.n))
                .unwrap()
                .outcome;
            let machines = [0..8, 8..9, 9..kind.n];
            let each = machines
                .clone()
                .map(|own| criterion.partial(&kind.batch(&data, own)).unwrap());
            let mut sum = each[0].clone();
            each[1..].iter().for_each(|part| sum.add(part).unwrap());
            for (own, mut part) in machines.into_iter().zip(each) {
                for (mine, sum) in part.pieces.iter_mut().zip(&sum.pieces) {
                    mine.terms = sum.terms;
                    for (mine, sum) in mine.parts.iter_mut().zip(&sum.parts) {
                        mine.candidates.clone_from(&sum.candidates);
                    }
                }
                let outcome = criterion.finish(part).unwrap().outcome;
                close(outcome.value, whole.value);
                let place = own.start * DIM..own.end * DIM;
                if matches!(kind.what, What::Within | What::Listed) {
                    let wanted = &whole.gradient()[place];
                    assert!(apart(&outcome.own_gradient(), wanted) < 1e-11);
                    continue;
                }
                assert!(apart(&outcome.anchors, &whole.anchors[place]) < 1e-11);
                let end = if own.end == kind.n {
                    kind.m
                } else {
                    own.end.min(kind.m)
                };
                let place = own.start.min(kind.m) * DIM..end * DIM;
                let (mine, wanted) = (&outcome.candidates[place.clone()], &whole.candidates[place]);
                assert!(apart(mine, wanted) < 1e-11);
            }
        }
    }
}

#[test]
fn the_same_bits_on_any_number_of_threads() {
    let kinds = Kind::all(300, 20);
    let last = |kind| criteria_of(kind).into_iter().rev().take(4);
    for (kind, criterion) in kinds
        .iter()
        .flat_map(|kind| last(kind).map(move |c| (kind, c)))
    {
        let data = numbers_f32(kind.len(), 7);
        let outcomes = [1, 3, 8].map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let batch = kind.batch(&data, 0..kind.n);
            let outcome = pool
                .unwrap()
                .install(|| criterion.evaluate(&batch).unwrap().outcome);
            (outcome.value.to_bits(), bits(&outcome.gradient()))
        });
        assert!(outcomes[0] == outcomes[1] && outcomes[0] == outcomes[2]);
    }
}

/// A loss of all anchors at once is one piece of whole batches, and none of a part.
#[test]
fn a_loss_of_a_whole_batch_is_a_term() {
    let objective = BatchObjective::new(Distance::Cosine, Histogram::default()).unwrap();
    for kind in Kind::all(21, 4) {
        let data = numbers(kind.len(), 8);
        let batch = kind.batch(&data, 0..kind.n);
        let wanted = objective.evaluate(&batch).unwrap();
        let criterion = Criterion::from(objective).times(0.5).unwrap();
        let sum = plain().and(1.0, criterion).unwrap();
        let alone = plain().evaluate(&batch).unwrap().outcome;
        let given = sum.evaluate(&batch).unwrap();
        close(given.outcome.value, alone.value + 0.5 * wanted.value);
        close(given.shares[1].value, wanted.value);
        let pairs = alone.gradient().into_iter().zip(wanted.gradient());
        let gradient: Vec<f64> = pairs.map(|(one, two)| one + 0.5 * two).collect();
        assert!(apart(&given.outcome.gradient(), &gradient) < 1e-12);
        let error = sum.evaluate(&kind.batch(&data, 0..9)).unwrap_err();
        let text = "rows: wanted all anchors of a batch at once, given a part of them";
        assert_eq!(error.to_string(), text);
    }
}
