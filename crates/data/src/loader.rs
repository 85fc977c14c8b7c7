use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{JoinHandle, available_parallelism, spawn};

use crate::{Error, Feed, Minibatch};

type Outcome = Result<Minibatch, Error>;

/// Minibatches in the order of their steps, made ahead of time in threads.
///
/// Worker `w` of `W` makes the steps `w, w + W, w + 2 W, ...` into a bounded queue of its own, and
/// the queues are read in turn: no step overtakes another, and each is a pure function of the
/// [`Feed`], so the bits do not depend on `W`. After an error nothing follows. Dropping the loader
/// ends its threads: each finishes the picture it is at.
#[derive(Debug)]
pub struct Loader {
    steps: Range<u64>,
    queues: Vec<Receiver<Outcome>>,
    next: usize,
    threads: Vec<JoinHandle<()>>,
    stopped: Arc<AtomicBool>,
}

impl Loader {
    /// Makes the minibatches of `steps`, about `ahead` (at least 1) of them before they are asked
    /// for.
    ///
    /// # Errors
    ///
    /// Those of [`Feed::check`]. What is wrong with a picture comes out at its step.
    pub fn start(feed: Feed, steps: Range<u64>, ahead: usize) -> Result<Self, Error> {
        let processors = available_parallelism().map_or(1, usize::from);
        Self::with_threads(feed, steps, ahead, ahead.min(processors))
    }

    /// As [`Loader::start`], with this many threads (at least 1).
    ///
    /// # Errors
    ///
    /// Those of [`Feed::check`].
    pub fn with_threads(
        feed: Feed,
        steps: Range<u64>,
        ahead: usize,
        threads: usize,
    ) -> Result<Self, Error> {
        feed.check()?;
        let (feed, stopped, threads) = (
            Arc::new(feed),
            Arc::new(AtomicBool::new(false)),
            threads.max(1),
        );
        let mut loader = Self {
            steps: steps.clone(),
            queues: Vec::new(),
            next: 0,
            threads: Vec::new(),
            stopped: stopped.clone(),
        };
        for worker in 0..threads {
            // One minibatch is in each worker's hands; the queues hold the rest.
            let waiting = (ahead.max(threads) - threads).div_ceil(threads);
            let (sender, receiver) = sync_channel(waiting);
            let (feed, stopped) = (feed.clone(), stopped.clone());
            let own = steps.clone().skip(worker).step_by(threads);
            loader.queues.push(receiver);
            loader
                .threads
                .push(spawn(move || work(&feed, own, &sender, &stopped)));
        }
        Ok(loader)
    }

    /// Tells the threads to end, and waits until they have.
    fn stop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        self.queues.clear();
        for thread in self.threads.drain(..) {
            // A thread that panicked has already been told of, by the step that never came.
            drop(thread.join());
        }
        self.steps = 0..0;
    }
}

/// Until the steps end, an error comes or nobody listens.
fn work(
    feed: &Feed,
    steps: impl Iterator<Item = u64>,
    sender: &SyncSender<Outcome>,
    stopped: &AtomicBool,
) {
    for step in steps {
        let Some(outcome) = feed.unless(step, stopped).transpose() else {
            return;
        };
        let failed = outcome.is_err();
        if sender.send(outcome).is_err() || failed {
            return;
        }
    }
}

impl Iterator for Loader {
    type Item = Outcome;

    fn next(&mut self) -> Option<Outcome> {
        let step = self.steps.next()?;
        let outcome = self.queues[self.next]
            .recv()
            .unwrap_or(Err(Error::Stopped { step }));
        self.next = (self.next + 1) % self.queues.len();
        if outcome.is_err() {
            self.stop();
        }
        Some(outcome)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.steps.size_hint()
    }
}

impl Drop for Loader {
    fn drop(&mut self) {
        self.stop();
    }
}
