//! What a run costs: processor time, wall time, memory.

use std::time::{Duration, Instant};

use cpu_time::ProcessTime;
use serde::{Deserialize, Serialize};

/// What was spent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Spent {
    /// Seconds of processor time, all threads together.
    pub cpu_seconds: f64,
    /// Seconds on the clock.
    pub wall_seconds: f64,
}

/// Measures the [`Spent`] of what happens between two looks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    cpu: ProcessTime,
    wall: Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self {
            cpu: ProcessTime::now(),
            wall: Instant::now(),
        }
    }

    /// Adds what was spent since the start, or since the last lap, to `spent`.
    pub(crate) fn lap(&mut self, spent: &mut Spent) -> Duration {
        let now = Self::start();
        let wall = now.wall - self.wall;
        spent.cpu_seconds += now.cpu.duration_since(self.cpu).as_secs_f64();
        spent.wall_seconds += wall.as_secs_f64();
        *self = now;
        wall
    }
}

/// The most memory this process has had in use, in bytes; none where the system does not say.
pub fn peak_memory() -> Option<u64> {
    let status = fs_err::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
