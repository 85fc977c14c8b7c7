//! What a step is asked with.

use super::Parameter;
use crate::{Memory, Workspace};

/// What a criterion is given for a step, beside rows and how they belong together.
///
/// ```
/// use tercet_kernels::{StepContext, Workspace};
/// let mut workspace = Workspace::<f32>::default();
/// let step = StepContext::new(7, 100, &mut workspace);
/// assert!(step.parameters.is_empty() && step.memory.is_none());
/// ```
#[derive(Debug)]
pub struct StepContext<'a, T> {
    /// With `step` the key of random selections.
    pub seed: u64,
    /// The step.
    pub step: u64,
    /// What [`Criterion::parameters`](crate::Criterion::parameters) gave, with today's values.
    pub parameters: &'a [Parameter],
    /// The rows of past steps.
    pub memory: Option<Remembered<'a, T>>,
    /// Memory from the step before; it never changes a result.
    pub workspace: &'a mut Workspace<T>,
}

/// A memory as a criterion uses it: `weight * L(batch, memory)` is added for every objective on a batch.
#[derive(Debug)]
pub struct Remembered<'a, T> {
    /// The rows.
    pub memory: &'a Memory<T>,
    /// The ids that [`Memory::push`](crate::Memory::push) gave the rows of this step; `None` if they are not in it yet.
    pub ids: Option<&'a [u64]>,
    /// What the part is multiplied with, 1 in the paper.
    pub weight: f64,
}

impl<T> Clone for Remembered<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Remembered<'_, T> {}

impl<'a, T> StepContext<'a, T> {
    /// Without parameters and without a memory.
    pub fn new(seed: u64, step: u64, workspace: &'a mut Workspace<T>) -> Self {
        Self {
            seed,
            step,
            parameters: &[],
            memory: None,
            workspace,
        }
    }

    /// With today's parameters.
    #[must_use]
    pub fn with_parameters(self, parameters: &'a [Parameter]) -> Self {
        Self { parameters, ..self }
    }

    /// With rows of past steps; those of a memory that is not [ready](Memory::ready) are not looked at.
    #[must_use]
    pub fn with_memory(self, memory: Remembered<'a, T>) -> Self {
        let memory = Some(memory);
        Self { memory, ..self }
    }
}
