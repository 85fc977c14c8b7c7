//! From texts to what the network takes.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use tercet_data::text_id;
use tercet_nn::SentenceModel;

use crate::Error;
use crate::bridge::Network;
use crate::lesson::{Inputs, Side};

/// A row of features for every text, by its identity.
type Known = HashMap<u64, Arc<[f32]>>;

/// Turns texts into tokens or, where the encoder is frozen, into what it gives of them.
#[derive(Clone)]
pub(crate) struct Reader {
    model: Arc<SentenceModel>,
    /// What the frozen encoder gave of each text, by its identity: every text goes through it once.
    features: Option<Arc<Mutex<Known>>>,
}

impl Reader {
    pub(crate) fn new(model: Arc<SentenceModel>, frozen: bool) -> Self {
        Self {
            model,
            features: frozen.then(Arc::default),
        }
    }

    /// The inputs of texts, and how many were cut because they were longer than the model reads.
    ///
    /// # Errors
    /// The tokenizer refuses a text.
    pub(crate) fn inputs(&self, texts: &[&str]) -> Result<(Inputs, usize), Error> {
        let Some(known) = &self.features else {
            let tokens = self.model.tokenize(texts)?;
            let truncated = tokens.iter().filter(|text| text.truncated).count();
            return Ok((Inputs::Texts(tokens), truncated));
        };
        let ids: Vec<u64> = texts.iter().map(|text| text_id(text)).collect();
        // Whoever panicked with it in hand had put whole texts in.
        let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
        let truncated = self.learn(&mut known, &ids, texts)?;
        let rows = ids.iter().filter_map(|id| known.get(id));
        let features = rows.flat_map(|row| row.iter().copied()).collect();
        let width = self.model.encoder.width();
        let inputs = Inputs::Features {
            of: Side::Texts,
            features,
            width,
        };
        Ok((inputs, truncated))
    }

    /// Sends texts that were never seen through the encoder; counts those that were cut.
    fn learn(&self, known: &mut Known, ids: &[u64], texts: &[&str]) -> Result<usize, Error> {
        let all = ids.iter().zip(texts);
        // In an order that is the same in every process: which texts go through together depends on it.
        let new: BTreeMap<u64, &str> = all
            .filter(|(id, _)| !known.contains_key(id))
            .map(|(&id, &text)| (id, text))
            .collect();
        let (ids, texts): (Vec<u64>, Vec<&str>) = new.into_iter().unzip();
        let tokens = self.model.tokenize(&texts)?;
        let features = self.model.encoder.features_all(&tokens)?;
        let rows = features.chunks(self.model.encoder.width());
        known.extend(ids.into_iter().zip(rows.map(Arc::from)));
        Ok(tokens.iter().filter(|text| text.truncated).count())
    }

    /// Embeds texts, without dropout: `(n, d)`.
    ///
    /// # Errors
    /// The tokenizer refuses a text.
    pub(crate) fn embed(&self, network: &Network, texts: &[&str]) -> Result<Vec<f32>, Error> {
        match self.inputs(texts)?.0 {
            Inputs::Texts(tokens) => network.embed_texts(&tokens),
            Inputs::Features {
                of,
                features,
                width,
            } => network.head(of, &features, width),
            Inputs::Pictures { .. } | Inputs::Both { .. } => Err(Error::Inputs { wanted: "texts" }),
        }
    }
}
