//! Memory that one evaluation leaves to the next.

use crate::Total;
use crate::symmetric::SymmetricScratch;
use crate::tiles::TilesScratch;

/// Memory that one evaluation leaves to the next, so that a loop over batches asks the system for none.
///
/// What is in it never changes a result. It grows to what the largest evaluation needed, in lists for
/// numbers of type `T` and a few kinds of counts.
///
/// ```
/// use tercet_kernels::{Batch, Distance, Objective, Reduce, Rows, Triplet, Workspace};
/// let objective = Objective::new(Distance::SquaredEuclidean, Triplet::default(), Reduce::Mean)?;
/// let mut workspace = Workspace::default();
/// let rows = [0.0, 1.0, 1.05];
/// for _ in 0..3 {
///     let batch = Batch::within(Rows::new(&rows, 1)?, &[0, 0, 1])?;
///     let total = objective.total_in(&batch, &mut workspace)?;
///     assert!(total.value > 0.0);
///     workspace.recycle(total);
/// }
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Workspace<T> {
    pub(crate) symmetric: SymmetricScratch<T>,
    pub(crate) tiles: TilesScratch<T>,
    /// A gradient that is not needed any more.
    pub(crate) gradient: Vec<T>,
}

impl<T: Copy + Default> Workspace<T> {
    /// Takes back the gradient of a result that is not needed any more.
    pub fn recycle(&mut self, total: Total<T>) {
        self.gradient = total.gradient;
    }
}
