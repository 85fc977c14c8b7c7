//! What every tile reads.

use super::scratch::SidesScratch;
use crate::distance::{Side, View};
use crate::{Batch, Distance, Objective, Real, RowLoss};

/// The rows that gradients are made of: those of the distances, from another origin where it does not
/// matter.
pub(super) struct Pull<'w, T> {
    pub(super) anchors: View<'w, T>,
    pub(super) candidates: View<'w, T>,
}

/// What every tile reads.
pub(super) struct Task<'w, L, T> {
    pub(super) loss: &'w L,
    pub(super) distance: Distance,
    pub(super) batch: &'w Batch<'w, T>,
    pub(super) summaries: &'w [[f64; 2]],
    pub(super) anchors: View<'w, T>,
    pub(super) candidates: View<'w, T>,
    pub(super) pull: Pull<'w, T>,
}

/// Makes the rows of both sides ready, runs the work on them, and leaves their memory.
pub(super) fn with_task<L: RowLoss, T: Real, R>(
    objective: &Objective<L>,
    batch: &Batch<'_, T>,
    (summaries, scratch): (&[[f64; 2]], &mut SidesScratch<T>),
    work: impl FnOnce(Task<'_, L, T>) -> R,
) -> R {
    let distance = objective.distance();
    let mut candidates = Side::new_in(distance, batch.candidates(), &mut scratch.candidates);
    let is_apart = batch.own().is_none();
    let apart = is_apart.then(|| Side::new_in(distance, batch.anchors(), &mut scratch.anchors));
    // A Laplacian does not see where the origin is. Near collapse it is moved to the middle of the
    // candidates, from where rows are short, so that the products keep their digits.
    let collapsed = distance.is_laplacian() && candidates.is_collapsed();
    let less =
        |side: &Side<'_, T>, memory| collapsed.then(|| side.less(candidates.centre(), memory));
    let moved = less(&candidates, &mut scratch.moved_candidates);
    let moved_apart = apart.as_ref();
    let moved_apart = moved_apart.and_then(|side| less(side, &mut scratch.moved_anchors));
    let pulled = moved.as_ref().unwrap_or(&candidates);
    let pulled_apart = moved_apart.as_ref().or(apart.as_ref());
    let first = batch.own().unwrap_or(0);
    let own = first..first + batch.anchors().len();
    let anchors = apart.as_ref().unwrap_or(&candidates).all();
    let done = work(Task {
        loss: objective.loss(),
        distance,
        batch,
        summaries,
        anchors: anchors.slice(own.clone()),
        candidates: candidates.all(),
        pull: Pull {
            anchors: pulled_apart.unwrap_or(pulled).all().slice(own),
            candidates: pulled.all(),
        },
    });
    for (side, memory) in [
        (Some(candidates), &mut scratch.candidates),
        (apart, &mut scratch.anchors),
        (moved, &mut scratch.moved_candidates),
        (moved_apart, &mut scratch.moved_anchors),
    ] {
        side.into_iter().for_each(|side| side.leave(memory));
    }
    done
}
