//! Memory that one evaluation leaves to the next.

use std::sync::{Mutex, PoisonError};

use crate::Total;

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
    pub(crate) numbers: Shelf<T>,
    pub(crate) wide: Shelf<f64>,
    pub(crate) counts: Shelf<u16>,
    pub(crate) near: Shelf<(T, u32)>,
}

impl<T: Copy + Default> Workspace<T> {
    /// Takes back the gradient of a result that is not needed any more.
    pub fn recycle(&mut self, total: Total<T>) {
        self.numbers.give(total.gradient);
    }
}

/// Lists of one kind that wait to be used again.
#[derive(Debug, Default)]
pub(crate) struct Shelf<X>(Mutex<Vec<Vec<X>>>);

impl<X: Copy + Default> Shelf<X> {
    /// A list of `len` zeros: the smallest that is large enough, or a new one.
    pub(crate) fn take(&self, len: usize) -> Vec<X> {
        let mut list = self.find(len);
        list.clear();
        list.resize(len, X::default());
        list
    }

    /// A list of `len` of whatever it held before.
    pub(crate) fn take_any(&self, len: usize) -> Vec<X> {
        let mut list = self.find(len);
        list.resize(len, X::default());
        list
    }

    fn find(&self, len: usize) -> Vec<X> {
        // A list is whole whatever happened to who held the lock.
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = lists
            .iter()
            .enumerate()
            .filter(|(_, list)| list.capacity() >= len);
        let best = fits
            .min_by_key(|(_, list)| list.capacity())
            .map(|(place, _)| place);
        best.map(|place| lists.swap_remove(place))
            .unwrap_or_default()
    }

    /// Puts a list back.
    pub(crate) fn give(&self, list: Vec<X>) {
        if list.capacity() > 0 {
            self.0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(list);
        }
    }
}
