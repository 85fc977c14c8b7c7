//! The collapse alarm.

use std::f64::consts::LN_2;

use serde::{Deserialize, Serialize};
use tercet_kernels::{Margin, Select};

use crate::{LossRecipe, Step};

/// Steps running that must look collapsed.
const PATIENCE: u32 = 10;
/// An effective rank below this is a collapse onto a line.
const LEAST_RANK: f64 = 1.5;
/// A mean squared distance below this share of the first one is a collapse onto a point.
const LEAST_SHARE: f64 = 0.01;

/// Watches for embeddings that all become the same.
///
/// It looks at geometry, whatever the loss: the effective rank of the batch below 1.5 (where `d > 2`), or
/// the mean squared distance below 1 % of that of the first step, for 10 steps running. At total collapse
/// every loss of the triplet family stands still: its value is the margin (ln 2 if soft) or, where a
/// selection finds nothing, 0, and its gradient is 0.
///
/// One [`Alert`] per collapse: the next one only after a step that looked healthy. It is plain data, so
/// that a checkpoint can carry it.
///
/// ```
/// use tercet_train::{Alarm, LossRecipe, Step};
/// let loss = LossRecipe::default();
/// let mut alarm = Alarm::default();
/// let mut rings = (1..=20).filter(|&step| {
///     let step = Step { step, loss: 0.2, selected: 9, effective_rank: 1.01, ..Step::default() };
///     alarm.look(&step, &loss, 128).is_some()
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
    /// Looks at a step of a loss on embeddings of `dim` numbers. The first step it ever
    /// sees is the measure of the others.
    pub fn look(&mut self, step: &Step, loss: &LossRecipe, dim: usize) -> Option<Alert> {
        let distance = step.mean_squared_distance;
        let first = *self.first.get_or_insert(distance);
        let flat = dim > 2 && step.effective_rank < LEAST_RANK;
        if !flat && distance >= LEAST_SHARE * first {
            self.running = 0;
            return None;
        }
        self.running = self.running.saturating_add(1);
        (self.running == PATIENCE).then(|| Alert {
            step: step.step,
            message: format!(
                "{} {} {}",
                shape(step, first, dim),
                signature(step, loss),
                advice(step, loss)
            ),
        })
    }
}

/// What the geometry shows.
fn shape(step: &Step, first: f64, dim: usize) -> String {
    format!(
        "the embeddings have collapsed: for {PATIENCE} steps almost all of them have been the same \
         (effective rank {:.2} of at most {dim}, mean squared distance {:.2e}, {first:.2e} at the first step).",
        step.effective_rank, step.mean_squared_distance,
    )
}

/// What the loss itself shows.
fn signature(step: &Step, recipe: &LossRecipe) -> String {
    let loss = step.loss;
    if step.selected == 0 {
        return "No triplet is selected, so the loss is 0 and teaches nothing.".to_owned();
    }
    let LossRecipe::Triplet(triplet) = recipe else {
        return format!("The loss stands at {loss:.4}.");
    };
    let (value, name) = match triplet.margin {
        Margin::Hard(margin) => (margin.get(), "its margin"),
        Margin::Soft => (LN_2, "ln 2 ="),
    };
    if (loss - value).abs() <= 0.1 * value {
        return format!(
            "The loss stands at {loss:.4}, near {name} {value:.4}: what equal embeddings cost."
        );
    }
    format!("The loss stands at {loss:.4}.")
}

fn advice(step: &Step, loss: &LossRecipe) -> String {
    let gentler = "a lower optimizer.learning_rate or more optimizer.warmup_steps";
    let LossRecipe::Triplet(triplet) = loss else {
        return format!("Try {gentler}, or kind = \"triplet\" in [loss].");
    };
    if step.selected == 0 {
        return format!(
            "Try loss.select = \"semi-hard:nearest-above\", which always selects something, and {gentler}."
        );
    }
    match triplet.select {
        Select::Hardest | Select::All => format!(
            "Try loss.select = \"semi-hard\" instead, {gentler}, or loss.margin = \"soft\"; \
             train.on_collapse = \"soften\" changes the selection by itself."
        ),
        _ => format!("Try {gentler}, or loss.distance = \"euclidean\"."),
    }
}
