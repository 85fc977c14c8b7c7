//! Who judges a network.

use tercet_eval::Score;

use crate::Error;

/// Who judges a network: on data that it does not learn from.
///
/// The first score chooses the weights that are kept, and decides when a run without progress ends.
pub trait Evaluator<E> {
    /// The scores of a network.
    ///
    /// # Errors
    /// Inputs cannot be read, or their embeddings cannot be judged; it ends the run.
    fn evaluate(&self, encoder: &E) -> Result<Vec<Score>, Error>;
}

/// Scores, and what they were measured on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Noted {
    pub(crate) scores: Vec<Score>,
    pub(crate) note: String,
}
