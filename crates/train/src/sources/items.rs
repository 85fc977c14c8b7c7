//! Batches of labelled items.

use std::sync::Arc;

use tercet_data::Plan;

use super::labelling::Labelling;
use crate::Error;
use crate::batch::{BatchSource, TrainingBatch};
use crate::inputs::{Input, Prepare};

/// Batches of labelled images or rows of numbers, drawn by class.
pub(crate) struct ItemBatches {
    pub(crate) plan: Arc<Plan>,
    /// The items that are learnt from, as places in their set, in the order of the labels that `plan` was made of.
    pub(crate) items: Arc<[usize]>,
    /// The class of each of them.
    pub(crate) classes: Arc<[u32]>,
    pub(crate) labelling: Labelling,
    /// The way to one network, or to each of two.
    pub(crate) inputs: Vec<Arc<dyn Prepare<usize>>>,
    /// Threads that make batches at a time.
    pub(crate) threads: usize,
}

impl BatchSource for ItemBatches {
    type Input = Input;

    fn batch(&self, step: u64) -> Result<TrainingBatch<Input>, Error> {
        let places = self.plan.batch(step);
        let cells: Vec<&usize> = places.iter().map(|&place| &self.items[place]).collect();
        let classes: Vec<u32> = places.iter().map(|&place| self.classes[place]).collect();
        let starts = (0..).step_by(cells.len().max(1));
        let sides = self.inputs.iter().zip(starts);
        let sides = sides.map(|(inputs, first)| inputs.vary(&cells, (step, first)));
        let sides = sides.collect::<Result<Vec<_>, Error>>()?;
        Ok(TrainingBatch {
            step,
            truncated: sides.iter().map(|side| side.truncated).sum(),
            relation: match sides.len() {
                1 => self.labelling.relation(&classes)?,
                _ => self.labelling.between(&classes)?,
            },
            sides: sides.into_iter().map(|side| side.inputs).collect(),
        })
    }

    fn epoch_of(&self, step: u64) -> u64 {
        self.plan.epoch_of(step)
    }

    fn classes(&self) -> Option<usize> {
        // Two networks see every item twice: rows then belong together by relevance.
        self.labelling.classes().filter(|_| self.inputs.len() == 1)
    }

    fn threads(&self) -> usize {
        self.threads
    }
}
