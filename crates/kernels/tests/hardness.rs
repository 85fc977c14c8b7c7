//! InfoNCE with weights on near negatives, as loops in f64 over explicit pairs.
#![allow(clippy::unwrap_used, reason = "tests")]

mod batches;

use batches::{apart, bits, numbers, numbers_f32};
use tercet_kernels::{Batch, Distance, InfoNce, Objective, Reduce, Rows};

const DIM: usize = 3;
/// Pairs, and candidates in all.
const SHAPE: (usize, usize) = (5, 12);

fn similarity(distance: Distance, a: &[f64], b: &[f64]) -> f64 {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    match distance {
        Distance::Cosine => dot(a, b) / (dot(a, a) * dot(b, b)).sqrt(),
        _ => dot(a, b),
    }
}

/// The mean cross-entropy of pair `(i, i)` among all candidates, where the weights are made of `held` rows.
fn written_out(distance: Distance, (k, h): (f64, f64), rows: &[f64], held: &[f64]) -> f64 {
    let of = |rows: &[f64], i: usize, j: usize| {
        let (one, two) = rows.split_at(SHAPE.0 * DIM);
        similarity(distance, &one[i * DIM..][..DIM], &two[j * DIM..][..DIM])
    };
    let cost = |i: usize| {
        let logit = |j: usize| match i == j {
            true => k * of(rows, i, j),
            false => k * of(rows, i, j) + h * of(held, i, j),
        };
        let sum: f64 = (0..SHAPE.1).map(|j| logit(j).exp()).sum();
        sum.ln() - logit(i)
    };
    (0..SHAPE.0).map(cost).sum::<f64>() / SHAPE.0 as f64
}

fn objective(distance: Distance, loss: InfoNce) -> Objective<InfoNce> {
    Objective::new(distance, loss, Reduce::Mean).unwrap()
}

fn matched(data: &[f64]) -> Batch<'_, f64> {
    let (one, two) = data.split_at(SHAPE.0 * DIM);
    Batch::matched(Rows::new(one, DIM).unwrap(), Rows::new(two, DIM).unwrap()).unwrap()
}

#[test]
fn weights_are_held_constant() {
    let data = numbers((SHAPE.0 + SHAPE.1) * DIM, 31);
    for distance in [Distance::Cosine, Distance::NegativeDot] {
        for (k, h) in [(3.0, 2.0), (1.0, 9.0), (2.0, 0.0)] {
            let loss = InfoNce::new(k).unwrap().hard(h).unwrap();
            let outcome = objective(distance, loss).evaluate(&matched(&data)).unwrap();
            let at = |k: f64, data: &[f64], held: &[f64]| written_out(distance, (k, h), data, held);
            assert!((outcome.value - at(k, &data, &data)).abs() < 1e-12);
            let step = 1e-6;
            for (index, given) in outcome.gradient().into_iter().enumerate() {
                let moved = |by: f64| {
                    let mut moved = data.clone();
                    moved[index] += by;
                    at(k, &moved, &data)
                };
                let wanted = (moved(step) - moved(-step)) / (2.0 * step);
                assert!(
                    (given - wanted).abs() < 1e-7,
                    "{index}: {given}, wanted {wanted}"
                );
            }
            let along = (at(k + step, &data, &data) - at(k - step, &data, &data)) / (2.0 * step);
            assert!((outcome.parameters[0] - along).abs() < 1e-7);
        }
    }
}

/// Both directions are the mean of each alone.
#[test]
fn both_directions_weigh_their_negatives() {
    let data = numbers((SHAPE.0 + SHAPE.0) * DIM, 32);
    let (one, two) = data.split_at(SHAPE.0 * DIM);
    let rows = |data| Rows::new(data, DIM).unwrap();
    for distance in [Distance::Cosine, Distance::NegativeDot] {
        let alone = InfoNce::new(3.0).unwrap().hard(2.0).unwrap();
        let at = |loss, one, two| {
            let batch = Batch::matched(rows(one), rows(two)).unwrap();
            objective(distance, loss).evaluate(&batch).unwrap()
        };
        let (there, back) = (at(alone, one, two), at(alone, two, one));
        let both = at(alone.symmetric(), one, two);
        assert!((both.value - 0.5 * (there.value + back.value)).abs() < 1e-13);
        let mean = |x: &[f64], y: &[f64]| -> Vec<f64> {
            x.iter().zip(y).map(|(x, y)| 0.5 * (x + y)).collect()
        };
        assert!(apart(&both.anchors, &mean(&there.anchors, &back.candidates)) < 1e-12);
        assert!(apart(&both.candidates, &mean(&there.candidates, &back.anchors)) < 1e-12);
        let slope = 0.5 * (there.parameters[0] + back.parameters[0]);
        assert!((both.parameters[0] - slope).abs() < 1e-12);
    }
}

#[test]
fn none_is_the_plain_loss_to_the_bit() {
    let data = numbers_f32(24 * DIM, 33);
    let rows = |data| Rows::new(data, DIM).unwrap();
    let batch = Batch::matched(rows(&data[..36]), rows(&data[36..])).unwrap();
    for loss in [InfoNce::default(), InfoNce::default().symmetric()] {
        let at = |loss| {
            let objective = Objective::new(Distance::Cosine, loss, Reduce::Mean).unwrap();
            objective.evaluate(&batch).unwrap()
        };
        let (plain, none) = (at(loss), at(loss.hard(0.0).unwrap()));
        assert_eq!(plain.value.to_bits(), none.value.to_bits());
        assert_eq!(bits(&plain.gradient()), bits(&none.gradient()));
    }
    let text = serde_json::to_string(&InfoNce::default()).unwrap();
    assert_eq!(text, r#"{"scale":20.0,"symmetric":false}"#);
    assert!(InfoNce::default().hard(-1.0).is_err());
    assert!(
        serde_json::from_str::<InfoNce>(r#"{"hardness": 9}"#)
            .unwrap()
            .hardness
            .get()
            == 9.0
    );
}
