//! From texts to what a network takes.

use std::sync::Arc;

use tercet_data::text_id;
use tercet_nn::SentenceModel;

use super::cache::Cache;
use super::{Input, Prepare, Prepared};
use crate::Error;

/// Turns texts into tokens or, where the encoder is frozen, into what it gives of them.
#[derive(Clone)]
pub(crate) struct TextInputs {
    model: Arc<SentenceModel>,
    frozen: Option<Cache>,
}

impl TextInputs {
    pub(crate) fn new(model: Arc<SentenceModel>, frozen: bool) -> Self {
        Self {
            model,
            frozen: frozen.then(Cache::default),
        }
    }

    /// The inputs of texts.
    ///
    /// # Errors
    /// The tokenizer refuses a text.
    pub(crate) fn of(&self, texts: &[&str]) -> Result<Prepared, Error> {
        let Some(cache) = &self.frozen else {
            let tokens = self.model.tokenize(texts)?;
            return Ok(Prepared {
                truncated: tokens.iter().filter(|text| text.truncated).count(),
                inputs: tokens.into_iter().map(Input::Text).collect(),
            });
        };
        let identities: Vec<u64> = texts.iter().map(|text| text_id(text)).collect();
        let mut truncated = 0;
        let inputs = cache.features(&identities, |places| {
            let new: Vec<&str> = places.iter().map(|&place| texts[place]).collect();
            let tokens = self.model.tokenize(&new)?;
            truncated = tokens.iter().filter(|text| text.truncated).count();
            let features = self.model.encoder.features_all(&tokens)?;
            let rows = features.chunks(self.model.encoder.width());
            Ok(rows.map(<[f32]>::to_vec).collect())
        })?;
        Ok(Prepared { inputs, truncated })
    }
}

impl Prepare<String> for TextInputs {
    fn prepare(&self, cells: &[&String]) -> Result<Prepared, Error> {
        let texts: Vec<&str> = cells.iter().map(|cell| cell.as_str()).collect();
        self.of(&texts)
    }

    fn identity(&self, cell: &String) -> u64 {
        text_id(cell)
    }

    fn keeps(&self) -> bool {
        self.frozen.is_some()
    }
}
