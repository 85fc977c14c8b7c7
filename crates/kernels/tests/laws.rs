//! What holds whatever the numbers are.
#![allow(clippy::unwrap_used, reason = "tests")]

mod batches;

use batches::{
    apart, bits, dyadic, labels, numbers, numbers_f32, objectives, triplet, triplets, within,
};
use tercet_kernels::{
    Batch, Contrastive, Distance, Loss, Margin, Objective, Pick, Real, Reduce, Rows, Select,
    SemiHard, Triplet,
};

fn is_random(select: Select) -> bool {
    matches!(
        select,
        Select::Random | Select::SemiHard(SemiHard::Sandberg | SemiHard::Facenet(Pick::Random))
    )
}

#[test]
fn same_bits_on_any_number_of_threads() {
    // More than one group of anchors, and tiles and blocks that are not full.
    let (n, dim) = (530, 9);
    let (data, labels) = (numbers_f32(n * dim, 1), labels(n, 60, 1));
    let batch = within(&data, dim, &labels);
    let pools = [1, 2, 3, 8].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
        pool.build().unwrap()
    });
    for objective in objectives(Reduce::Mean) {
        let outcomes = pools
            .each_ref()
            .map(|pool| pool.install(|| objective.evaluate(&batch).unwrap()));
        for other in &outcomes[1..] {
            assert_eq!(outcomes[0].value.to_bits(), other.value.to_bits());
            assert_eq!(outcomes[0].terms, other.terms);
            assert_eq!(bits(&outcomes[0].anchors), bits(&other.anchors));
            assert_eq!(bits(&outcomes[0].candidates), bits(&other.candidates));
        }
        let totals = pools
            .each_ref()
            .map(|pool| pool.install(|| objective.total(&batch).unwrap()));
        for other in &totals[1..] {
            assert_eq!(totals[0].value.to_bits(), other.value.to_bits());
            assert_eq!(bits(&totals[0].gradient), bits(&other.gradient));
        }
    }
}

#[test]
fn any_number_of_shards_is_one() {
    let (n, dim) = (157, 24);
    let (data, labels) = (numbers_f32(n * dim, 2), labels(n, 20, 2));
    let rows = Rows::new(&data, dim).unwrap();
    let shard = |own| Batch::shard(rows, &labels, own).unwrap().keyed(3, 4);
    for objective in objectives(Reduce::Mean) {
        let whole = objective.evaluate(&shard(0..n)).unwrap();
        for cuts in [
            vec![0, 80, n],
            vec![0, 1, 90, n],
            vec![0, 30, 60, 61, n],
            vec![0, 7, 40, 40, 101, n],
        ] {
            let mut parts = cuts
                .windows(2)
                .map(|cut| objective.partial(&shard(cut[0]..cut[1])).unwrap());
            let mut sum = parts.next().unwrap();
            parts.for_each(|part| sum.add(&part).unwrap());
            let sum = objective.finish(sum);
            assert!((sum.value - whole.value).abs() <= 1e-12 * whole.value.abs());
            assert_eq!(sum.terms.terms(), whole.terms.terms());
            assert_eq!(sum.terms.active(), whole.terms.active());
            let apart = apart(&sum.gradient(), &whole.gradient());
            assert!(apart < 1e-6, "{objective:?}: {apart}");
        }
    }
}

/// What each machine does with its own rows, once the others' candidates' gradients are summed.
#[test]
fn own_gradients_of_machines_make_up_the_whole() {
    let (n, dim) = (40, 5);
    let (data, labels) = (numbers(n * dim, 12), labels(n, 6, 12));
    let rows = Rows::new(&data, dim).unwrap();
    for objective in objectives(Reduce::Mean) {
        let whole = objective.evaluate(&within(&data, dim, &labels)).unwrap();
        let machines = [0..13, 13..n];
        let machines = machines.map(|own| Batch::shard(rows, &labels, own).unwrap());
        let mut parts = machines.map(|batch| objective.partial(&batch).unwrap());
        let mut sum = parts[0].clone();
        sum.add(&parts[1]).unwrap();
        let mut gathered = vec![];
        for part in &mut parts {
            part.terms = sum.terms;
            for (mine, sum) in part.parts.iter_mut().zip(&sum.parts) {
                mine.candidates.clone_from(&sum.candidates);
            }
            gathered.extend(objective.finish(part.clone()).own_gradient());
        }
        assert!(apart(&gathered, &whole.gradient()) < 1e-12, "{objective:?}");
    }
}

#[test]
fn permuting_the_batch_permutes_the_gradient() {
    let (n, dim) = (90, 6);
    let (data, labels) = (numbers(n * dim, 3), labels(n, 12, 3));
    // 37 and 90 have no common divisor, so this is a permutation.
    let order: Vec<usize> = (0..n).map(|i| (i * 37 + 5) % n).collect();
    let permute = |data: &[f64]| -> Vec<f64> {
        let rows = order.iter().flat_map(|&i| &data[i * dim..(i + 1) * dim]);
        rows.copied().collect()
    };
    let permuted_labels: Vec<i64> = order.iter().map(|&i| labels[i]).collect();
    let permuted = permute(&data);
    for objective in triplets().filter(|objective| !is_random(objective.loss().select())) {
        let before = objective.evaluate(&within(&data, dim, &labels)).unwrap();
        let batch = within(&permuted, dim, &permuted_labels);
        let after = objective.evaluate(&batch).unwrap();
        assert!((before.value - after.value).abs() < 1e-12 * before.value.abs().max(1.0));
        let wanted = permute(&before.gradient());
        assert!(apart(&after.gradient(), &wanted) < 1e-11, "{objective:?}");
    }
}

#[test]
fn rotating_the_batch_rotates_the_gradient() {
    let (n, dim) = (60, 4);
    let (data, labels) = (numbers(n * dim, 4), labels(n, 8, 4));
    let (sin, cos) = 0.7f64.sin_cos();
    let rotate = |data: &[f64]| -> Vec<f64> {
        let rows = data.chunks(dim);
        rows.flat_map(|r| [cos * r[0] - sin * r[2], r[1], sin * r[0] + cos * r[2], r[3]])
            .collect()
    };
    let rotated = rotate(&data);
    for objective in triplets() {
        let before = objective.evaluate(&within(&data, dim, &labels)).unwrap();
        let after = objective.evaluate(&within(&rotated, dim, &labels)).unwrap();
        assert!((before.value - after.value).abs() < 1e-12 * before.value.abs().max(1.0));
        let wanted = rotate(&before.gradient());
        assert!(apart(&after.gradient(), &wanted) < 1e-10, "{objective:?}");
    }
}

/// Where all distances are exact, fast and plain choose the same triplets and agree to the bit.
#[test]
fn fast_is_plain() {
    let (n, dim) = (130, 8);
    let (data, labels) = (dyadic::<f32>(n * dim, 5), labels(n, 15, 5));
    let batch = within(&data, dim, &labels).keyed(1, 2);
    let margin = Margin::hard(0.25).unwrap();
    for &select in Select::ALL {
        for &distance in Distance::ALL {
            let loss = Triplet::new(margin, select);
            for loss in [loss, loss.swapped()] {
                same_as_plain(
                    &Objective::new(distance, loss, Reduce::Sum).unwrap(),
                    &batch,
                );
            }
        }
    }
}

fn same_as_plain(objective: &Objective<Triplet>, batch: &Batch<'_, f32>) {
    let fast = objective.evaluate(batch).unwrap();
    let plain = objective.evaluate_plain(batch).unwrap();
    match objective.distance() {
        Distance::SquaredEuclidean | Distance::NegativeDot => {
            assert_eq!(fast, plain, "{objective:?}");
        }
        Distance::Euclidean => {
            assert_eq!(fast.terms, plain.terms, "{objective:?}");
            assert!(apart(&fast.gradient(), &plain.gradient()) < 1e-5);
        }
        // Its distances are not exact in f32, so choices among equals may differ.
        _ if matches!(objective.loss().select(), Select::All | Select::Hardest) => {
            assert!((fast.value - plain.value).abs() < 1e-5 * plain.value);
        }
        _ => {}
    }
}

/// There is no counting for it.
#[test]
fn total_of_swapped_is_evaluate() {
    let (data, labels) = (numbers(60 * 5, 9), labels(60, 7, 9));
    let batch = within(&data, 5, &labels);
    let loss = Triplet::new(Margin::hard(0.2).unwrap(), Select::All);
    let objective = |loss| Objective::new(Distance::Euclidean, loss, Reduce::Mean).unwrap();
    let (plain, swapped) = (objective(loss), objective(loss.swapped()));
    let total = swapped.total(&batch).unwrap();
    assert_eq!(total, swapped.evaluate(&batch).unwrap().into());
    assert!(total.value > 1.01 * plain.total(&batch).unwrap().value);
}

/// The way for whole batches, over several blocks, classes of one, and labels in no order.
#[test]
fn total_is_evaluate() {
    for (n, classes, margin) in [
        (1, 1, 0.3),
        (40, 7, 0.3),
        (700, 60, 0.1),
        (530, 3, 0.4),
        (333, 900, 0.2),
    ] {
        let dim = 8;
        let (data, labels) = (dyadic::<f32>(n * dim, 5), labels(n, classes, 5));
        let batch = within(&data, dim, &labels);
        for &distance in Distance::ALL {
            let margin = Margin::hard(margin).unwrap();
            let objective = triplet(distance, margin, Select::All, Reduce::Mean);
            let (total, whole) = (
                objective.total(&batch).unwrap(),
                objective.evaluate(&batch).unwrap(),
            );
            assert!(
                (total.value - whole.value).abs() <= 1e-12 * whole.value.abs(),
                "{n} {distance}"
            );
            assert_eq!(total.terms.terms(), whole.terms.terms());
            assert_eq!(total.terms.active(), whole.terms.active());
            assert_eq!(total.terms.positive.anchors, whole.terms.positive.anchors);
            assert_eq!(total.terms.positive.pairs, whole.terms.positive.pairs);
            // Both are sums in f32, in another order; which of them is nearer to the truth is chance.
            let wide: Vec<f64> = data.iter().map(|&x| f64::from(x)).collect();
            let truth = objective.evaluate(&within(&wide, dim, &labels)).unwrap();
            let error = |gradient: &[f32]| {
                let wide: Vec<f64> = gradient.iter().map(|&x| f64::from(x)).collect();
                apart(&wide, &truth.gradient())
            };
            let (error, usual) = (error(&total.gradient), error(&whole.gradient()));
            assert!(
                error < 2.0 * usual + 1e-6,
                "{n} {distance}: {error}, {usual}"
            );
        }
    }
}

/// A loss whose pairs cost the same both ways needs no candidates' gradients.
#[test]
fn total_is_evaluate_for_every_loss() {
    let (n, dim) = (300, 6);
    let (data, labels) = (numbers(n * dim, 9), labels(n, 30, 9));
    let batch = within(&data, dim, &labels).keyed(5, 6);
    for objective in objectives(Reduce::Mean) {
        let whole = objective.evaluate(&batch).unwrap();
        let total = objective.total(&batch).unwrap();
        assert!((total.value - whole.value).abs() <= 1e-12 * whole.value.abs().max(1.0));
        assert!(
            apart(&total.gradient, &whole.gradient()) < 1e-11,
            "{objective:?}"
        );
    }
}

#[test]
fn soft_margin_fast_is_plain() {
    let (n, dim) = (70, 8);
    let (data, labels) = (dyadic::<f32>(n * dim, 6), labels(n, 9, 6));
    let batch = within(&data, dim, &labels).keyed(1, 2);
    for &select in Select::ALL {
        let objective = triplet(Distance::Euclidean, Margin::Soft, select, Reduce::Mean);
        let fast = objective.evaluate(&batch).unwrap();
        let plain = objective.evaluate_plain(&batch).unwrap();
        // All triplets are summed in f32.
        assert!((fast.value - plain.value).abs() < 1e-6 * plain.value.max(1.0));
        assert_eq!(fast.terms.terms(), plain.terms.terms());
        assert!(apart(&fast.gradient(), &plain.gradient()) < 1e-5);
    }
}

/// f32 against the same numbers in f64: as near as f32 can be.
#[test]
fn f32_is_near_f64() {
    let (n, dim) = (150, 64);
    let (data, labels) = (numbers_f32(n * dim, 7), labels(n, 20, 7));
    let wide: Vec<f64> = data.iter().map(|x| x.to_f64()).collect();
    for &distance in Distance::ALL {
        let objective = triplet(distance, Margin::Soft, Select::All, Reduce::Mean);
        let narrow = objective.evaluate(&within(&data, dim, &labels)).unwrap();
        let wide = objective.evaluate(&within(&wide, dim, &labels)).unwrap();
        assert!((narrow.value - wide.value).abs() < 1e-5 * wide.value);
        let gradient: Vec<f64> = narrow.gradient().iter().map(|x| x.to_f64()).collect();
        assert!(apart(&gradient, &wide.gradient()) < 1e-4, "{distance}");
    }
}

/// Anchors go by in groups of 512; with 1,100 there are three.
#[test]
fn groups_of_anchors_add_up() {
    let (n, dim) = (1100, 4);
    let (data, labels) = (numbers(n * dim, 8), labels(n, 90, 8));
    let batch = within(&data, dim, &labels);
    let hardest = Triplet::new(Margin::Soft, Select::Hardest);
    let pairs = Contrastive::linear(0.1, 1.0).unwrap();
    for loss in [Loss::Triplet(hardest), Loss::Contrastive(pairs)] {
        let objective = Objective::new(Distance::Euclidean, loss, Reduce::Mean).unwrap();
        let fast = objective.evaluate(&batch).unwrap();
        let plain = objective.evaluate_plain(&batch).unwrap();
        assert!((fast.value - plain.value).abs() < 1e-12 * plain.value);
        assert!(apart(&fast.anchors, &plain.anchors) < 1e-10);
        assert!(apart(&fast.candidates, &plain.candidates) < 1e-10);
    }
}
