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
    /// `(n, width)`: what a frozen encoder gives of its inputs, before the layers that are trained.
    Features {
        of: Side,
        features: Vec<f32>,
        width: usize,
    },
    /// Pictures, and after them as many texts.
    Both {
        pictures: Box<Inputs>,
        texts: Box<Inputs>,
    },
}

/// Which tower of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Pictures,
    Texts,
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
        of: Side,
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

    /// The inputs in runs of at most `size` of one kind, each with its range.
    pub(crate) fn parts(&self, size: usize) -> Vec<(Range<usize>, Part<'_>)> {
        let n = self.len();
        match &self.inputs {
            Inputs::Both { .. } => [0..n / 2, n / 2..n]
                .into_iter()
                .flat_map(|range| self.runs(range, size))
                .collect(),
            _ => self.runs(0..n, size).collect(),
        }
    }

    fn runs(
        &self,
        all: Range<usize>,
        size: usize,
    ) -> impl Iterator<Item = (Range<usize>, Part<'_>)> {
        let starts = all.clone().step_by(size);
        starts.map(move |start| {
            let range = start..all.end.min(start.saturating_add(size));
            (range.clone(), self.inputs.part(range, self.len()))
        })
    }
}

impl Inputs {
    /// Neighbouring inputs of one kind, of `n` in all.
    fn part(&self, range: Range<usize>, n: usize) -> Part<'_> {
        match self {
            Self::Both { texts, .. } if range.start >= n / 2 => {
                texts.part(range.start - n / 2..range.end - n / 2, n / 2)
            }
            Self::Both { pictures, .. } => pictures.part(range, n / 2),
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
            Self::Features {
                of,
                features,
                width,
            } => Part::Features {
                of: *of,
                features: &features[range.start * width..range.end * width],
                width: *width,
            },
        }
    }
}
