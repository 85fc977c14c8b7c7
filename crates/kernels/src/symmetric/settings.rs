//! What is asked for.

use crate::threshold_search::Window;
use crate::{Distance, Margin, Reduce};

/// What is asked for: all triplets of a window under a hard margin.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) distance: Distance,
    pub(crate) window: Window,
    pub(crate) margin: Margin,
    pub(crate) reduce: Reduce,
}
