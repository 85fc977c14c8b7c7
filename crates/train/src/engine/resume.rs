//! From a folder back to a run.

use super::checkpoint;
use super::learned::Learned;
use super::log::EventLog;
use super::trainer::Trainer;
use crate::{Encoder, Error, RunFolder};

impl<E: Encoder> Trainer<'_, E> {
    /// Refuses to go on with a run that has done more steps than it is to do, before anything is written.
    pub(super) fn check_steps(&self, folder: &RunFolder) -> Result<(), Error> {
        let Some((_, path)) = folder.newest()? else {
            return Ok(());
        };
        let (done, given) = (checkpoint::state(&path)?.step, self.settings.train.steps);
        match given < done {
            true => Err(Error::Steps { done, given }),
            false => Ok(()),
        }
    }

    /// Opens the log of a folder, and goes on from its newest checkpoint, if it has one.
    ///
    /// # Errors
    /// The checkpoint or the log is not what was written there.
    pub(super) fn open(mut self, folder: &RunFolder) -> Result<Self, Error> {
        if let Some((_, path)) = folder.newest()? {
            let state = checkpoint::state(&path)?;
            // What the criterion of the last step had learnt; a next one begins anew.
            self.run.state = state.clone();
            self.criterion = self.criterion_of(state.step.saturating_sub(1));
            let (dim, classes) = (self.start.dim, self.source.classes());
            let parameters = self.criterion.parameters(dim, classes, state.seed)?;
            self.run.learned = Learned::new(parameters, &self.settings.optimizer);
            self.run = self.run.read(&path, state)?;
        }
        self.log = Some(EventLog::resume(&folder.events(), self.run.state.step)?);
        Ok(self)
    }
}
