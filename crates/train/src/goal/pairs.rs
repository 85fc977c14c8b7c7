//! The contrastive loss of given pairs.

use tercet_kernels::{Batch, Gradients, Loss, Objective, Partial, Rows, Terms};

use super::Cost;
use crate::Error;

/// From this score on a pair is a positive one.
const POSITIVE: f64 = 0.5;

/// What pairs `first[i]`, `second[i]` cost, each by itself: a positive pair where the score is at least one half, else a
/// negative one.
pub(super) fn cost(
    objective: &Objective<Loss>,
    first: Rows<'_, f32>,
    second: Rows<'_, f32>,
    scores: &[f64],
) -> Result<Cost, Error> {
    let pair = |place: usize| -> Result<Partial<f32>, Error> {
        let label = [i64::from(scores[place] < POSITIVE)];
        let (anchor, candidate) = (row(first, place)?, row(second, place)?);
        let batch = Batch::between(anchor, &[0], candidate, &label)?;
        Ok(objective.partial(&batch)?)
    };
    let pairs: Vec<Partial<f32>> = (0..scores.len()).map(pair).collect::<Result<_, _>>()?;
    let mut terms = Terms::default();
    pairs.iter().for_each(|pair| terms += pair.terms);
    let scales = [&terms.positive, &terms.negative].map(|count| objective.reduce().scale(count));
    let side = |of: fn(&Gradients<f32>) -> &[f32]| {
        pairs.iter().flat_map(move |pair| {
            let parts = pair.parts.iter().zip(scales);
            sum(parts.map(|(part, scale)| (of(part), scale as f32)))
        })
    };
    Ok(Cost {
        value: terms.positive.sum * scales[0] + terms.negative.sum * scales[1],
        gradient: side(|part| &part.anchors)
            .chain(side(|part| &part.candidates))
            .collect(),
        terms,
        parameter: 0.0,
        filled: Vec::new(),
    })
}

fn row(rows: Rows<'_, f32>, place: usize) -> Result<Rows<'_, f32>, Error> {
    let dim = rows.dim();
    Ok(Rows::new(
        &rows.data()[place * dim..(place + 1) * dim],
        dim,
    )?)
}

/// Scaled vectors, added up.
fn sum<'a>(parts: impl Iterator<Item = (&'a [f32], f32)>) -> Vec<f32> {
    let mut sum = Vec::new();
    for (part, scale) in parts {
        sum.resize(part.len(), 0.0);
        let places = sum.iter_mut().zip(part);
        places.for_each(|(place, slope)| *place += scale * slope);
    }
    sum
}

#[cfg(test)]
mod tests {
    use tercet_kernels::{Contrastive, Distance, Reduce};

    use super::*;

    #[test]
    fn a_positive_and_a_negative_pair_by_hand() {
        let loss = Loss::from(Contrastive::squared(3.0).expect("a margin"));
        let objective = Objective::new(Distance::Euclidean, loss, Reduce::Sum).expect("fits");
        let (first, second) = ([0.0, 0.0], [2.0, 1.0]);
        let rows = |data| Rows::new(data, 1).expect("one number each");
        let cost = cost(&objective, rows(&first), rows(&second), &[1.0, 0.0]).expect("finite");
        // 2^2 / 2 and (3 - 1)^2 / 2.
        assert_eq!(cost.value, 4.0);
        assert_eq!(cost.gradient, [-2.0, 2.0, 2.0, -2.0]);
        assert_eq!(cost.terms.terms(), 2);
    }
}
