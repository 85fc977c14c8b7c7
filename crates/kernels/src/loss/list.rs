//! The list of losses.

use super::{Contrastive, Triplet};
use crate::Real;
use crate::row::{Parts, Row, RowLoss, Terms};

/// Any loss of this crate, where which one is known only at run time.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Loss {
    /// See [`Triplet`].
    Triplet(Triplet),
    /// See [`Contrastive`].
    Contrastive(Contrastive),
}

impl Default for Loss {
    fn default() -> Self {
        Self::Triplet(Triplet::default())
    }
}

impl RowLoss for Loss {
    fn row<T: Real>(&self, row: &Row<'_, T>, slopes: &mut [T]) -> Terms {
        match self {
            Self::Triplet(loss) => loss.row(row, slopes),
            Self::Contrastive(loss) => loss.row(row, slopes),
        }
    }

    fn row_plain<T: Real>(&self, row: &Row<'_, T>, slopes: &mut [T]) -> Terms {
        match self {
            Self::Triplet(loss) => loss.row_plain(row, slopes),
            Self::Contrastive(loss) => loss.row_plain(row, slopes),
        }
    }

    fn parts(&self) -> Parts {
        match self {
            Self::Triplet(loss) => loss.parts(),
            Self::Contrastive(loss) => loss.parts(),
        }
    }

    fn needs_non_negative(&self) -> bool {
        match self {
            Self::Triplet(loss) => loss.needs_non_negative(),
            Self::Contrastive(loss) => loss.needs_non_negative(),
        }
    }
}
