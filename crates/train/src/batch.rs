//! What one step learns from.

use std::ops::Range;

use tercet_kernels::Relation;

use crate::Error;

/// The inputs of a step, and how they belong together.
///
/// Inputs come by *side*: one list where everything goes through one network, two where queries and documents, or images
/// and captions, have networks of their own. The relation is about all rows, those of the first side before those of the
/// second.
#[derive(Debug, Clone)]
pub struct TrainingBatch<I> {
    /// The step, from 0.
    pub step: u64,
    /// The inputs of every side, each in the order of their embeddings.
    pub sides: Vec<Vec<I>>,
    /// How the rows belong together.
    pub relation: Relation,
    /// Inputs that were longer than the network reads, and were cut.
    pub truncated: usize,
}

/// Neighbouring inputs of one side.
#[derive(Debug)]
pub(crate) struct Part<'a, I> {
    pub(crate) inputs: &'a [I],
    pub(crate) side: usize,
    /// The places of their rows in the batch.
    pub(crate) rows: Range<usize>,
}

impl<I> TrainingBatch<I> {
    /// A batch of one side.
    pub fn of(step: u64, inputs: Vec<I>, relation: Relation) -> Self {
        Self {
            step,
            sides: vec![inputs],
            relation,
            truncated: 0,
        }
    }

    /// How many inputs, `n`.
    pub fn len(&self) -> usize {
        self.sides.iter().map(Vec::len).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Refuses a relation of another number of rows.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let (wanted, given) = (self.len(), self.relation.len());
        if wanted == given {
            return Ok(());
        }
        Err(Error::Relation { wanted, given })
    }

    /// The inputs in runs of at most `size` of one side.
    pub(crate) fn parts(&self, size: usize) -> Vec<Part<'_, I>> {
        let size = size.max(1);
        let mut parts = Vec::new();
        let mut begin = 0;
        for (side, inputs) in self.sides.iter().enumerate() {
            for (number, inputs) in inputs.chunks(size).enumerate() {
                let first = begin + number * size;
                let rows = first..first + inputs.len();
                parts.push(Part { inputs, side, rows });
            }
            begin += inputs.len();
        }
        parts
    }
}

/// Where batches come from.
///
/// A batch is a pure function of its step, so a resumed run needs nothing but the number of its step, and batches are
/// made ahead of time on threads of their own.
pub trait BatchSource: Send + Sync {
    /// What the network embeds.
    type Input: Send + 'static;

    /// The batch of a step, from 0.
    ///
    /// # Errors
    /// Whatever keeps an input from being read; it ends the run with its step named.
    fn batch(&self, step: u64) -> Result<TrainingBatch<Self::Input>, Error>;

    /// The epoch of a step, both from 0.
    fn epoch_of(&self, step: u64) -> u64 {
        let _ = step;
        0
    }

    /// How many classes there are in all, for losses that learn something per class: labels are below it. `None`
    /// where rows have none.
    fn classes(&self) -> Option<usize> {
        None
    }

    /// Threads that make batches at the same time; 1 where they use what earlier ones have computed.
    fn threads(&self) -> usize {
        1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_keep_to_their_sides() {
        let batch = TrainingBatch {
            step: 0,
            sides: vec![vec![0, 1, 2], vec![3, 4]],
            relation: Relation::Classes(vec![0; 5]),
            truncated: 0,
        };
        let parts = batch.parts(2);
        let found: Vec<_> = parts
            .iter()
            .map(|part| (part.side, part.rows.clone(), part.inputs.to_vec()))
            .collect();
        assert_eq!(
            found,
            [
                (0, 0..2, vec![0, 1]),
                (0, 2..3, vec![2]),
                (1, 3..5, vec![3, 4])
            ]
        );
        assert_eq!(batch.parts(usize::MAX).len(), 2);
    }
}
