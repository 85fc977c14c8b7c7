//! A loss of one's own: what one anchor's distances cost, and the slopes on them. Everything else is the library's:
//! distances, gradients of embeddings, reduction, labels of any kind, threads.
#![allow(clippy::print_stdout, reason = "an example")]

use tercet::kernels::{
    Batch, Count, Distance, Objective, Real, Reduce, Row, RowLoss, Rows, Slopes, Terms,
};

/// `[mean d(positives) - mean d(negatives) + margin]+`, a term per anchor.
struct MeanGap {
    margin: f64,
}

impl RowLoss for MeanGap {
    fn row<T: Real>(&self, row: &Row<'_, T>, slopes: &mut Slopes<'_, T>) -> Terms {
        let (near, far) = (row.positive_count() as f64, row.negative_count() as f64);
        if near == 0.0 || far == 0.0 {
            return Terms::default();
        }
        let distance = |candidate: usize| row.distances()[candidate].to_f64();
        let gap = row.positives().map(distance).sum::<f64>() / near
            - row.negatives().map(distance).sum::<f64>() / far
            + self.margin;
        if gap > 0.0 {
            row.positives()
                .for_each(|candidate| slopes.add(candidate, 1.0 / near));
            row.negatives()
                .for_each(|candidate| slopes.add(candidate, -1.0 / far));
        }
        Terms::one(Count {
            sum: gap.max(0.0),
            terms: 1,
            active: u64::from(gap > 0.0),
            anchors: 1,
            ..Count::default()
        })
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let objective = Objective::new(Distance::Euclidean, MeanGap { margin: 2.0 }, Reduce::Mean)?;
    // Three of each of two classes, mixed up on a circle, moved along the exact gradient.
    let labels = [0, 1, 0, 1, 0, 1];
    let circle = (0..6).flat_map(|place| <[f64; 2]>::from((f64::from(place) * 1.047).sin_cos()));
    let mut rows: Vec<f64> = circle.collect();
    for step in 0..=60 {
        let outcome = objective.evaluate(&Batch::within(Rows::new(&rows, 2)?, &labels)?)?;
        if step % 20 == 0 {
            let active = outcome.terms.active();
            println!(
                "step {step}: loss {:.4}, {active} of 6 anchors active",
                outcome.value
            );
        }
        let moved = rows.iter_mut().zip(outcome.gradient());
        moved.for_each(|(x, slope)| *x -= 0.5 * slope);
    }
    Ok(())
}
