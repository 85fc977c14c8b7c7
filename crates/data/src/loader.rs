use std::ops::Range;
use std::thread::available_parallelism;

use crate::{Error, Feed, Minibatch, Prefetch};

/// Minibatches in the order of their steps, made ahead of time in threads: the [`Prefetch`] of a [`Feed`].
///
/// The bits do not depend on the number of threads. After an error nothing follows. Dropping the loader
/// ends its threads: each finishes the picture it is at.
#[derive(Debug)]
pub struct Loader(Prefetch<Minibatch, Error>);

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
        let make = move |step, stopped: &_| feed.unless(step, stopped);
        Ok(Self(Prefetch::unless_stopped(make, steps, ahead, threads)))
    }
}

impl Iterator for Loader {
    type Item = Result<Minibatch, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}
