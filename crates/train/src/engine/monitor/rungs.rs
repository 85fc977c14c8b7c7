//! Rungs of a ladder that no batch fills.

use serde::{Deserialize, Serialize};

/// Steps after which every rung should have been filled.
const ENOUGH: u64 = 20;

/// How often each rung of a ladder could be filled so far.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Rungs {
    steps: u64,
    filled: Vec<u64>,
}

impl Rungs {
    /// Takes in how many anchors of a step have something above and below each rung; gives, once, the rungs (from 1)
    /// that were empty in every step so far.
    pub(crate) fn look(&mut self, filled: &[u64]) -> Vec<usize> {
        if filled.is_empty() {
            return Vec::new();
        }
        self.steps += 1;
        self.filled.resize(filled.len(), 0);
        let each = self.filled.iter_mut().zip(filled);
        each.for_each(|(sum, &more)| *sum += more);
        let empty = (1..).zip(&self.filled).filter(|&(_, &sum)| sum == 0);
        let empty = empty.filter(|_| self.steps == ENOUGH);
        empty.map(|(rung, _)| rung).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_rung_is_told_of_once() {
        let mut rungs = Rungs::default();
        let told: Vec<Vec<usize>> = (0..40).map(|step| rungs.look(&[step % 2, 0])).collect();
        assert_eq!(told.concat(), [2]);
        assert_eq!(told[19], [2]);
        assert!(rungs.look(&[]).is_empty());
    }
}
