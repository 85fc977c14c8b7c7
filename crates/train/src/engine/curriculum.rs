//! Which criterion a step learns by.

use tercet_kernels::Criterion;

/// The criterion of every step: one, or another for the first steps (hinges of VSE before a ladder).
///
/// ```
/// use tercet_kernels::{Criterion, KeyError};
/// use tercet_train::Curriculum;
/// let named = |kind: &str| Criterion::read(serde_json::json!({"kind": kind}));
/// let curriculum = Curriculum::from(named("ladder")?).after(450, named("vse")?);
/// assert_eq!(curriculum.at(449), &named("vse")?);
/// assert_eq!(curriculum.at(450), &named("ladder")?);
/// # Ok::<(), KeyError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Curriculum {
    first: Option<(u64, Criterion)>,
    then: Criterion,
}

impl From<Criterion> for Curriculum {
    fn from(then: Criterion) -> Self {
        Self { first: None, then }
    }
}

impl Curriculum {
    /// This one after `steps` steps by another.
    #[must_use]
    pub fn after(self, steps: u64, first: Criterion) -> Self {
        Self {
            first: Some((steps, first)),
            ..self
        }
    }

    /// The criterion of a step, from 0.
    pub fn at(&self, step: u64) -> &Criterion {
        match &self.first {
            Some((steps, first)) if step < *steps => first,
            _ => &self.then,
        }
    }

    /// Whether a step, from 0, is the first by another criterion than the one before.
    pub fn switches_at(&self, step: u64) -> bool {
        self.first.as_ref().is_some_and(|(steps, _)| *steps == step)
    }

    /// The criterion of the first steps and how many they are, if they have one of their own.
    pub fn first(&self) -> Option<(u64, &Criterion)> {
        self.first.as_ref().map(|(steps, first)| (*steps, first))
    }

    /// The criterion of the last steps.
    pub fn last(&self) -> &Criterion {
        &self.then
    }
}
