//! What an objective says of a step.

use tercet_kernels::{ScoredOutcome, Terms, Total};

/// Value and gradient `(n, d)` of a step, and what was counted.
#[derive(Debug, Clone)]
pub(crate) struct Cost {
    pub(crate) value: f64,
    pub(crate) gradient: Vec<f32>,
    pub(crate) terms: Terms,
    /// The slope in the number that the loss could learn; 0 if there is none.
    pub(crate) parameter: f64,
    /// Of a ladder: how many anchors have something above and below each rung.
    pub(crate) filled: Vec<u64>,
}

impl From<Total<f32>> for Cost {
    fn from(total: Total<f32>) -> Self {
        Self {
            value: total.value,
            gradient: total.gradient,
            terms: total.terms,
            parameter: total.parameter,
            filled: Vec::new(),
        }
    }
}

impl From<ScoredOutcome<f32>> for Cost {
    fn from(outcome: ScoredOutcome<f32>) -> Self {
        Self {
            value: outcome.value,
            gradient: [outcome.first, outcome.second].concat(),
            terms: outcome.terms,
            parameter: outcome.parameter,
            filled: Vec::new(),
        }
    }
}
