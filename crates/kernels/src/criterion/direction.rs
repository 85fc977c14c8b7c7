//! Who is an anchor, of two sets of rows.

use serde::{Deserialize, Serialize};

use crate::name::named;

/// Which of two sets of rows are the anchors: the first, the second, or each in turn.
///
/// Where a term has none, relevance and marked pairs between two sets are costed both ways, and tuples forward. Within
/// one set every row is an anchor, and directions differ only where labels are not symmetric.
///
/// Sources: VSE++ (sum of both, arXiv:1707.05612); symmetric ranking losses and CLIP (mean of both, arXiv:2103.00020).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Direction {
    /// The first rows are the anchors.
    Forward,
    /// The second rows are the anchors.
    Backward,
    /// The sum of both; give the term a weight of one half for the mean.
    Both,
}

named!(Direction, "direction", {
    Self::Forward => "forward",
    Self::Backward => "backward",
    Self::Both => "both",
});

impl Direction {
    /// Whether each way is costed: forward, backward.
    pub(super) fn ways(self) -> [bool; 2] {
        match self {
            Self::Forward => [true, false],
            Self::Backward => [false, true],
            Self::Both => [true, true],
        }
    }

    /// The other way round.
    pub(super) fn transposed(self) -> Self {
        match self {
            Self::Forward => Self::Backward,
            Self::Backward => Self::Forward,
            Self::Both => Self::Both,
        }
    }
}
