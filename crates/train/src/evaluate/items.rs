//! Labelled images and vectors: retrieval and one-shot accuracy.

use std::sync::Arc;

use tercet_data::{Dataset, LabelKind, Preprocess, Splits, load};
use tercet_eval::{Episodes, FixedGallery, Labelled, OneShot, Score, one_shot};
use tercet_kernels::{Distance, Rows};

use super::evaluator::{Evaluator, Noted};
use super::gallery::gallery;
use super::known::Items;
use super::labels::Labels;
use crate::inputs::Prepare;
use crate::networks::AnyEncoder;
use crate::{Encoder, Error};

/// Inputs read and embedded at a time.
const CHUNK: usize = 1024;

/// Ways of the test by episodes.
const FEW: usize = 20;

/// Labelled images or vectors to judge on.
pub(crate) struct ItemEvaluator {
    pub(crate) items: Items,
    /// The way to one network, or to each of two.
    pub(crate) inputs: Vec<Arc<dyn Prepare<usize>>>,
    pub(crate) distance: Distance,
    /// Episodes of the 20-way 1-shot test; 0 leaves both one-shot tests out.
    pub(crate) episodes: usize,
    /// Orders the classes of the gallery, and keys the episodes.
    pub(crate) splits: Splits,
}

impl ItemEvaluator {
    /// Scores of a network. Candidates of a query are all items whose group differs from its own; without groups all but
    /// itself. With two networks, the first embeds queries and the second candidates.
    ///
    /// # Errors
    /// An input cannot be read; embeddings are not finite; no item has another of its class.
    pub(crate) fn judge(&self, encoder: &AnyEncoder) -> Result<Noted, Error> {
        let sides = self.inputs.iter().enumerate();
        let rows = sides.map(|(side, inputs)| self.embed(encoder, (side, inputs.as_ref())));
        let rows: Vec<Vec<f32>> = rows.collect::<Result<_, _>>()?;
        match rows.as_slice() {
            [rows] => self.of_rows(rows, encoder.dim()),
            both => {
                let groups = self.items.groups.as_deref();
                self.labels().judge(both, groups, encoder.dim())
            }
        }
    }

    fn labels(&self) -> Labels<'_> {
        Labels {
            classes: &self.items.classes,
            names: &self.items.names,
            kind: self.items.labels,
            distance: self.distance,
        }
    }

    fn embed(
        &self,
        encoder: &AnyEncoder,
        (side, inputs): (usize, &dyn Prepare<usize>),
    ) -> Result<Vec<f32>, Error> {
        let mut rows = Vec::new();
        for chunk in self.items.places.chunks(CHUNK) {
            let cells: Vec<&usize> = chunk.iter().collect();
            rows.extend(encoder.encode_side(&inputs.prepare(&cells)?.inputs, side)?);
        }
        Ok(rows)
    }

    /// Scores of the items' embeddings, `(n, dim)`.
    pub(crate) fn of_rows(&self, rows: &[f32], dim: usize) -> Result<Noted, Error> {
        let rows = Rows::new(rows, dim)?;
        let mut found = self.labels().of_one(rows, self.items.groups.as_deref())?;
        if self.episodes > 0 && self.items.labels == LabelKind::Classes {
            let classes: Vec<i64> = self
                .items
                .classes
                .iter()
                .map(|&class| class.into())
                .collect();
            let items = Labelled::new(rows, &classes, self.items.groups.as_deref())?;
            let one_shot = self.one_shot(&items)?;
            found
                .scores
                .extend(one_shot.iter().flat_map(OneShot::scores));
            let gallery = gallery(&self.items, &items, &self.splits, self.distance)?;
            found
                .scores
                .extend(gallery.iter().flat_map(FixedGallery::scores));
            if let Some(note) = gallery.as_ref().and_then(FixedGallery::note) {
                found.note = format!("{}; {note}", found.note);
            }
        }
        Ok(found)
    }

    /// 20-way 1-shot accuracy; none where there are fewer usable classes.
    fn one_shot(&self, items: &Labelled<'_>) -> Result<Option<OneShot>, Error> {
        let episodes = Episodes {
            ways: FEW,
            episodes: self.episodes,
            seed: self.splits.seed(),
            ..Episodes::default()
        };
        match one_shot(items, self.distance, &episodes) {
            Err(tercet_eval::Error::TooFewClasses { .. }) => Ok(None),
            outcome => Ok(Some(outcome?)),
        }
    }
}

impl Evaluator<AnyEncoder> for ItemEvaluator {
    fn evaluate(&self, encoder: &AnyEncoder) -> Result<Vec<Score>, Error> {
        Ok(self.judge(encoder)?.scores)
    }
}

/// Height and width, at most, of images that are compared pixel by pixel.
const RAW: u32 = 64;

/// Scores of the images' own numbers in `[0, 1]`.
pub(crate) fn raw_pixels(
    of: &ItemEvaluator,
    dataset: &dyn Dataset,
    preprocess: &Preprocess,
) -> Result<Noted, Error> {
    let size = preprocess.size().min(RAW);
    let raw = Preprocess::new(size, [0.0; 3], [1.0; 3], preprocess.resample())?;
    let mut rows = Vec::new();
    for chunk in of.items.places.chunks(CHUNK) {
        rows.extend(load(dataset, chunk, &raw)?);
    }
    of.of_rows(&rows, raw.numbers())
}
