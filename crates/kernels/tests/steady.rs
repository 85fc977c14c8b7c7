//! What evaluations in one workspace ask of the allocator: from the second on, nothing.
#![allow(clippy::unwrap_used, reason = "tests")]

mod batches;

use std::alloc::{GlobalAlloc, Layout, System};
use std::backtrace::Backtrace;
use std::cell::Cell;
use std::sync::Mutex;

use tercet_kernels::{
    Batch, Contrastive, Distance, InfoNce, Loss, Margin, MultiSimilarity, Objective, Reduce, Rows,
    Select, Triplet, Workspace,
};

thread_local! {
    /// Whether this thread is watched.
    static WATCHED: Cell<bool> = const { Cell::new(false) };
}

/// Where memory was asked for.
static ASKED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// The system's allocator, watching.
struct Watching;

impl Watching {
    /// Notes who asked. The products' own packing is `gemm`'s: it asks anew for every product and gives back.
    fn note() {
        if WATCHED.replace(false) {
            let trace = Backtrace::force_capture().to_string();
            let packing = ["gemm_common::", "gemm_f32::", "gemm::gemm"];
            if !packing.iter().any(|of| trace.contains(of)) {
                ASKED.lock().unwrap().push(trace);
            }
            WATCHED.set(true);
        }
    }
}

// SAFETY: the functions hand their arguments on to the system's allocator, whose promises they keep.
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::note();
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.dealloc(place, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Watching = Watching;

/// Where memory was asked for while `work` ran.
fn asked(work: impl FnOnce()) -> Vec<String> {
    WATCHED.set(true);
    work();
    WATCHED.set(false);
    std::mem::take(&mut *ASKED.lock().unwrap())
}

fn losses() -> Vec<Loss> {
    let mut losses: Vec<Loss> = Select::ALL
        .iter()
        .flat_map(|&select| {
            let margins = batches::margins().into_iter();
            margins.map(move |margin| Loss::from(Triplet::new(margin, select)))
        })
        .collect();
    let margin = Margin::hard(0.2).unwrap();
    losses.push(Triplet::new(margin, Select::Hardest).swapped().into());
    losses.push(Contrastive::squared(1.0).unwrap().into());
    losses.push(Contrastive::linear(0.1, 1.0).unwrap().into());
    losses.push(MultiSimilarity::default().into());
    losses.push(InfoNce::default().into());
    losses
}

/// Evaluates thrice in one workspace; the same batch for the loss's own distance and the others.
fn is_steady(batch: &Batch<'_, f32>, loss: &Loss, distance: Distance) {
    let Ok(objective) = Objective::new(distance, loss.clone(), Reduce::Mean) else {
        return;
    };
    let mut workspace = Workspace::default();
    let mut evaluate = || {
        let total = objective.total_in(batch, &mut workspace).unwrap();
        assert!(total.value.is_finite());
        workspace.recycle(total);
    };
    let first = asked(&mut evaluate);
    assert!(!first.is_empty(), "an allocator that sees nothing");
    for _ in 0..2 {
        let again = asked(&mut evaluate);
        let count = again.len();
        let what = format!("{loss:?} {distance} {}", batch.anchors().len());
        assert_eq!(count, 0, "{what}: {}", again.first().unwrap());
    }
}

#[test]
fn small_batches_ask_for_nothing() {
    let dim = 128;
    for n in [32, 64, 128, 256] {
        let data = batches::numbers_f32(n * dim, 1);
        let labels: Vec<i64> = (0..n as i64).map(|index| index % (n as i64 / 4)).collect();
        let within = batches::within(&data, dim, &labels).keyed(1, 2);
        let other = batches::numbers_f32(n * dim, 2);
        let [one, two] = [&data, &other].map(|data| Rows::new(data, dim).unwrap());
        let towers = Batch::matched(one, two).unwrap();
        for loss in losses() {
            for &distance in Distance::ALL {
                is_steady(&within, &loss, distance);
            }
        }
        for loss in [InfoNce::default(), InfoNce::default().symmetric()] {
            is_steady(&towers, &loss.into(), Distance::Cosine);
        }
    }
}
