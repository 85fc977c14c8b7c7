//! When a trainer judges, writes a checkpoint, and which weights it keeps.

use super::event::Event;
use super::state::Best;
use super::trainer::Trainer;
use crate::recipe::Keep;
use crate::{Encoder, Error};

impl<E: Encoder> Trainer<'_, E> {
    /// Judges the network if it is time; whether `patience` has run out.
    pub(super) fn evaluate_if_due(&mut self) -> Result<bool, Error> {
        let (step, train) = (self.run.state.step, &self.settings.train);
        let due = step.is_multiple_of(train.evaluate_every) || step == train.steps;
        let (true, Some(evaluator)) = (due, self.evaluator) else {
            return Ok(false);
        };
        let scores = evaluator.evaluate(&self.run.network)?;
        let Some(first) = scores.first() else {
            return Ok(false);
        };
        let state = &mut self.run.state;
        let before = state.best.as_ref();
        let best = before.is_none_or(|best| first.is_better_than(&best.score));
        if best {
            let score = first.clone();
            state.best = Some(Best { step, score });
            state.without_gain = 0;
            self.run.best = Some(self.run.network.clone());
        } else {
            state.without_gain += 1;
        }
        let patience = self.settings.train.patience;
        let early = patience.is_some_and(|patience| state.without_gain >= patience);
        self.tell(Event::Evaluate { step, scores, best })?;
        Ok(early)
    }

    pub(super) fn checkpoint_if_due(&mut self, now: bool) -> Result<(), Error> {
        let (step, train) = (self.run.state.step, &self.settings.train);
        let due = now || step.is_multiple_of(train.checkpoint_every) || step == train.steps;
        let (true, Some(folder)) = (due, self.folder) else {
            return Ok(());
        };
        let path = folder.checkpoint(step);
        self.run.write(&path)?;
        folder.prune(train.keep_checkpoints)?;
        let path = folder.relative(&path);
        self.tell(Event::Checkpoint { step, path })
    }

    /// Which weights become the model: those the settings want, or the last ones where nothing was ever judged.
    pub(super) fn kept(&self) -> (Keep, u64) {
        match (self.settings.train.keep, &self.run.state.best) {
            (Keep::Best, Some(best)) => (Keep::Best, best.step),
            _ => (Keep::Last, self.run.state.step),
        }
    }
}
