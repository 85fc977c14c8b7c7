//! Memory that threads take and give back.

use std::sync::{Mutex, PoisonError};

/// Memory of one kind that waits to be used again, for as many threads as there are.
#[derive(Debug, Default)]
pub(crate) struct ScratchPool<X>(Mutex<Vec<X>>);

impl<X: Default> ScratchPool<X> {
    /// What was put back last, or something new.
    pub(crate) fn take(&self) -> X {
        // What is here is whole whatever happened to who held the lock.
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.pop().unwrap_or_default()
    }

    /// Puts it back.
    pub(crate) fn give(&self, scratch: X) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push(scratch);
    }
}
