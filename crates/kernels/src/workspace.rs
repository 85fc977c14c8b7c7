//! Memory that one evaluation leaves to the next.

use std::sync::{Mutex, PoisonError};

use crate::Total;
use crate::mutual::Mutual;
use crate::tiles::Strips;

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
    pub(crate) mutual: Mutual<T>,
    pub(crate) strips: Strips<T>,
    /// A gradient that is not needed any more.
    pub(crate) gradient: Vec<T>,
}

impl<T: Copy + Default> Workspace<T> {
    /// Takes back the gradient of a result that is not needed any more.
    pub fn recycle(&mut self, total: Total<T>) {
        self.gradient = total.gradient;
    }
}

/// Room of one kind that waits to be used again, for as many threads as there are.
#[derive(Debug, Default)]
pub(crate) struct Shelf<X>(Mutex<Vec<X>>);

impl<X: Default> Shelf<X> {
    /// What was put back last, or something new.
    pub(crate) fn take(&self) -> X {
        // What is here is whole whatever happened to who held the lock.
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.pop().unwrap_or_default()
    }

    /// Puts it back.
    pub(crate) fn give(&self, room: X) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push(room);
    }
}
