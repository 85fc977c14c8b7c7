//! Scores of a model that has been trained, on data of any kind.

use std::sync::Arc;

use tercet_data::{DataSource, Dataset, ImageSet, RowSet, VectorSet, Vectors};
use tercet_eval::ScoreTable;
use tercet_kernels::Distance;

use super::items::unfit;
use crate::Error;
use crate::evaluate::{ItemEvaluator, Items, Noted, RowEvaluator};
use crate::inputs::{ImageInputs, Prepare, TextInputs, VectorInputs};
use crate::networks::{AnyEncoder, AnyModel};

/// Scores of a trained model on data: on what they hold out for the test or, where they hold out nothing, on all of them.
///
/// Of two networks that both read such data, the first embeds queries and the second documents; of two of which one does,
/// that one is judged by itself. With `episodes` of 0 the one-shot tests of labelled images and vectors are left out. The
/// table has one list, `model`.
///
/// # Errors
/// [`Error::Inputs`] for a model that reads something else, [`Error::Width`] for vectors of another width, and whatever
/// keeps inputs from being read or their embeddings from being judged. Images with captions are for
/// [`caption_scores`](crate::caption_scores), as they need a relevance.
pub fn evaluate(
    model: &AnyModel,
    data: &DataSource,
    distance: Distance,
    episodes: usize,
) -> Result<ScoreTable, Error> {
    let of = Evaluated {
        model,
        distance,
        episodes,
    };
    let found = match data {
        DataSource::Images(set) => of.images(set),
        DataSource::Vectors(set) => of.vectors(set),
        DataSource::Texts(set) => of.rows(set, of.texts()?),
        DataSource::ImageRows(set) => of.rows(&set.rows, of.image_inputs(&set.images)?),
        DataSource::VectorRows(set) => of.rows(&set.rows, of.vector_inputs(&set.vectors)?),
        _ => Err(Error::Inputs {
            wanted: model.reads(),
            given: "images with captions, whose relevance is known to a recipe alone",
        }),
    }?;
    let table = ScoreTable::new().with("model", "model", found.scores);
    Ok(table
        .noted(found.note)
        .noted(format!("distance {distance}")))
}

struct Evaluated<'a> {
    model: &'a AnyModel,
    distance: Distance,
    episodes: usize,
}

/// A network, and the way of cells to each of its sides.
type Sides<C> = (AnyEncoder, Vec<Arc<dyn Prepare<C>>>);

impl Evaluated<'_> {
    /// The sides that read such data: both, or one by itself.
    fn sides<C>(
        &self,
        kind: &'static str,
        inputs: impl Fn(&AnyModel) -> Result<Option<Arc<dyn Prepare<C>>>, Error>,
    ) -> Result<Sides<C>, Error> {
        let all = self.model.sides();
        let mut fit = Vec::new();
        for side in &all {
            fit.extend(inputs(side)?.map(|inputs| (*side, inputs)));
        }
        let encoder = match fit.first() {
            None => return Err(unfit(self.model, kind)),
            Some((only, _)) if fit.len() < all.len() => only.encoder(),
            Some(_) => self.model.encoder(),
        };
        Ok((encoder, fit.into_iter().map(|(_, inputs)| inputs).collect()))
    }

    fn image_inputs(&self, dataset: &Arc<dyn Dataset>) -> Result<Sides<usize>, Error> {
        self.sides("images", |side| {
            let AnyModel::Images(model) = side else {
                return Ok(None);
            };
            let inputs = ImageInputs::new(dataset.clone(), model.preprocess, None);
            let inputs: Arc<dyn Prepare<usize>> = Arc::new(inputs);
            Ok(Some(inputs))
        })
    }

    fn texts(&self) -> Result<Sides<String>, Error> {
        self.sides("texts", |side| {
            let AnyModel::Texts(model) = side else {
                return Ok(None);
            };
            let inputs = TextInputs::new(Arc::new(model.clone()), false);
            let inputs: Arc<dyn Prepare<String>> = Arc::new(inputs);
            Ok(Some(inputs))
        })
    }

    fn vector_inputs(&self, vectors: &Arc<Vectors>) -> Result<Sides<usize>, Error> {
        self.sides("rows of numbers", |side| {
            let AnyModel::Vectors(network) = side else {
                return Ok(None);
            };
            let (wanted, given) = (vectors.dim(), network.config().input);
            if wanted != given {
                return Err(Error::Width { wanted, given });
            }
            let inputs: Arc<dyn Prepare<usize>> = Arc::new(VectorInputs(vectors.clone()));
            Ok(Some(inputs))
        })
    }

    fn images(&self, set: &ImageSet) -> Result<Noted, Error> {
        let (encoder, inputs) = self.image_inputs(&set.dataset)?;
        let (places, _) = set.judged();
        let evaluator = ItemEvaluator {
            items: Items::of_images(set.dataset.as_ref(), &places, set.labels),
            distance: self.distance,
            episodes: self.episodes,
            splits: set.splits,
            inputs,
        };
        evaluator.judge(&encoder)
    }

    fn vectors(&self, set: &VectorSet) -> Result<Noted, Error> {
        let (encoder, inputs) = self.vector_inputs(&set.vectors)?;
        let places = match set.test.as_slice() {
            [] => (0..set.vectors.len()).collect(),
            test => test.to_vec(),
        };
        let evaluator = ItemEvaluator {
            items: Items {
                classes: places.iter().map(|&place| set.labels[place]).collect(),
                names: set.classes.clone(),
                groups: None,
                sources: None,
                labels: set.kind,
                places,
            },
            distance: self.distance,
            episodes: self.episodes,
            splits: set.splits,
            inputs,
        };
        evaluator.judge(&encoder)
    }

    fn rows<C: Clone + Ord + Send + Sync + 'static>(
        &self,
        set: &RowSet<C>,
        (encoder, inputs): Sides<C>,
    ) -> Result<Noted, Error> {
        let evaluator = RowEvaluator {
            rows: set.test.as_ref().unwrap_or(&set.train).clone(),
            labels: set.labels,
            distance: self.distance,
            inputs,
        };
        evaluator.judge(&encoder)
    }
}
