//! The loop: from a recipe and an empty folder to a model and its scores.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::alarm::Alarm;
use crate::bridge::Network;
use crate::checkpoint::{self, Best, Checkpoint, State};
use crate::clock::{Clock, Cost};
use crate::event::{Ending, Event, Finish, Observer, Start};
use crate::goal::{Goal, LARGEST};
use crate::lesson::Lesson;
use crate::optimizer::Optimizer;
use crate::run::{Keep, LossRecipe, OnCollapse, Recipe};
use crate::step::Pass;
use crate::task::Task;
use crate::{Error, LearningRate, RunFolder, watch};

/// A run in memory.
pub(crate) struct Trainer<'a> {
    pub(crate) recipe: &'a Recipe,
    pub(crate) folder: &'a RunFolder,
    pub(crate) task: &'a dyn Task,
    pub(crate) network: Network,
    /// The weights of the best evaluation so far.
    pub(crate) best: Option<Network>,
    pub(crate) state: State,
    optimizer: Optimizer,
    goal: Goal,
    pass: Pass,
    rates: LearningRate,
    /// Who is told what happens.
    pub(crate) observers: Vec<&'a mut dyn Observer>,
}

/// The weights that become the model.
pub(crate) struct Kept<'a> {
    pub(crate) network: &'a Network,
    /// The step they are of.
    pub(crate) step: u64,
    /// Why these.
    pub(crate) keep: Keep,
}

/// How the loop was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Left {
    /// For good.
    Ended(Ending),
    /// On request, with a checkpoint, to go on later.
    Interrupted,
}

impl<'a> Trainer<'a> {
    /// A run at its first step.
    pub(crate) fn new(
        recipe: &'a Recipe,
        folder: &'a RunFolder,
        task: &'a dyn Task,
    ) -> Result<Self, Error> {
        let network = task.network()?;
        recipe.matryoshka.check(network.dim())?;
        Ok(Self {
            optimizer: Optimizer::new(&recipe.optimizer, &network),
            goal: recipe.goal(recipe.loss_at(0))?,
            pass: Pass {
                micro_batch: recipe.train.micro_batch.unwrap_or(usize::MAX),
                seed: recipe.seed,
                dropout: task.dropout(),
            },
            rates: recipe.learning_rate(),
            state: State::new(recipe.seed),
            best: None,
            recipe,
            folder,
            task,
            network,
            observers: Vec::new(),
        })
    }

    /// The same run as a checkpoint left it.
    pub(crate) fn resume(mut self, checkpoint: &std::path::Path) -> Result<Self, Error> {
        let Checkpoint {
            network,
            best,
            optimizer,
            state,
        } = checkpoint::read(checkpoint, self.network, self.optimizer)?;
        (self.network, self.best, self.optimizer, self.state) = (network, best, optimizer, state);
        let (done, given) = (self.state.step, self.recipe.train.steps);
        if given < done {
            return Err(Error::Steps { done, given });
        }
        self.choose_goal()?;
        Ok(self)
    }

    /// Takes steps until they are done, or something ends the run before.
    pub(crate) fn run(&mut self, stop: &AtomicBool) -> Result<Left, Error> {
        self.start()?;
        if let Some(ending) = self.state.ended {
            return Ok(Left::Ended(ending));
        }
        let steps = self.state.step..self.recipe.train.steps;
        let mut clock = Clock::start();
        for lesson in self.task.lessons(steps)? {
            let collapsed = self.step(&lesson?, &mut clock)?;
            let early = self.evaluate_if_due()?;
            self.state.ended = match (collapsed, early) {
                (true, _) => Some(Ending::Collapsed),
                (false, true) => Some(Ending::Early),
                (false, false) => None,
            };
            let stopped = stop.load(Ordering::Relaxed);
            self.checkpoint_if_due(stopped || self.state.ended.is_some())?;
            clock.lap(&mut Cost::default());
            if stopped {
                return Ok(Left::Interrupted);
            }
            if let Some(ending) = self.state.ended {
                return Ok(Left::Ended(ending));
            }
        }
        Ok(Left::Ended(Ending::Done))
    }

    fn start(&mut self) -> Result<(), Error> {
        let task = self.task.start();
        let batch = task.batch;
        let start = Start {
            step: self.state.step,
            steps: self.recipe.train.steps,
            seed: self.recipe.seed,
            parameters: self
                .network
                .weights()
                .iter()
                .map(|weight| weight.numbers.len())
                .sum(),
            dim: self.network.dim(),
            micro_batch: self.pass.micro_batch.min(batch),
            ..task
        };
        self.tell(Event::Start(start))
    }

    /// Learns from one batch; whether the alarm ends the run.
    fn step(&mut self, lesson: &Lesson, clock: &mut Clock) -> Result<bool, Error> {
        if self.recipe.switches_at(self.state.step) {
            self.state.log_scale = None;
            self.choose_goal()?;
        }
        let scale = self.scale_goal()?;
        let gradient = self.pass.gradient(&self.network, lesson, &self.goal)?;
        let learning_rate = self.rates.at(self.state.step);
        if let Some(log) = self.state.log_scale {
            let slope = self.goal.slope(&gradient.cost);
            let log = self.optimizer.update_scale(log, slope, learning_rate);
            self.state.log_scale = Some(log.min(LARGEST.ln() as f32));
        }
        let norm = self
            .optimizer
            .update(&mut self.network, gradient.parameters, learning_rate);
        self.state.step += 1;
        let loss = self.loss();
        let view = watch::Batch {
            embeddings: &gradient.embeddings,
            dim: self.network.dim(),
            labels: &lesson.relation.classes(),
            distance: self.goal.distance(),
            margin: loss.margin(),
        };
        let geometry = view.geometry()?;
        let wall = clock.lap(&mut self.state.cost);
        let mut event = watch::step(&gradient.cost, &geometry);
        event.step = self.state.step;
        event.epoch = self.task.epoch_of(lesson.step);
        event.learning_rate = learning_rate;
        event.gradient_norm = norm;
        event.truncated = lesson.truncated;
        event.scale = scale;
        event.samples_per_second = lesson.len() as f64 / wall.as_secs_f64();
        let missing = watch::missing(&event, &loss);
        let equal = || self.pass.equal(lesson, &self.goal);
        let dim = self.network.dim();
        let alert = self.state.alarm.look(&event, &loss, dim, equal);
        self.tell(Event::Step(Box::new(event)))?;
        if let Some(reason) = missing {
            self.tell(Event::NoTriplet {
                step: self.state.step,
                reason,
            })?;
        }
        self.watch_rungs(&gradient.cost.filled)?;
        match alert {
            Some(alert) => self.collapsed(alert.message),
            None => Ok(false),
        }
    }

    /// Brings a scale that is learnt into the goal; what it is, if there is one.
    fn scale_goal(&mut self) -> Result<Option<f64>, Error> {
        if !self.recipe.optimizer.learn_scale {
            return Ok(None);
        }
        let Some(begins) = self.goal.scale() else {
            self.state.log_scale = None;
            return Ok(None);
        };
        let log = *self.state.log_scale.get_or_insert(begins.ln() as f32);
        let scale = f64::from(log).exp();
        self.goal = self.goal.scaled(scale)?;
        Ok(Some(scale))
    }

    /// Says once which rungs of a ladder no batch has filled, after as many as should have.
    fn watch_rungs(&mut self, filled: &[u64]) -> Result<(), Error> {
        const ENOUGH: u64 = 20;
        if filled.is_empty() {
            return Ok(());
        }
        let sums = &mut self.state.filled;
        sums.resize(filled.len() + 1, 0);
        sums[0] += 1;
        let each = sums[1..].iter_mut().zip(filled);
        each.for_each(|(sum, &more)| *sum += more);
        if sums[0] != ENOUGH {
            return Ok(());
        }
        let empty: Vec<usize> = (1..sums.len()).filter(|&rung| sums[rung] == 0).collect();
        let step = self.state.step;
        let mut each = empty.into_iter();
        each.try_for_each(|rung| self.tell(Event::EmptyRung { step, rung }))
    }

    /// Does what the recipe says about a collapse; whether that is to end the run.
    fn collapsed(&mut self, message: String) -> Result<bool, Error> {
        let mut action = self.recipe.train.on_collapse;
        if action == OnCollapse::Soften && self.loss().softened().is_none() {
            action = OnCollapse::Warn;
        }
        self.tell(Event::Collapse {
            step: self.state.step,
            message,
            action,
        })?;
        if action == OnCollapse::Soften {
            self.state.softened = true;
            self.choose_goal()?;
        }
        Ok(action == OnCollapse::Stop)
    }

    /// The loss in use.
    fn loss(&self) -> LossRecipe {
        self.loss_of(self.state.step.saturating_sub(1))
    }

    fn loss_of(&self, step: u64) -> LossRecipe {
        let loss = self.recipe.loss_at(step);
        let softened = loss.softened().filter(|_| self.state.softened);
        softened.unwrap_or_else(|| loss.clone())
    }

    /// The goal of the next step.
    fn choose_goal(&mut self) -> Result<(), Error> {
        self.goal = self.recipe.goal(&self.loss_of(self.state.step))?;
        Ok(())
    }

    /// Judges the validation data if it is time; whether `patience` has run out.
    fn evaluate_if_due(&mut self) -> Result<bool, Error> {
        let (step, train) = (self.state.step, &self.recipe.train);
        let due = step.is_multiple_of(train.evaluate_every) || step == train.steps;
        if !due {
            return Ok(false);
        }
        let Some(judged) = self.task.validate(&self.network)? else {
            return Ok(false);
        };
        let value = judged.value;
        let best = self.state.best.is_none_or(|best| value > best.value);
        if best {
            self.state.best = Some(Best { step, value });
            self.best = Some(self.network.clone());
            self.state.without_gain = 0;
        } else {
            self.state.without_gain += 1;
        }
        self.tell(Event::Evaluate {
            step,
            measure: judged.measure.to_owned(),
            value,
            best,
            further: judged
                .further
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        })?;
        let patience = self.recipe.train.patience;
        Ok(patience.is_some_and(|patience| self.state.without_gain >= patience))
    }

    fn checkpoint_if_due(&mut self, now: bool) -> Result<(), Error> {
        let (step, train) = (self.state.step, &self.recipe.train);
        if !now && !step.is_multiple_of(train.checkpoint_every) && step != train.steps {
            return Ok(());
        }
        let path = self.folder.checkpoint(step);
        let best = self.best.as_ref();
        checkpoint::write(&path, &self.network, best, &self.optimizer, &self.state)?;
        self.folder.prune(train.keep_checkpoints)?;
        let path = self.folder.relative(&path);
        self.tell(Event::Checkpoint { step, path })
    }

    /// The weights that become the model: those the recipe wants, or the last ones where nothing was
    /// ever evaluated.
    pub(crate) fn kept(&self) -> Kept<'_> {
        match (self.recipe.train.keep, &self.best, self.state.best) {
            (Keep::Best, Some(network), Some(Best { step, .. })) => Kept {
                network,
                step,
                keep: Keep::Best,
            },
            _ => Kept {
                network: &self.network,
                step: self.state.step,
                keep: Keep::Last,
            },
        }
    }

    /// Tells the observers that training is over.
    pub(crate) fn finish(&mut self, ending: Ending, spent: Cost) -> Result<(), Error> {
        let finish = Finish {
            step: self.state.step,
            ending,
            kept_step: self.kept().step,
            wall_seconds: spent.wall_seconds,
            cpu_seconds: spent.cpu_seconds,
        };
        self.tell(Event::Finish(finish))
    }

    fn tell(&mut self, event: Event) -> Result<(), Error> {
        self.observers
            .iter_mut()
            .try_for_each(|observer| observer.observe(&event))
    }
}

impl State {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            step: 0,
            seed,
            best: None,
            without_gain: 0,
            ended: None,
            softened: false,
            alarm: Alarm::default(),
            log_scale: None,
            filled: Vec::new(),
            cost: Cost::default(),
        }
    }
}
