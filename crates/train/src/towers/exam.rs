//! Scores of both directions.

use tercet_eval::{Coherence, Towers, coherence, cross_modal};
use tercet_kernels::{Distance, Relevance, Rows};

use super::scores::{Direction, TowersScores};
use super::set::Captioned;
use crate::Error;

/// The depths of the coherent score, and the whole gallery.
const DEPTHS: [usize; 3] = [10, 100, usize::MAX];

/// Embeds pictures of the set.
pub(super) type OfPictures<'a> = &'a dyn Fn(&[usize]) -> Result<Vec<f32>, Error>;

/// Embeds texts.
pub(super) type OfTexts<'a> = &'a dyn Fn(&[&str]) -> Result<Vec<f32>, Error>;

/// Embeds what it is given: `(n, d)`.
pub(super) struct Embed<'a> {
    pub(super) pictures: OfPictures<'a>,
    pub(super) texts: OfTexts<'a>,
    /// Numbers per embedding, `d`.
    pub(super) dim: usize,
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
    pub(super) fn scores(&self, embed: &Embed<'_>) -> Result<TowersScores, Error> {
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
        let pictures = (embed.pictures)(self.items)?;
        let texts = (embed.texts)(&texts)?;
        let pictures = (pictures.as_slice(), of_pictures.as_slice());
        let texts = (texts.as_slice(), of_texts.as_slice());
        Ok(TowersScores {
            picture_to_text: self.direction(pictures, texts, embed.dim)?,
            text_to_picture: self.direction(texts, pictures, embed.dim)?,
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
