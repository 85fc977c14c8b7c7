//! Images and captions, both ways.

use std::sync::Arc;

use tercet_eval::{Score, TestCollection, coherence, cross_modal, of_directions};
use tercet_kernels::{Distance, Relevance, Rows};

use super::evaluator::{Evaluator, Noted};
use crate::inputs::{ImageInputs, Prepare, TextInputs};
use crate::networks::AnyEncoder;
use crate::sources::CaptionedThings;
use crate::{Encoder, Error};

/// The depths of the coherent score, and the whole gallery.
const DEPTHS: [usize; 3] = [10, 100, usize::MAX];

/// Images read and embedded at a time.
const CHUNK: usize = 1024;

/// Images of things, asked by the captions of these things and asking for them.
pub(crate) struct CaptionEvaluator {
    pub(crate) things: Arc<CaptionedThings>,
    pub(crate) items: Vec<usize>,
    pub(crate) images: ImageInputs,
    pub(crate) texts: TextInputs,
    pub(crate) distance: Distance,
}

/// Embeddings with the thing that each is of.
struct Side<'a> {
    rows: &'a [f32],
    things: &'a [usize],
}

impl CaptionEvaluator {
    /// Every image asks all captions of all things among the images, and every caption asks all images: the mean of both
    /// directions, then each.
    ///
    /// # Errors
    /// An image cannot be read; embeddings cannot be judged.
    pub(crate) fn judge(&self, encoder: &AnyEncoder) -> Result<Noted, Error> {
        let of_images: Vec<usize> = self
            .items
            .iter()
            .map(|&item| self.things.thing(item))
            .collect();
        let mut texts = Vec::new();
        let mut of_texts = Vec::new();
        for thing in self.things.things(&self.items) {
            for caption in &self.things.set.captions[thing] {
                texts.push(caption.as_str());
                of_texts.push(thing);
            }
        }
        let mut images = Vec::new();
        for chunk in self.items.chunks(CHUNK) {
            let chunk: Vec<&usize> = chunk.iter().collect();
            images.extend(encoder.encode_side(&self.images.prepare(&chunk)?.inputs, 0)?);
        }
        let texts = encoder.encode_side(&self.texts.of(&texts)?.inputs, 1)?;
        let images = Side {
            rows: &images,
            things: &of_images,
        };
        let texts = Side {
            rows: &texts,
            things: &of_texts,
        };
        let dim = encoder.dim();
        let there = self.direction(&images, &texts, dim)?;
        let back = self.direction(&texts, &images, dim)?;
        Ok(Noted {
            note: format!(
                "{} images, {} captions",
                images.things.len(),
                texts.things.len()
            ),
            scores: of_directions(&[("picture_to_text", there), ("text_to_picture", back)]),
        })
    }

    fn direction(
        &self,
        queries: &Side<'_>,
        candidates: &Side<'_>,
        dim: usize,
    ) -> Result<Vec<Score>, Error> {
        let (asked, answers) = (queries.things, candidates.things);
        let grade =
            |query: usize, candidate: usize| self.things.grade(asked[query], answers[candidate]);
        let relevance = Relevance::function((asked.len(), answers.len()), &grade);
        let (queries, candidates) = (
            Rows::new(queries.rows, dim)?,
            Rows::new(candidates.rows, dim)?,
        );
        let clusters: Vec<u32> = asked.iter().map(|&thing| thing as u32).collect();
        let collection =
            TestCollection::new(queries, candidates, relevance)?.clustered(&clusters)?;
        let mut scores = cross_modal(&collection, self.distance)?.scores();
        let found = coherence(&collection, self.distance, &DEPTHS)?;
        scores.extend(found.last().map(|all| all.overall()));
        scores.extend(found.iter().take(2).flat_map(|depth| depth.scores()));
        Ok(scores)
    }
}

impl Evaluator<AnyEncoder> for CaptionEvaluator {
    fn evaluate(&self, encoder: &AnyEncoder) -> Result<Vec<Score>, Error> {
        Ok(self.judge(encoder)?.scores)
    }
}
