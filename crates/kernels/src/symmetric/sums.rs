//! What a row of weights adds up to.

/// What a row of weights adds up to.
#[derive(Debug, Clone, Copy, Default)]
#[allow(
    unreachable_pub,
    reason = "the sealed part of a public trait speaks of it"
)]
pub struct Sums {
    /// `sum c d`.
    pub(crate) cost: f64,
    /// The sum of the weights.
    pub(crate) weight: f64,
}
