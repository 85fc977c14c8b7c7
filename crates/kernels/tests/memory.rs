//! Memory grows with the number of rows, not with its square: measured.
#![allow(clippy::unwrap_used, reason = "tests")]

mod batches;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use tercet_kernels::{
    Contrastive, Distance, Geometry, Loss, Margin, Objective, Reduce, Select, Triplet,
};

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

/// The system's allocator, counting.
struct Counting;

// SAFETY: both functions hand their arguments on to the system's allocator, whose promises they keep.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), SeqCst) + layout.size();
        PEAK.fetch_max(now, SeqCst);
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), SeqCst);
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most bytes in use at once while `work` runs, above those in use before.
fn peak(work: impl FnOnce()) -> usize {
    let before = NOW.load(SeqCst);
    PEAK.store(before, SeqCst);
    work();
    PEAK.load(SeqCst) - before
}

/// One test, for two at once would see one another's memory.
#[test]
fn bounded() {
    grows_with_the_number_of_rows();
    of_swapped_distances();
}

fn grows_with_the_number_of_rows() {
    let dim = 8;
    let margin = Margin::hard(0.2).unwrap();
    let of = |n: usize, loss: Loss| {
        let (data, labels) = (batches::numbers_f32(n * dim, 1), batches::labels(n, 200, 1));
        let batch = batches::within(&data, dim, &labels);
        let objective = Objective::new(Distance::default(), loss, Reduce::Mean).unwrap();
        let evaluate = || assert!(objective.evaluate(&batch).unwrap().value > 0.0);
        let look = || assert!(Geometry::of(&batch, Distance::default(), margin).valid > 0);
        (peak(evaluate), peak(look))
    };
    let triplet = |select| (Loss::Triplet(Triplet::new(margin, select)), 1);
    let pairs = Contrastive::linear(0.0, 1.0).unwrap();
    for (loss, parts) in [
        triplet(Select::All),
        triplet(Select::default()),
        triplet(Select::Hardest),
        (
            Loss::Triplet(Triplet::new(margin, Select::Hardest).swapped()),
            1,
        ),
        (Loss::Contrastive(pairs), 2),
    ] {
        // What threads and gemm keep for ever is allocated once, by the first product of a size: gemm's blocks are as large as
        // the processor's caches ask.
        of(4096, loss.clone());
        let (small, large) = (of(1024, loss.clone()), of(4096, loss));
        assert!(
            large.0 < 5 * small.0 + (1 << 20),
            "evaluate: {small:?}, {large:?}"
        );
        assert!(
            large.1 < 5 * small.1 + (1 << 20),
            "geometry: {small:?}, {large:?}"
        );
        // Per part 512 rows of weights and both gradients, and as much again for everything else.
        let wanted = 2 * parts * (512 * 4096 * 4 + 4 * 4096 * dim * 4);
        assert!(large.0 < wanted, "{} of {wanted}", large.0);
        let square = 4096 * 4096 * 4;
        assert!(large.0 < parts * square / 4 && large.1 < square / 4);
    }
}

/// Slopes on pairs of candidates are kept for 8 anchors at a time: 20 positives with 4,075 negatives each.
fn of_swapped_distances() {
    let (n, dim, classes) = (4096, 8, 200);
    let data = batches::numbers_f32(n * dim, 1);
    let labels: Vec<i64> = (0..n as i64).map(|index| index % classes).collect();
    let batch = batches::within(&data, dim, &labels);
    let loss = Triplet::new(Margin::Soft, Select::All).swapped();
    let objective = Objective::new(Distance::default(), loss, Reduce::Mean).unwrap();
    let batch = batch.part(0..64).unwrap();
    let most = peak(|| assert!(objective.evaluate(&batch).unwrap().value > 0.0));
    let (positives, rows) = (n / classes as usize + 1, 8 * n * 4 + 4 * n * dim * 4);
    let pairs = 8 * positives * n * 24;
    assert!(most < 2 * pairs + 2 * rows, "{most} of {pairs} and {rows}");
}
