//! The collapse alarm.

use serde::{Deserialize, Serialize};
use tercet_kernels::{Criterion, Select};

use super::collapse::CollapseCheck;
use super::statistics::triplet;
use crate::engine::event::Step;

/// Steps running that must look collapsed.
const PATIENCE: u32 = 10;

/// Watches for embeddings that all become the same.
///
/// It rings after 10 steps running that [look collapsed](CollapseCheck::is_collapsed), beside the mean squared
/// distance of the first step.
///
/// One [`Alert`] per collapse: the next one only after a step that looked healthy. It is plain data, so
/// that a checkpoint can carry it.
///
/// ```
/// use tercet_train::{Alarm, Criterion, Step};
/// let criterion = Criterion::default();
/// let mut alarm = Alarm::default();
/// let mut rings = (1..=20).filter(|&step| {
///     let step = Step { step, loss: 0.2, selected: 9, effective_rank: 1.01, ..Step::default() };
///     alarm.look(&step, &criterion, 128, || None).is_some()
/// });
/// assert_eq!((rings.next(), rings.next()), (Some(10), None));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alarm {
    /// The mean squared distance of the first step.
    first: Option<f64>,
    /// Steps running that looked collapsed.
    running: u32,
}

/// A collapse.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// The step at which it was certain.
    pub step: u64,
    /// How it shows, the loss's own signature of it, and what to try; several sentences.
    pub message: String,
}

impl Alarm {
    /// Looks at a step by a criterion on embeddings of `dim` numbers. The first step it ever
    /// sees is the measure of the others. `equal` says what equal embeddings cost under the loss, if that can be
    /// known; it is asked only when the alarm rings, and of a triplet loss, whose margin says it, never.
    pub fn look(
        &mut self,
        step: &Step,
        criterion: &Criterion,
        dim: usize,
        equal: impl FnOnce() -> Option<f64>,
    ) -> Option<Alert> {
        let first = *self.first.get_or_insert(step.mean_squared_distance);
        let mut look = CollapseCheck {
            dim,
            effective_rank: step.effective_rank,
            mean_squared_distance: step.mean_squared_distance,
            healthy_distance: first,
            loss: step.loss,
            selected: step.selected,
            triplet: triplet(criterion),
            equal: None,
        };
        if !look.is_collapsed() {
            self.running = 0;
            return None;
        }
        self.running = self.running.saturating_add(1);
        if self.running != PATIENCE {
            return None;
        }
        if look.triplet.is_none() {
            look.equal = equal();
        }
        Some(Alert {
            step: step.step,
            message: format!(
                "{} {} {}{}",
                shape(&look),
                look.signature(),
                look.advice(),
                softening(&look)
            ),
        })
    }
}

/// What the run itself can do about it.
fn softening(look: &CollapseCheck) -> &'static str {
    match look.triplet {
        Some((_, Select::Hardest | Select::All)) if look.selected > 0 => {
            " train.on_collapse = \"soften\" changes the selection by itself."
        }
        _ => "",
    }
}

/// What the geometry shows.
fn shape(look: &CollapseCheck) -> String {
    format!(
        "the embeddings have collapsed: for {PATIENCE} steps almost all of them have been the same \
         (effective rank {:.2} of at most {}, mean squared distance {:.2e}, {:.2e} at the first step).",
        look.effective_rank, look.dim, look.mean_squared_distance, look.healthy_distance,
    )
}
