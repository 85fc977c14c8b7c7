//! What a trainer does with one batch.

use std::ops::Range;

use burn::optim::GradientsParams;
use tercet_data::Prefetch;
use tercet_kernels::{Cost, Criterion, Relation, Rows, StepContext, Workspace};
use tercet_nn::gradient_norm;

use super::clock::Clock;
use super::event::{Event, Step};
use super::learned::Learned;
use super::memory::PastRows;
use super::monitor::{self, Statistics};
use super::step::Passes;
use super::trainer::Trainer;
use crate::batch::TrainingBatch;
use crate::recipe::OnCollapse;
use crate::{Encoder, Error};

impl<E: Encoder> Trainer<'_, E> {
    /// Batches in the order of their steps, made ahead of time.
    pub(super) fn batches(
        &self,
        steps: Range<u64>,
    ) -> impl Iterator<Item = Result<TrainingBatch<E::Input>, Error>> + use<E> {
        let source = self.source.clone();
        let threads = source.threads();
        let ahead = self.settings.train.ahead;
        Prefetch::start(move |step| source.batch(step), steps, ahead, threads)
    }

    /// Learns from one batch; whether the alarm ends the run.
    pub(super) fn learn(
        &mut self,
        batch: &TrainingBatch<E::Input>,
        clock: &mut Clock,
    ) -> Result<bool, Error> {
        if self.curriculum.switches_at(self.run.state.step) {
            self.switch()?;
        }
        let scale = monitor::scale(self.run.learned.parameters());
        let gradient = self
            .passes()
            .gradient(&self.run.network, batch, &mut |rows| {
                price(
                    &self.criterion,
                    rows,
                    (&batch.relation, self.settings.seed, batch.step),
                    (&self.run.learned, &mut self.run.past),
                    &mut self.workspace,
                )
            })?;
        let learning_rate = self.rates.at(self.run.state.step);
        let norm = self.update(gradient.parameters, &gradient.cost, learning_rate)?;
        self.run.state.step += 1;
        let statistics = Statistics::of(
            Rows::new(&gradient.embeddings, gradient.dim)?,
            &batch.relation,
            &self.criterion,
        )?;
        let wall = clock.lap(&mut self.run.state.spent);
        let mut event = statistics.step(&gradient.cost);
        event.step = self.run.state.step;
        event.epoch = self.source.epoch_of(batch.step);
        event.learning_rate = learning_rate;
        event.gradient_norm = norm;
        event.truncated = batch.truncated;
        event.scale = scale;
        event.samples_per_second = batch.len() as f64 / wall.as_secs_f64();
        self.look(event, batch, &gradient.cost)
    }

    /// Moves weights and the criterion's parameters; gives the norm that the gradient had before it was clipped.
    fn update(
        &mut self,
        gradients: GradientsParams,
        cost: &Cost<f32>,
        learning_rate: f64,
    ) -> Result<f64, Error> {
        let norm = gradient_norm(&self.run.network, &gradients);
        let step = self.run.state.step + 1;
        monitor::finite(&self.run.network, &gradients, norm, cost).map_err(|tensor| {
            Error::Diverged {
                step,
                tensor,
                learning_rate,
            }
        })?;
        let limit = self.settings.optimizer.clip().filter(|&limit| norm > limit);
        let scale = limit.map_or(1.0, |limit| limit / norm);
        let network = self.run.network.clone();
        let optimizer = &mut self.run.optimizer;
        self.run.network = optimizer.update(network, gradients, scale, learning_rate);
        self.run.learned.update(&cost.parameters, learning_rate);
        Ok(norm)
    }

    /// Tells of a step and watches for what should not be; whether the run is to end.
    fn look(
        &mut self,
        event: Step,
        batch: &TrainingBatch<E::Input>,
        cost: &Cost<f32>,
    ) -> Result<bool, Error> {
        let missing = monitor::missing(&event, &self.criterion);
        let (criterion, seed) = (&self.criterion, self.settings.seed);
        let parameters = self.run.learned.parameters();
        let equal = || monitor::equal(criterion, batch, parameters, seed);
        let alarm = &mut self.run.state.alarm;
        let alert = alarm.look(&event, criterion, self.start.dim, equal);
        let step = event.step;
        self.tell(Event::Step(Box::new(event)))?;
        if let Some(reason) = missing {
            self.tell(Event::NoTriplet { step, reason })?;
        }
        for rung in self.run.state.rungs.look(&cost.filled) {
            self.tell(Event::EmptyRung { step, rung })?;
        }
        match alert {
            Some(alert) => self.collapsed(alert.message),
            None => Ok(false),
        }
    }

    fn passes(&self) -> Passes {
        Passes {
            micro_batch: self.settings.train.micro_batch.unwrap_or(usize::MAX),
            seed: self.settings.seed,
            dropout: self.settings.dropout,
        }
    }

    /// Goes on with the next criterion, with parameters of its own.
    fn switch(&mut self) -> Result<(), Error> {
        self.choose_criterion();
        let (classes, seed) = (self.source.classes(), self.settings.seed);
        let parameters = self.criterion.parameters(self.start.dim, classes, seed)?;
        self.run.learned = Learned::new(parameters, &self.settings.optimizer);
        Ok(())
    }

    /// The criterion of the next step, softened where the alarm has asked for it.
    pub(super) fn choose_criterion(&mut self) {
        self.criterion = self.criterion_of(self.run.state.step);
    }

    pub(super) fn criterion_of(&self, step: u64) -> Criterion {
        let criterion = self.curriculum.at(step);
        let softened = criterion.softened().filter(|_| self.run.state.softened);
        softened.unwrap_or_else(|| criterion.clone())
    }

    /// Does what the settings say about a collapse; whether that is to end the run.
    fn collapsed(&mut self, message: String) -> Result<bool, Error> {
        let mut action = self.settings.train.on_collapse;
        if action == OnCollapse::Soften && self.criterion.softened().is_none() {
            action = OnCollapse::Warn;
        }
        let step = self.run.state.step;
        self.tell(Event::Collapse {
            step,
            message,
            action,
        })?;
        if action == OnCollapse::Soften {
            self.run.state.softened = true;
            self.choose_criterion();
        }
        Ok(action == OnCollapse::Stop)
    }
}

/// What embeddings cost, with the embeddings of past steps if there are some.
fn price(
    criterion: &Criterion,
    rows: Rows<'_, f32>,
    (relation, seed, step): (&Relation, u64, u64),
    (learned, past): (&Learned, &mut Option<PastRows>),
    workspace: &mut Workspace<f32>,
) -> Result<Cost<f32>, Error> {
    if let Some(past) = past {
        past.push(rows, relation)?;
    }
    let context = StepContext {
        seed,
        step,
        parameters: learned.parameters(),
        memory: past.as_ref().and_then(PastRows::ready),
        workspace,
    };
    Ok(criterion.cost(rows, relation, context)?)
}
