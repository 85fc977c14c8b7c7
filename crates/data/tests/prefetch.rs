//! The read-ahead: order on any number of threads, errors, panics, ending.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tercet_data::{Error, Prefetch};

/// An error of one's own.
#[derive(Debug)]
enum Trouble {
    Own(u64),
    Data(Error),
}

impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        Self::Data(error)
    }
}

/// What comes out, and how often a step was made.
fn outcomes(
    make: impl Fn(u64) -> Result<u64, Trouble> + Send + Sync + 'static,
    threads: usize,
) -> Vec<Result<u64, Trouble>> {
    Prefetch::start(make, 10..60, 4, threads).collect()
}

#[test]
fn steps_come_in_order_whoever_made_them() {
    for (threads, ahead) in [(0, 0), (1, 1), (1, 9), (2, 2), (3, 8), (8, 3), (8, 64)] {
        let make = |step: u64| {
            // The later of two workers is often the faster one.
            std::thread::sleep(Duration::from_micros(200 * (7 - step % 7)));
            Ok::<u64, Error>(step * step)
        };
        let prefetch = Prefetch::start(make, 10..60, ahead, threads);
        assert_eq!(prefetch.size_hint(), (50, Some(50)));
        let squares: Vec<u64> = prefetch.map(Result::unwrap).collect();
        assert!(squares.into_iter().eq((10..60).map(|step| step * step)));
    }
}

#[test]
fn after_an_error_nothing_follows() {
    for threads in 1..5 {
        let make = |step| match step {
            23.. => Err(Trouble::Own(step)),
            _ => Ok(step),
        };
        let mut outcomes = outcomes(make, threads);
        assert!(matches!(outcomes.pop(), Some(Err(Trouble::Own(23)))));
        assert!(outcomes.into_iter().map(Result::unwrap).eq(10..23));
    }
}

#[test]
fn a_panic_is_an_error_at_its_step_and_no_early_end() {
    for threads in 1..5 {
        let make = |step| match step {
            23 => panic!("a broken step"),
            _ => Ok(step),
        };
        let mut outcomes = outcomes(make, threads);
        let last = outcomes.pop().unwrap().unwrap_err();
        assert!(matches!(last, Trouble::Data(Error::Stopped { step: 23 })));
        assert!(outcomes.into_iter().map(Result::unwrap).eq(10..23));
    }
}

#[test]
fn no_more_than_asked_for_is_made_ahead() {
    for (threads, ahead) in [(1, 1), (1, 5), (2, 2), (3, 9)] {
        let made = Arc::new(AtomicU64::new(0));
        let counted = made.clone();
        let make = move |step| {
            counted.fetch_add(1, Ordering::Relaxed);
            Ok::<u64, Error>(step)
        };
        let mut prefetch = Prefetch::start(make, 0..1_000, ahead, threads);
        prefetch.next().unwrap().unwrap();
        std::thread::sleep(Duration::from_millis(50));
        // One is out; each queue is rounded up, and each worker holds one that does not fit in.
        let most = 1 + (ahead + 2 * threads) as u64;
        let made = made.load(Ordering::Relaxed);
        assert!(made <= most, "{threads} threads, {ahead} ahead: {made}");
    }
}

#[test]
fn dropping_it_ends_its_threads() {
    let alive = Arc::new(());
    let own = alive.clone();
    let make = move |step| {
        let _alive = &own;
        std::thread::sleep(Duration::from_millis(1));
        Ok::<u64, Error>(step)
    };
    let mut prefetch = Prefetch::start(make, 0..u64::MAX, 6, 3);
    prefetch.next().unwrap().unwrap();
    let from = Instant::now();
    drop(prefetch);
    assert!(from.elapsed() < Duration::from_millis(500));
    assert_eq!(Arc::strong_count(&alive), 1);
}
