use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{JoinHandle, spawn};

use crate::Error;

/// What steps need, in the order of the steps, made ahead of time in threads.
///
/// Worker `w` of `W` makes the steps `w, w + W, w + 2 W, ...` into a bounded queue of its own, and
/// the queues are read in turn: no step overtakes another, and as long as each is a pure function of its step, the
/// bits do not depend on `W`. A panic while a step is made is [`Error::Stopped`] at that step. After an error nothing
/// follows. Dropping it ends its threads: each finishes the step it is at.
///
/// ```
/// use tercet_data::{Error, Prefetch};
/// let squares = Prefetch::start(|step| Ok::<u64, Error>(step * step), 3..6, 2, 2);
/// assert_eq!(squares.collect::<Result<Vec<u64>, Error>>()?, [9, 16, 25]);
/// # Ok::<(), tercet_data::Error>(())
/// ```
pub struct Prefetch<T, E> {
    steps: Range<u64>,
    queues: Vec<Receiver<Result<T, E>>>,
    next: usize,
    threads: Vec<JoinHandle<()>>,
    stopped: Arc<AtomicBool>,
}

impl<T, E> Prefetch<T, E>
where
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    /// Makes `steps`, about `ahead` (at least 1) of them before they are asked for, in this many threads (at least 1).
    pub fn start(
        make: impl Fn(u64) -> Result<T, E> + Send + Sync + 'static,
        steps: Range<u64>,
        ahead: usize,
        threads: usize,
    ) -> Self {
        let whole = move |step, _: &AtomicBool| make(step).map(Some);
        Self::unless_stopped(whole, steps, ahead, threads)
    }

    /// As [`Prefetch::start`], with a `make` that looks at a flag and gives nothing once it is set: when nobody wants
    /// the step any more.
    pub(crate) fn unless_stopped(
        make: impl Fn(u64, &AtomicBool) -> Result<Option<T>, E> + Send + Sync + 'static,
        steps: Range<u64>,
        ahead: usize,
        threads: usize,
    ) -> Self {
        let (make, threads) = (Arc::new(make), threads.max(1));
        let mut all = Self {
            steps: steps.clone(),
            queues: Vec::new(),
            next: 0,
            threads: Vec::new(),
            stopped: Arc::default(),
        };
        for worker in 0..threads {
            // One step is in each worker's hands; the queues hold the rest.
            let waiting = (ahead.max(threads) - threads).div_ceil(threads);
            let (sender, receiver) = sync_channel(waiting);
            let (make, stopped) = (make.clone(), all.stopped.clone());
            let own = steps.clone().skip(worker).step_by(threads);
            all.queues.push(receiver);
            all.threads.push(spawn(move || {
                work(|step| make(step, &stopped), own, &sender, &stopped);
            }));
        }
        all
    }
}

impl<T, E> Prefetch<T, E> {
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
fn work<T, E>(
    make: impl Fn(u64) -> Result<Option<T>, E>,
    steps: impl Iterator<Item = u64>,
    sender: &SyncSender<Result<T, E>>,
    stopped: &AtomicBool,
) {
    for step in steps {
        if stopped.load(Ordering::Relaxed) {
            return;
        }
        let Some(outcome) = make(step).transpose() else {
            return;
        };
        let failed = outcome.is_err();
        if sender.send(outcome).is_err() || failed {
            return;
        }
    }
}

impl<T, E: From<Error>> Iterator for Prefetch<T, E> {
    type Item = Result<T, E>;

    fn next(&mut self) -> Option<Self::Item> {
        let step = self.steps.next()?;
        let outcome = self.queues[self.next].recv();
        let outcome = outcome.unwrap_or_else(|_| Err(Error::Stopped { step }.into()));
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

impl<T, E> Drop for Prefetch<T, E> {
    fn drop(&mut self) {
        self.stop();
    }
}

impl<T, E> fmt::Debug for Prefetch<T, E> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = out.debug_struct("Prefetch");
        shown
            .field("steps", &self.steps)
            .field("threads", &self.threads.len());
        shown.finish_non_exhaustive()
    }
}
