//! Room for the work on one class.

use crate::distance::Padding;
use crate::ranks::Windows;

/// Room for the work on one class, used again for the next.
#[derive(Debug, Default)]
pub(crate) struct Scratch<T> {
    /// Distances within the class, or weights.
    pub(super) numbers: Vec<T>,
    pub(super) padding: Padding<T>,
    pub(super) windows: Windows<T>,
    /// How many negatives of an anchor have at least each level.
    pub(super) reach: Vec<u32>,
}
