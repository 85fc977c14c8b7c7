//! What one step learns from, of whatever kind.

use std::ops::Range;

use tercet_nn::Tokens;

use crate::Error;
use crate::relation::Relation;

/// The inputs of a step and how they belong together.
#[derive(Debug, Clone)]
pub(crate) struct Lesson {
    /// The step, from 0.
    pub(crate) step: u64,
    pub(crate) inputs: Inputs,
    pub(crate) relation: Relation,
    /// Texts that were longer than the network reads.
    pub(crate) truncated: usize,
}

/// Inputs of one kind, in the order of their embeddings.
#[derive(Debug, Clone)]
pub(crate) enum Inputs {
    /// `(n, size, size, 3)`, row-major, channels last.
    Pictures { pixels: Vec<f32>, size: usize },
    /// `(n,)`.
    Texts(Vec<Tokens>),
    /// `(n, width)`: what a frozen encoder gives of texts, before its dense layers.
    Features { features: Vec<f32>, width: usize },
}

/// Some neighbouring inputs of a step.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part<'a> {
    Pictures {
        pixels: &'a [f32],
        size: usize,
    },
    Texts {
        texts: &'a [Tokens],
        /// The place of the first one in the step.
        first: usize,
    },
    Features {
        features: &'a [f32],
        width: usize,
    },
}

/// The lessons of a run, in order.
pub(crate) type Lessons = Box<dyn Iterator<Item = Result<Lesson, Error>>>;

impl Lesson {
    /// How many inputs, `n`.
    pub(crate) fn len(&self) -> usize {
        self.relation.len()
    }

    /// All inputs.
    pub(crate) fn whole(&self) -> Part<'_> {
        self.inputs.part(0..self.len())
    }

    /// The inputs in runs of at most `size`.
    pub(crate) fn parts(&self, size: usize) -> impl Iterator<Item = Part<'_>> {
        let starts = (0..self.len()).step_by(size);
        starts.map(move |start| {
            self.inputs
                .part(start..self.len().min(start.saturating_add(size)))
        })
    }
}

impl Inputs {
    fn part(&self, range: Range<usize>) -> Part<'_> {
        match self {
            Self::Pictures { pixels, size } => {
                let numbers = size * size * 3;
                Part::Pictures {
                    pixels: &pixels[range.start * numbers..range.end * numbers],
                    size: *size,
                }
            }
            Self::Texts(texts) => Part::Texts {
                first: range.start,
                texts: &texts[range],
            },
            Self::Features { features, width } => Part::Features {
                features: &features[range.start * width..range.end * width],
                width: *width,
            },
        }
    }
}
