//! Batches at the edge: defined, and so tested.
#![allow(clippy::unwrap_used, reason = "tests")]

mod batches;

use batches::{numbers, triplet, triplets, within};
use tercet_kernels::{
    Batch, Contrastive, Distance, Margin, Negative, Objective, Reduce, Rows, Select, SemiHard,
    Terms, Triplet,
};

/// Selections that ask for negatives strictly farther than the positive.
fn strict(select: Select) -> bool {
    matches!(
        select,
        Select::SemiHard(SemiHard::Facenet(_)) | Select::EasyPositive(Negative::SemiHard)
    )
}

#[test]
fn no_valid_triplet_is_zero_and_says_so() {
    let data = numbers(12, 1);
    for labels in [[5, 5, 5, 5], [1, 2, 3, 4]] {
        let batch = within(&data, 3, &labels);
        for objective in triplets() {
            let outcome = objective.evaluate(&batch).unwrap();
            assert_eq!(outcome.value, 0.0);
            assert_eq!(outcome.gradient(), [0.0; 12]);
            assert_eq!(outcome.terms, Terms::default());
        }
    }
}

#[test]
fn one_row_and_no_row() {
    for objective in triplets() {
        let outcome = objective.evaluate(&within(&[1.0, 2.0], 2, &[7])).unwrap();
        assert_eq!((outcome.value, outcome.gradient()), (0.0, vec![0.0; 2]));
        let outcome = objective.evaluate(&within::<f64>(&[], 2, &[])).unwrap();
        assert_eq!((outcome.value, outcome.gradient()), (0.0, vec![]));
        let (rows, none) = (
            Rows::new(&[1.0, 2.0], 2).unwrap(),
            Rows::new(&[], 2).unwrap(),
        );
        let batch = Batch::between(rows, &[1], none, &[]).unwrap();
        assert_eq!(objective.evaluate(&batch).unwrap().gradient(), [0.0; 2]);
    }
}

/// Class 1 has one member: as an anchor it contributes nothing, as a negative it does.
#[test]
fn anchor_without_positive_contributes_nothing() {
    let data = [0.0f64, 1.0, 1.5];
    let batch = within(&data, 1, &[0, 0, 1]);
    for select in [Select::All, Select::Hardest, Select::Random] {
        let margin = Margin::hard(0.5).unwrap();
        let objective = triplet(Distance::Euclidean, margin, select, Reduce::Mean);
        let outcome = objective.evaluate(&batch).unwrap();
        // Anchor 0: [1 - 1.5 + 0.5]+ = 0 (the kink), anchor 1: [1 - 0.5 + 0.5]+ = 1.
        assert_eq!((outcome.value, outcome.terms.terms()), (0.5, 2));
        assert_eq!(outcome.terms.active(), 1);
        assert_eq!(outcome.anchors, [0.0, 1.0, 0.0]);
        assert_eq!(outcome.candidates, [-0.5, 0.0, -0.5]);
    }
}

#[test]
fn equal_embeddings_have_no_gradient_and_the_margin_as_value() {
    let row = numbers(5, 3);
    let data = row.repeat(6);
    let labels = [0, 0, 1, 1, 2, 2];
    let batch = within(&data, 5, &labels);
    for objective in triplets() {
        if objective.distance() == Distance::NegativeDot {
            continue;
        }
        let outcome = objective.evaluate(&batch).unwrap();
        assert_eq!(outcome.gradient(), vec![0.0; 30], "{objective:?}");
        if strict(objective.loss().select()) {
            assert_eq!((outcome.value, outcome.terms.terms()), (0.0, 0));
            assert_eq!(outcome.terms.positive.pairs, 6);
        } else if objective.reduce() == Reduce::Mean {
            let wanted = match objective.loss().margin() {
                Margin::Hard(margin) => margin.get(),
                Margin::Soft => std::f64::consts::LN_2,
            };
            assert!((outcome.value - wanted).abs() < 1e-15, "{objective:?}");
        }
    }
}

#[test]
fn equal_embeddings_in_f32_have_no_gradient() {
    let row = batches::numbers_f32(128, 3);
    let data = row.repeat(200);
    let labels: Vec<i64> = (0..200).map(|i| i % 40).collect();
    let batch = within(&data, 128, &labels);
    for objective in triplets() {
        if objective.distance() != Distance::NegativeDot && objective.reduce() == Reduce::Mean {
            let outcome = objective.evaluate(&batch).unwrap();
            assert!(
                outcome.gradient().iter().all(|&g| g == 0.0),
                "{objective:?}"
            );
        }
    }
}

#[test]
fn distance_zero_between_two_rows_pulls_on_nothing() {
    // Rows 0 and 1 are equal and of one class, rows 2 and 3 equal and of two classes.
    let data = [0.3f64, 0.4, 0.3, 0.4, 0.6, 0.1, 0.6, 0.1];
    let batch = within(&data, 2, &[0, 0, 0, 1]);
    for objective in triplets() {
        let outcome = objective.evaluate(&batch).unwrap();
        assert!(
            outcome.gradient().iter().all(|g| g.is_finite()),
            "{objective:?}"
        );
    }
    let loss = Contrastive::squared(1.0).unwrap();
    let objective = Objective::new(Distance::Euclidean, loss, Reduce::Sum).unwrap();
    let outcome = objective.evaluate(&within(&data[4..], 2, &[0, 1])).unwrap();
    assert_eq!((outcome.value, outcome.gradient()), (1.0, vec![0.0; 4]));
}

#[test]
fn rows_of_zeros_have_cosine_zero_and_no_gradient() {
    let data = [0.0, 0.0, 1.0, 0.0, 0.0, 2.0];
    let batch = within(&data, 2, &[0, 0, 1]);
    let margin = Margin::hard(0.5).unwrap();
    let objective = triplet(Distance::Cosine, margin, Select::All, Reduce::Sum);
    for outcome in [objective.evaluate(&batch), objective.evaluate_plain(&batch)] {
        let outcome = outcome.unwrap();
        // All distances are 1: both triplets cost the margin.
        assert_eq!(outcome.value, 1.0);
        assert_eq!(outcome.gradient()[..2], [0.0, 0.0]);
        assert!(outcome.gradient().iter().any(|&g| g != 0.0));
    }
}

#[test]
fn soft_margin_does_not_overflow() {
    for (near, far) in [(1e4, 0.0), (0.0, 1e4)] {
        let data = [0.0f32, near, far];
        let batch = within(&data, 1, &[0, 0, 1]);
        let objective = triplet(Distance::Euclidean, Margin::Soft, Select::All, Reduce::Sum);
        for outcome in [objective.evaluate(&batch), objective.evaluate_plain(&batch)] {
            let outcome = outcome.unwrap();
            assert!(outcome.value.is_finite());
            assert!(outcome.gradient().iter().all(|g| g.is_finite()));
            if near > far {
                // Anchor 0: gap 1e4 - 0; anchor 1: gap 1e4 - 1e4.
                // What is beyond the gap is an f32.
                assert!((outcome.value - 1e4 - std::f64::consts::LN_2).abs() < 1e-7);
            }
        }
    }
}

#[test]
fn satisfied_triplets_have_value_and_gradient_zero() {
    let data = [0.0, 0.1, 5.0, 5.1, 10.0, 10.1];
    let batch = within(&data, 1, &[0, 0, 1, 1, 2, 2]);
    for objective in triplets() {
        let hard = matches!(objective.loss().margin(), Margin::Hard(_));
        let metric = matches!(
            objective.distance(),
            Distance::SquaredEuclidean | Distance::Euclidean
        );
        if hard && metric {
            let outcome = objective.evaluate(&batch).unwrap();
            assert_eq!((outcome.value, outcome.terms.active()), (0.0, 0));
            assert_eq!(outcome.gradient(), [0.0; 6]);
        }
    }
}

#[test]
fn ties_go_to_the_lowest_index_and_windows_are_strict() {
    // Anchor 0 of class 0: positives at 1 (rows 1, 2), negatives at 1 (rows 3, 4) and 2 (row 5).
    let data = [0.0, 1.0, -1.0, 1.0, -1.0, 2.0];
    let rows = Rows::new(&data, 1).unwrap();
    let labels = [0, 0, 0, 1, 1, 1];
    let batch = Batch::shard(rows, &labels, 0..1).unwrap();
    let candidates = |margin: f64, select| {
        let margin = Margin::hard(margin).unwrap();
        let objective = triplet(Distance::Euclidean, margin, select, Reduce::Sum);
        let outcome = objective.evaluate(&batch).unwrap();
        let plain = objective.evaluate_plain(&batch).unwrap();
        assert_eq!(outcome, plain);
        (outcome.terms.terms(), outcome.candidates)
    };
    let hardest = candidates(0.5, Select::Hardest);
    assert_eq!(hardest, (1, vec![0.0, 1.0, 0.0, -1.0, 0.0, 0.0]));
    // Row 5 is exactly at d_p + 1: outside for margin 1, inside for 1.5; ties with d_p are outside.
    assert_eq!(candidates(1.0, Select::default()).0, 0);
    let window = candidates(1.5, Select::default());
    assert_eq!(window, (2, vec![0.0, 1.0, -1.0, 0.0, 0.0, -2.0]));
}

#[test]
fn margin_zero_is_a_margin() {
    let batch = within(&[0.0, 1.0, 1.0], 1, &[0, 0, 1]);
    let margin = Margin::hard(0.0).unwrap();
    let loss = Triplet::new(margin, Select::All);
    let objective = Objective::new(Distance::Euclidean, loss, Reduce::Sum).unwrap();
    assert_eq!(objective.evaluate(&batch).unwrap().value, 1.0);
}

/// Unit rows that differ by 1e-4: from the origin, an f32 gradient would keep three digits.
#[test]
fn near_collapse_gradients_keep_their_digits() {
    let (dim, labels) = (32, batches::labels(96, 12, 5));
    let noise = batches::numbers_f32(96 * dim, 4);
    let data: Vec<f32> = noise
        .iter()
        .map(|x| 1.0 / (dim as f32).sqrt() + 1e-4 * x)
        .collect();
    let wide: Vec<f64> = data.iter().map(|&x| f64::from(x)).collect();
    let margin = Margin::hard(1.0).unwrap();
    for distance in [Distance::Euclidean, Distance::SquaredEuclidean] {
        let objective = triplet(distance, margin, Select::All, Reduce::Mean);
        let narrow = objective.evaluate(&within(&data, dim, &labels)).unwrap();
        let wide = objective.evaluate(&within(&wide, dim, &labels)).unwrap();
        let (narrow, wide) = (narrow.gradient(), wide.gradient());
        let size = wide.iter().fold(0.0, |size: f64, g| size.max(g.abs()));
        let error = narrow
            .iter()
            .zip(&wide)
            .map(|(&n, w)| (f64::from(n) - w).abs());
        let error = error.fold(0.0, f64::max) / size;
        assert!(size > 0.0 && error < 2e-6, "{distance}: {error:e}");
    }
}
