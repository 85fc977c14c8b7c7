//! Values from their leaves, gradients by differences.

use super::*;

#[test]
fn the_weighted_sum_of_leaves() {
    let (mut exchanged, mut cut) = (0, 0);
    for kind in Kind::all(9, 3) {
        let data = numbers(kind.len(), 1);
        for criterion in criteria_of(&kind) {
            let combined = criterion.evaluate(&kind.batch(&data, 0..kind.n)).unwrap();
            let mut sum = 0.0;
            for (leaf, share) in criterion.leaves().iter().zip(&combined.leaves) {
                let value = by_hand(leaf, &kind, &data);
                close(share.value, value);
                sum += leaf.weight() * value;
                exchanged += usize::from(leaf.is_exchanged() && value != combined.leaves[0].value);
                cut += usize::from(leaf.dims().is_some() && value != combined.leaves[0].value);
            }
            close(combined.outcome.value, sum);
            assert_eq!(combined.outcome.terms, combined.leaves[0].terms);
        }
    }
    assert!(exchanged > 10 && cut > 10, "{exchanged}, {cut}");
}

#[test]
fn weights() {
    let weights = |criterion: &Criterion| -> Vec<f64> {
        criterion.leaves().iter().map(Leaf::weight).collect()
    };
    let sum = plain()
        .and(3.0, plain().and(2.0, linear()).unwrap())
        .unwrap();
    assert_eq!(weights(&sum), [1.0, 3.0, 6.0]);
    assert_eq!(weights(&sum.times(0.5).unwrap()), [0.5, 1.5, 3.0]);
    let nested = plain()
        .and(2.0, linear())
        .unwrap()
        .matryoshka(&[(4, 1.0), (2, 0.5)])
        .unwrap();
    assert_eq!(weights(&nested), [1.0, 2.0, 0.5, 1.0]);
    assert_eq!(
        weights(&plain().both_ways().times(0.5).unwrap()),
        [0.5, 0.5]
    );
    let twice = plain().both_ways().both_ways();
    let directions: Vec<bool> = twice.leaves().iter().map(Leaf::is_exchanged).collect();
    assert_eq!(directions, [false, true, true, false]);
}

#[test]
fn gradients_by_differences() {
    for kind in Kind::all(7, 3) {
        let point = numbers(kind.len(), 4);
        for criterion in criteria_of(&kind) {
            let evaluate = |data: &[f64]| {
                criterion
                    .evaluate(&kind.batch(data, 0..kind.n))
                    .unwrap()
                    .outcome
            };
            let gradient = evaluate(&point).gradient();
            let size = gradient.iter().fold(1e-3, |size: f64, g| size.max(g.abs()));
            for index in 0..point.len() {
                let at = |offset: f64| {
                    let mut moved = point.clone();
                    moved[index] += offset;
                    evaluate(&moved).value
                };
                let difference = (at(STEP) - at(-STEP)) / (2.0 * STEP);
                let error = (gradient[index] - difference).abs() / size;
                assert!(error < 1e-6, "{:?}, {criterion:?}, {index}", kind.what);
            }
        }
    }
}
