//! From pictures with captions to the lesson of a step.

use std::sync::Arc;

use tercet_data::{Example, RowPlan};

use super::set::Captioned;
use crate::Error;
use crate::lesson::{Inputs, Lesson};
use crate::relation::{Related, Relation};
use crate::sentences::Reader;
use crate::viewer::View;

/// Adds captions to pictures.
#[derive(Clone)]
pub(super) struct Captions {
    pub(super) set: Arc<Captioned>,
    pub(super) reader: Reader,
    /// Draws one of the captions of each picture.
    pub(super) plan: RowPlan,
}

impl Captions {
    /// The lesson of the pictures of a step: each with one caption of its class, drawn by (seed, step, place).
    ///
    /// # Errors
    /// The tokenizer refuses a caption.
    pub(super) fn lesson(&self, view: View) -> Result<Lesson, Error> {
        let View {
            step,
            inputs,
            labels,
            items,
        } = view;
        let classes: Vec<usize> = items.iter().map(|&item| self.set.class(item)).collect();
        let places = classes.iter().enumerate();
        let texts: Vec<String> = places
            .map(|(at, &class)| self.draw(step, at, class))
            .collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let (texts, truncated) = self.reader.inputs(&texts)?;
        Ok(Lesson {
            step,
            inputs: Inputs::Both {
                pictures: Box::new(inputs),
                texts: Box::new(texts),
            },
            relation: Relation::Related(Related {
                relevance: self.set.relevance(&classes)?,
                classes: labels,
            }),
            truncated,
        })
    }

    fn draw(&self, step: u64, place: usize, class: usize) -> String {
        let captions = &self.set.captions[class];
        let tuple = Example::Tuple {
            anchor: String::new(),
            positives: captions.clone(),
            negatives: Vec::new(),
        };
        let drawn = self.plan.draw(step, place, &tuple, 0);
        let drawn = drawn.map(|drawn| drawn.positive.to_owned());
        drawn.unwrap_or_else(|| captions.first().cloned().unwrap_or_default())
    }
}
