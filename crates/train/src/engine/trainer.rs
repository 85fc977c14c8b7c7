//! What a run is put together from.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tercet_kernels::{Criterion, Parameter, Workspace};
use toml::Table;

use super::checkpoint::Checkpoint;
use super::clock::{Clock, Spent};
use super::curriculum::Curriculum;
use super::event::{Ending, Event, Finish, Observer, Start};
use super::learned::Learned;
use super::memory::PastRows;
use super::optimizer::Optimizer;
use super::schedule::LearningRate;
use super::settings::Settings;
use super::state::State;
use crate::batch::TrainingBatch;
use crate::recipe::Keep;
use crate::{BatchSource, Encoder, Error, Evaluator, EventLog, Pass, RunFolder};

/// A run: a network, a criterion, batches, and what happens on the way.
///
/// It gives what recipes get: batches larger than memory in two passes, evaluation, early stopping, the collapse alarm,
/// events, and with a [`RunFolder`] checkpoints and exact resume: a run that was killed and run again with the same
/// parts ends in the bits of one never interrupted. The example `own_network.rs` of the crate `tercet` is a complete one.
pub struct Trainer<'a, E: Encoder> {
    pub(super) settings: Settings,
    pub(super) curriculum: Curriculum,
    pub(super) source: Arc<dyn BatchSource<Input = E::Input>>,
    pub(super) evaluator: Option<&'a dyn Evaluator<E>>,
    pub(super) folder: Option<&'a RunFolder>,
    pub(super) observers: Vec<&'a mut dyn Observer>,
    pub(super) log: Option<EventLog>,
    /// What the run's folder says it is; none: settings and criterion.
    description: Option<Table>,
    pub(super) start: Start,
    pub(super) run: Checkpoint<E>,
    pub(super) criterion: Criterion,
    pub(super) rates: LearningRate,
    pub(super) workspace: Workspace<f32>,
}

impl<E: Encoder> std::fmt::Debug for Trainer<'_, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trainer")
            .field("step", &self.run.state.step)
            .field("criterion", &self.criterion)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// What training came to.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Trained<E> {
    /// The network with the weights that are kept.
    pub encoder: E,
    /// What the criterion learnt itself, as it stood after the last step.
    pub parameters: Vec<Parameter>,
    /// Why these weights.
    pub keep: Keep,
    /// The step they are of.
    pub kept_step: u64,
    /// Steps done.
    pub steps: u64,
    /// Why training ended; `None` where it was interrupted, to go on later.
    pub ending: Option<Ending>,
    /// Spent on training, over all resumptions, evaluation apart.
    pub spent: Spent,
}

impl<E> Trained<E> {
    /// What the criterion learnt, as a safetensors file.
    pub(crate) fn criterion_bytes(&self) -> Result<Vec<u8>, Error> {
        super::learned::to_bytes(&self.parameters)
    }
}

impl<'a, E: Encoder> Trainer<'a, E> {
    /// A run at its first step.
    ///
    /// # Errors
    /// Numbers of the criterion that do not fit the network's (more leading dimensions than there are, proxies for data
    /// without classes); the first batch cannot be made.
    pub fn new(
        encoder: E,
        criterion: impl Into<Curriculum>,
        source: Arc<dyn BatchSource<Input = E::Input>>,
        settings: Settings,
    ) -> Result<Self, Error> {
        let first = source.batch(0)?;
        let dim = dim_of(&encoder, &first)?;
        let start = Start {
            batch: first.len(),
            dim,
            ..Start::default()
        };
        Self::with_start(encoder, criterion, source, settings, start)
    }

    /// A run whose embeddings have `start.dim` numbers.
    pub(crate) fn with_start(
        encoder: E,
        criterion: impl Into<Curriculum>,
        source: Arc<dyn BatchSource<Input = E::Input>>,
        settings: Settings,
        start: Start,
    ) -> Result<Self, Error> {
        let curriculum = criterion.into();
        let criterion = curriculum.at(0).clone();
        let classes = source.classes();
        for criterion in [&criterion, curriculum.last()] {
            criterion.parameters(start.dim, classes, settings.seed)?;
        }
        let parameters = criterion.parameters(start.dim, classes, settings.seed)?;
        let memory = settings.memory.as_ref();
        let run = Checkpoint {
            optimizer: Optimizer::of_network(&settings.optimizer, &encoder),
            learned: Learned::new(parameters, &settings.optimizer),
            past: memory
                .map(|keys| PastRows::new(keys, start.dim))
                .transpose()?,
            state: State::new(settings.seed),
            best: None,
            network: encoder,
        };
        Ok(Self {
            rates: LearningRate::new(&settings.optimizer, settings.train.steps),
            workspace: Workspace::default(),
            evaluator: None,
            folder: None,
            observers: Vec::new(),
            log: None,
            description: None,
            settings,
            curriculum,
            criterion,
            source,
            start,
            run,
        })
    }

    /// Who judges the network while it learns: its first score chooses the weights that are kept.
    #[must_use]
    pub fn evaluator(self, evaluator: &'a dyn Evaluator<E>) -> Self {
        Self {
            evaluator: Some(evaluator),
            ..self
        }
    }

    /// Where checkpoints and the log go, and what the run goes on from if it holds a checkpoint.
    #[must_use]
    pub fn folder(self, folder: &'a RunFolder) -> Self {
        Self {
            folder: Some(folder),
            ..self
        }
    }

    /// What the run's folder says it is, instead of settings and criterion.
    pub(crate) fn described(self, description: Table) -> Self {
        let description = Some(description);
        Self {
            description,
            ..self
        }
    }

    /// Who is told what happens.
    #[must_use]
    pub fn observer(mut self, observer: &'a mut dyn Observer) -> Self {
        self.observers.push(observer);
        self
    }

    /// Takes steps until they are done, or something ends the run before. Setting `stop` makes it write a checkpoint and
    /// return after its step.
    ///
    /// # Errors
    /// Whatever keeps the run from going on; checkpoints written so far stay whole.
    pub fn run(mut self, stop: &AtomicBool) -> Result<Trained<E>, Error> {
        let began = Clock::start();
        if let Some(folder) = self.folder {
            self.check_steps(folder)?;
            folder.accept(&self.description())?;
            self = self.open(folder)?;
        }
        self.begin()?;
        let ending = self.steps(stop)?;
        if let Some(ending) = ending.filter(|_| !stop.load(Ordering::Relaxed)) {
            self.finish(ending, began)?;
        }
        let stopped = stop.load(Ordering::Relaxed);
        let (keep, kept_step) = self.kept();
        let Checkpoint {
            network,
            best,
            learned,
            state,
            ..
        } = self.run;
        Ok(Trained {
            encoder: best.filter(|_| keep == Keep::Best).unwrap_or(network),
            parameters: learned.parameters().to_vec(),
            keep,
            kept_step,
            steps: state.step,
            ending: ending.filter(|_| !stopped),
            spent: state.spent,
        })
    }

    fn description(&self) -> Table {
        let described = self.description.clone();
        described.unwrap_or_else(|| self.settings.table(&self.curriculum))
    }

    fn begin(&mut self) -> Result<(), Error> {
        let Settings { seed, train, .. } = &self.settings;
        let start = Start {
            step: self.run.state.step,
            steps: train.steps,
            seed: *seed,
            parameters: self.run.network.num_params(),
            micro_batch: train
                .micro_batch
                .unwrap_or(usize::MAX)
                .min(self.start.batch),
            ..self.start.clone()
        };
        self.tell(Event::Start(start))
    }

    /// Why the loop was left; `None` where it was interrupted.
    fn steps(&mut self, stop: &AtomicBool) -> Result<Option<Ending>, Error> {
        if let Some(ending) = self.run.state.ended {
            return Ok(Some(ending));
        }
        let steps = self.run.state.step..self.settings.train.steps;
        let clock = &mut Clock::start();
        for batch in self.batches(steps) {
            let collapsed = self.learn(&batch?, clock)?;
            let early = self.evaluate_if_due()?;
            self.run.state.ended = match (collapsed, early) {
                (true, _) => Some(Ending::Collapsed),
                (false, true) => Some(Ending::Early),
                (false, false) => None,
            };
            let stopped = stop.load(Ordering::Relaxed);
            self.checkpoint_if_due(stopped || self.run.state.ended.is_some())?;
            clock.lap(&mut Spent::default());
            if stopped {
                return Ok(None);
            }
            if self.run.state.ended.is_some() {
                return Ok(self.run.state.ended);
            }
        }
        Ok(Some(Ending::Done))
    }

    fn finish(&mut self, ending: Ending, mut began: Clock) -> Result<(), Error> {
        let mut spent = Spent::default();
        began.lap(&mut spent);
        let finish = Finish {
            step: self.run.state.step,
            ending,
            kept_step: self.kept().1,
            wall_seconds: spent.wall_seconds,
            cpu_seconds: spent.cpu_seconds,
        };
        self.tell(Event::Finish(finish))
    }

    pub(super) fn tell(&mut self, event: Event) -> Result<(), Error> {
        if let Some(log) = &mut self.log {
            log.observe(&event)?;
        }
        let mut observers = self.observers.iter_mut();
        observers.try_for_each(|observer| observer.observe(&event))
    }
}

/// Numbers per embedding, by embedding one input.
fn dim_of<E: Encoder>(encoder: &E, batch: &TrainingBatch<E::Input>) -> Result<usize, Error> {
    let side = batch.sides.iter().position(|inputs| !inputs.is_empty());
    let side = side.ok_or(Error::EmptyBatch { step: batch.step })?;
    let one = &batch.sides[side][..1];
    let [_, dim] = encoder
        .valid()
        .embed(one, &Pass::without_dropout(side))?
        .dims();
    Ok(dim)
}
