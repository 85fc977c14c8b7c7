use std::sync::{Arc, Mutex, PoisonError};

/// The orders of the classes in the epochs that were asked for last, so that not every step shuffles them all.
///
/// Two are kept: threads that make steps ahead of time are in two epochs at the end of one.
#[derive(Debug, Clone, Default)]
pub(super) struct Walks(Arc<Mutex<Vec<Walk>>>);

/// An epoch, and its order.
type Walk = (u64, Arc<[u32]>);

/// How many orders are kept.
const KEPT: usize = 2;

impl Walks {
    /// The order of an epoch, made if it is not there. Who waits for the lock would otherwise make it, too.
    pub(super) fn of(&self, epoch: u64, make: impl FnOnce() -> Vec<u32>) -> Arc<[u32]> {
        // An order is put in whole, so nothing is wrong with those that a panic left.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, walk)) = kept.iter().find(|(of, _)| *of == epoch) {
            return walk.clone();
        }
        let walk: Arc<[u32]> = make().into();
        if kept.len() == KEPT {
            kept.remove(0);
        }
        kept.push((epoch, walk.clone()));
        walk
    }
}

#[cfg(test)]
mod tests {
    use super::Walks;

    #[test]
    fn an_order_is_made_once_while_two_epochs_are_asked_for() {
        let walks = Walks::default();
        let mut made = Vec::new();
        for epoch in [0, 0, 1, 0, 1, 1, 2, 1, 0] {
            let walk = walks.of(epoch, || {
                made.push(epoch);
                vec![epoch as u32]
            });
            assert_eq!(*walk, [epoch as u32]);
        }
        assert_eq!(made, [0, 1, 2, 0]);
    }
}
