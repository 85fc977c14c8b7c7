//! The learning rate as a pure function of the step.

use std::f64::consts::PI;

use crate::recipe::{OptimizerRecipe, Schedule};

/// The learning rate of every step: nothing is carried from one to the next, so a resumed run needs
/// the number of its step alone.
///
/// With `s` the step from 0, `w` warm-up steps of `S` in all, the highest rate `r`:
///
/// | part | rate |
/// |---|---|
/// | warm-up, `s < w` | `r (s + 1) / (w + 1)` |
/// | `constant` | `r` |
/// | `step` | `r step_factor^floor((s - w) / step_every)` |
/// | `linear` | `r (f + (1 - f) (1 - p))` with `p` as below |
/// | `cosine` | `r (f + (1 - f) (1 + cos(pi p)) / 2)` with `p = (s - w) / (S - w)`, `f` the final fraction |
///
/// So the highest rate stands at step `w`, and the last step is one short of `r f`. A warm-up longer
/// than the run never ends.
///
/// ```
/// use tercet_train::{LearningRate, OptimizerRecipe};
/// let recipe = OptimizerRecipe { learning_rate: 1.0, warmup_steps: 3, final_fraction: 0.0, ..Default::default() };
/// let rate = LearningRate::new(&recipe, 13);
/// assert_eq!((rate.at(0), rate.at(3)), (0.25, 1.0));
/// assert!((rate.at(8) - 0.5).abs() < 1e-12); // half way through the cosine
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LearningRate {
    recipe: OptimizerRecipe,
    steps: u64,
}

impl LearningRate {
    /// The learning rate of a run of `steps` steps.
    pub fn new(recipe: &OptimizerRecipe, steps: u64) -> Self {
        Self {
            recipe: recipe.clone(),
            steps,
        }
    }

    /// The learning rate of a step, counted from 0.
    pub fn at(&self, step: u64) -> f64 {
        let warmup = self.recipe.warmup_steps;
        let share = match step.checked_sub(warmup) {
            None => (step + 1) as f64 / (warmup + 1) as f64,
            Some(after) => self.after_warmup(after),
        };
        self.recipe.learning_rate * share
    }

    /// The share of the highest rate, `after` steps after the warm-up.
    fn after_warmup(&self, after: u64) -> f64 {
        let recipe = &self.recipe;
        match recipe.schedule {
            Schedule::Constant => 1.0,
            Schedule::Step => {
                let falls = after / recipe.step_every.max(1);
                recipe.step_factor.powf(falls as f64)
            }
            Schedule::Linear => self.falling(1.0 - self.progress(after)),
            Schedule::Cosine => self.falling((1.0 + (PI * self.progress(after)).cos()) / 2.0),
        }
    }

    /// How much of the way from warm-up to end is behind, in `[0, 1]`.
    fn progress(&self, after: u64) -> f64 {
        let whole = self.steps.saturating_sub(self.recipe.warmup_steps).max(1);
        (after as f64 / whole as f64).min(1.0)
    }

    /// From the highest rate at a height of 1 to the final fraction at 0.
    fn falling(&self, height: f64) -> f64 {
        let last = self.recipe.final_fraction;
        last + (1.0 - last) * height
    }
}
