//! The same objective on leading dimensions.

use tercet_kernels::{Rows, Unit};

use super::{Cost, Goal, Question};
use crate::Error;

/// A goal on the first `s` numbers of every row, brought to length 1, for every size `s`; the weighted sum.
///
/// Counts are those of the first size. Source: Kusupati et al., *Matryoshka Representation Learning*, NeurIPS 2022,
/// arXiv:2205.13147; sentence-transformers' `MatryoshkaLoss`, which normalises the shortened rows, too.
#[derive(Debug, Clone)]
pub(crate) struct Matryoshka {
    pub(crate) goal: Goal,
    /// Leading dimensions with their weights; the first one's counts are reported.
    pub(crate) sizes: Vec<(usize, f64)>,
}

impl Matryoshka {
    pub(crate) fn cost(&self, rows: Rows<'_, f32>, question: Question<'_>) -> Result<Cost, Error> {
        let mut total: Option<Cost> = None;
        for &(size, weight) in &self.sizes {
            let cost = self.of_size(rows, size, question)?;
            let sum = total.get_or_insert_with(|| Cost {
                value: 0.0,
                gradient: vec![0.0; rows.data().len()],
                terms: cost.terms,
                parameter: 0.0,
                filled: cost.filled.clone(),
            });
            sum.value += weight * cost.value;
            sum.parameter += weight * cost.parameter;
            add(sum, &cost.gradient, rows.dim(), size, weight as f32);
        }
        Ok(total.expect("a recipe without sizes has no such goal"))
    }

    /// The cost of rows cut to `size` numbers, with the gradient of these.
    fn of_size(
        &self,
        rows: Rows<'_, f32>,
        size: usize,
        question: Question<'_>,
    ) -> Result<Cost, Error> {
        let cut: Vec<f32> = rows
            .data()
            .chunks_exact(rows.dim())
            .flat_map(|row| &row[..size])
            .copied()
            .collect();
        let unit = Unit::of(Rows::new(&cut, size)?)?;
        let cost = self.goal.cost(unit.rows(), question)?;
        Ok(Cost {
            gradient: unit.back(&cost.gradient)?,
            ..cost
        })
    }
}

/// Adds the gradient of cut rows to that of whole ones.
fn add(sum: &mut Cost, cut: &[f32], dim: usize, size: usize, weight: f32) {
    let rows = sum.gradient.chunks_exact_mut(dim);
    for (whole, cut) in rows.zip(cut.chunks_exact(size)) {
        let places = whole.iter_mut().zip(cut);
        places.for_each(|(place, slope)| *place += weight * slope);
    }
}

#[cfg(test)]
mod tests {
    use tercet_kernels::CosineRegression;

    use super::*;
    use crate::relation::Relation;

    #[test]
    fn sizes_are_summed_by_weight_and_agree_with_differences() {
        let relation = Relation::Scored(vec![0.3, 0.9]);
        let question = Question {
            relation: &relation,
            seed: 0,
            step: 0,
        };
        let goal = Goal::Cosine(CosineRegression::default());
        let all = Matryoshka {
            goal,
            sizes: vec![(3, 1.0), (2, 0.5)],
        };
        let data = [
            0.3, -0.2, 0.9, 0.1, 0.5, 0.2, -0.4, 0.7, 0.6, 0.8, 0.1, -0.3_f32,
        ];
        let cost = |data: &[f32]| all.cost(Rows::new(data, 3)?, question);
        let found = cost(&data).expect("finite rows");
        let h = 1e-3;
        for place in 0..data.len() {
            let moved = |by: f32| {
                let mut data = data;
                data[place] += by;
                cost(&data).expect("finite rows").value
            };
            let slope = (moved(h) - moved(-h)) / f64::from(2.0 * h);
            assert!((slope - f64::from(found.gradient[place])).abs() < 2e-4);
        }
    }
}
