//! Lessons made before they are asked for.

use std::ops::Range;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{JoinHandle, spawn};

use super::feed::Feed;
use crate::Error;
use crate::lesson::Lesson;

/// Lessons in the order of their steps, made in a thread of their own; after an error nothing follows. Dropping it
/// ends the thread after the lesson it is at.
pub(super) struct Ahead {
    lessons: Option<Receiver<Result<Lesson, Error>>>,
    thread: Option<JoinHandle<()>>,
}

impl Ahead {
    /// Makes the lessons of `steps`, up to `ahead` of them before they are asked for.
    pub(super) fn start(feed: Feed, steps: Range<u64>, ahead: usize) -> Self {
        let (sender, lessons) = sync_channel(ahead.max(1));
        let thread = spawn(move || {
            for step in steps {
                let lesson = feed.lesson(step);
                let failed = lesson.is_err();
                if sender.send(lesson).is_err() || failed {
                    return;
                }
            }
        });
        Self {
            lessons: Some(lessons),
            thread: Some(thread),
        }
    }
}

impl Iterator for Ahead {
    type Item = Result<Lesson, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.lessons.as_ref()?.recv().ok()
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        // The thread ends when nobody listens.
        self.lessons = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
