//! Scores of both directions.

use tercet_eval::{Coherence, Towers, coherence, cross_modal};
use tercet_kernels::{Distance, Relevance, Rows};

use super::scores::{Direction, TowersScores};
use super::set::Captioned;
use crate::Error;
use crate::bridge::Network;
use crate::sentences::Reader;
use crate::viewer::Viewer;

/// The depths of the coherent score, and the whole gallery.
const DEPTHS: [usize; 3] = [10, 100, usize::MAX];

/// Both towers, and the way of inputs to them.
pub(super) struct Examinee<'a> {
    pub(super) network: &'a Network,
    pub(super) viewer: &'a Viewer,
    pub(super) reader: &'a Reader,
}

/// Pictures of a set, asked by the captions of their classes and asking for them.
pub(super) struct Exam<'a> {
    pub(super) set: &'a Captioned,
    pub(super) items: &'a [usize],
    pub(super) distance: Distance,
}

impl Exam<'_> {
    /// Every picture asks all captions of all classes among the pictures, and every caption asks all pictures.
    ///
    /// # Errors
    /// A picture cannot be read; embeddings cannot be judged.
    pub(super) fn scores(&self, of: &Examinee<'_>) -> Result<TowersScores, Error> {
        let of_pictures: Vec<usize> = self
            .items
            .iter()
            .map(|&item| self.set.class(item))
            .collect();
        let mut texts = Vec::new();
        let mut of_texts = Vec::new();
        for class in self.set.classes_of(self.items) {
            for caption in &self.set.captions[class] {
                texts.push(caption.as_str());
                of_texts.push(class);
            }
        }
        let pictures = of.viewer.embed(of.network, self.items)?;
        let texts = of.reader.embed(of.network, &texts)?;
        let pictures = (pictures.as_slice(), of_pictures.as_slice());
        let texts = (texts.as_slice(), of_texts.as_slice());
        Ok(TowersScores {
            picture_to_text: self.direction(pictures, texts, of.network.dim())?,
            text_to_picture: self.direction(texts, pictures, of.network.dim())?,
        })
    }

    fn direction(
        &self,
        (queries, asked): (&[f32], &[usize]),
        (candidates, answers): (&[f32], &[usize]),
        dim: usize,
    ) -> Result<Direction, Error> {
        let grade =
            |query: usize, candidate: usize| self.set.grades.of(asked[query], answers[candidate]);
        let relevance = Relevance::function((asked.len(), answers.len()), &grade);
        let (queries, candidates) = (Rows::new(queries, dim)?, Rows::new(candidates, dim)?);
        let clusters: Vec<u32> = asked.iter().map(|&class| class as u32).collect();
        let towers = Towers::new(queries, candidates, relevance)?.clustered(&clusters)?;
        let coherence: Vec<Coherence> = coherence(&towers, self.distance, &DEPTHS)?;
        Ok(Direction {
            ranks: cross_modal(&towers, self.distance)?,
            coherence,
        })
    }
}
