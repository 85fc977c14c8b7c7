//! What a frozen encoder gave, kept.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use super::Input;
use crate::Error;

/// A row of features for every input seen so far, by its identity: everything goes through the encoder once.
#[derive(Debug, Clone, Default)]
pub(super) struct Cache {
    known: Arc<Mutex<HashMap<u64, Arc<[f32]>>>>,
}

impl Cache {
    /// The features of some inputs by their identities; `compute` gives those of the ones never seen, of which it gets
    /// the places of the first of each, in the order of their identities, which is the same in every process: which
    /// go through together depends on it.
    ///
    /// # Errors
    /// Those of `compute`.
    pub(super) fn features(
        &self,
        identities: &[u64],
        compute: impl FnOnce(&[usize]) -> Result<Vec<Vec<f32>>, Error>,
    ) -> Result<Vec<Input>, Error> {
        // Whoever panicked with it in hand had put whole rows in.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut new: BTreeMap<u64, usize> = BTreeMap::new();
        for (place, identity) in identities.iter().enumerate() {
            if !known.contains_key(identity) {
                new.entry(*identity).or_insert(place);
            }
        }
        if !new.is_empty() {
            let (new, places): (Vec<u64>, Vec<usize>) = new.into_iter().unzip();
            let rows = compute(&places)?.into_iter().map(Arc::from);
            known.extend(new.into_iter().zip(rows));
        }
        let features = identities.iter().map(|identity| known[identity].clone());
        Ok(features.map(Input::Features).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_computed_once_in_the_order_of_identities() {
        let cache = Cache::default();
        let mut asked = Vec::new();
        for identities in [&[9, 3, 9][..], &[3, 1]] {
            let found = cache.features(identities, |places| {
                asked.push(places.to_vec());
                Ok(places
                    .iter()
                    .map(|&place| vec![identities[place] as f32])
                    .collect())
            });
            let found = found.expect("computed");
            for (identity, input) in identities.iter().zip(found) {
                let Input::Features(row) = input else {
                    panic!("features")
                };
                assert_eq!(*row, [*identity as f32]);
            }
        }
        assert_eq!(asked, [vec![1, 0], vec![1]]);
    }
}
