//! Time and memory.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use cpu_time::ProcessTime;

use crate::works::Work;

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

/// The system's allocator, counting.
pub(crate) struct Counting;

// SAFETY: both functions hand their arguments on to the system's allocator, whose promises they keep.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Relaxed) + layout.size();
        PEAK.fetch_max(now, Relaxed);
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.dealloc(place, layout) }
    }
}

/// What was measured; times in milliseconds, (wall, CPU).
pub(crate) struct Figures {
    pub(crate) ours: (f64, f64),
    pub(crate) products: (f64, f64),
    pub(crate) wall: f64,
    pub(crate) cpu: f64,
    /// Bytes.
    pub(crate) peak: usize,
}

/// How long a work goes on being repeated.
const ENOUGH: Duration = Duration::from_secs(3);

/// A work and its products, in turn.
pub(crate) fn paired(work: &Work) -> Figures {
    let runs = (work.make)();
    let (mut ours, mut products) = (vec![], vec![]);
    let before = NOW.load(Relaxed);
    PEAK.store(before, Relaxed);
    (runs.ours)();
    let peak = PEAK.load(Relaxed) - before;
    (runs.products)();
    let start = Instant::now();
    while ours.len() < 5 || (start.elapsed() < ENOUGH && ours.len() < 301) {
        products.push(timed(&runs.products));
        ours.push(timed(&runs.ours));
    }
    let ratio = |of: fn(&(f64, f64)) -> f64| {
        let each = ours.iter().zip(&products);
        median(each.map(|(one, two)| of(one) / of(two)).collect())
    };
    let medians = |times: &[(f64, f64)]| {
        let wall = median(times.iter().map(|time| time.0).collect());
        (wall, median(times.iter().map(|time| time.1).collect()))
    };
    Figures {
        wall: ratio(|time| time.0),
        cpu: ratio(|time| time.1),
        ours: medians(&ours),
        products: medians(&products),
        peak,
    }
}

fn timed(work: &dyn Fn()) -> (f64, f64) {
    let (wall, cpu) = (Instant::now(), ProcessTime::now());
    work();
    let (wall, cpu) = (wall.elapsed(), cpu.elapsed());
    (1e3 * wall.as_secs_f64(), 1e3 * cpu.as_secs_f64())
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_unstable_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
