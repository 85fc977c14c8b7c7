//! Any inputs with a class each.

use tercet_eval::{Labelled, Score, retrieval};
use tercet_kernels::{Distance, Rows};

use super::evaluator::Evaluator;
use crate::{Encoder, Error};

/// Inputs with a class each, judged by retrieval: every input asks all others, and those of its class are right.
///
/// ```
/// use tercet_kernels::Distance;
/// use tercet_train::LabelledInputs;
/// let validation = LabelledInputs { inputs: vec![[0.0], [0.1], [5.0], [5.1]], classes: vec![0, 0, 1, 1], distance: Distance::Euclidean };
/// assert_eq!(validation.inputs.len(), 4);
/// ```
#[derive(Debug, Clone)]
pub struct LabelledInputs<I> {
    /// What is embedded.
    pub inputs: Vec<I>,
    /// The class of each.
    pub classes: Vec<i64>,
    /// Which distance decides who is near.
    pub distance: Distance,
}

impl<E: Encoder> Evaluator<E> for LabelledInputs<E::Input> {
    /// Recall@1, MAP@R and the others of retrieval.
    fn evaluate(&self, encoder: &E) -> Result<Vec<Score>, Error> {
        let rows = encoder.encode(&self.inputs)?;
        let dim = rows.len() / self.inputs.len().max(1);
        let items = Labelled::new(Rows::new(&rows, dim)?, &self.classes, None)?;
        Ok(retrieval(&items, self.distance)?.scores())
    }
}
