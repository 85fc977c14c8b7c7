//! Values from their terms, gradients by differences.

use super::*;

#[test]
fn the_weighted_sum_of_terms() {
    let (mut transposed, mut cut) = (0, 0);
    for kind in Kind::all(9, 3) {
        let data = numbers(kind.len(), 1);
        for criterion in criteria_of(&kind) {
            let combined = criterion.evaluate(&kind.batch(&data, 0..kind.n)).unwrap();
            let mut sum = 0.0;
            for (term, share) in criterion.terms().iter().zip(&combined.shares) {
                let value = by_hand(term, &kind, &data);
                close(share.value, value);
                sum += term.weight() * value;
                let differs = value != combined.shares[0].value;
                transposed += usize::from(term.direction().is_some() && differs);
                cut += usize::from(term.dims().next().is_some() && differs);
            }
            close(combined.outcome.value, sum);
            assert_eq!(combined.outcome.terms, combined.shares[0].terms);
        }
    }
    assert!(transposed > 10 && cut > 10, "{transposed}, {cut}");
}

#[test]
fn weights() {
    let weights = |criterion: &Criterion| -> Vec<f64> {
        criterion.terms().iter().map(Term::weight).collect()
    };
    let sum = plain()
        .and(3.0, plain().and(2.0, linear()).unwrap())
        .unwrap();
    assert_eq!(weights(&sum), [1.0, 3.0, 6.0]);
    assert_eq!(weights(&sum.times(0.5).unwrap()), [0.5, 1.5, 3.0]);
    let once = plain().matryoshka(&[(4, 1.0), (3, 0.5)]).unwrap();
    let twice = once.matryoshka(&[(2, 3.0)]).unwrap();
    let dims: Vec<(usize, f64)> = twice.terms()[0].dims().collect();
    assert_eq!(dims, [(2, 3.0), (2, 1.5)]);
    assert!(twice.terms()[0].is_normalized());
    let direction = |criterion: Criterion| criterion.terms()[0].direction();
    assert_eq!(direction(plain()), None);
    assert_eq!(direction(plain().transposed()), Some(Direction::Backward));
    assert_eq!(
        direction(plain().transposed().transposed()),
        Some(Direction::Forward)
    );
    assert_eq!(
        direction(plain().both_ways().transposed()),
        Some(Direction::Both)
    );
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
