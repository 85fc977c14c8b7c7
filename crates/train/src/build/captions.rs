//! The parts of runs on images with captions.

use std::sync::Arc;
use std::thread::available_parallelism;

use tercet_data::{CaptionedSet, Plan, RowPlan};

use super::items::{unfit, variation};
use super::models;
use super::parts::{Judge, On, Parts, Test};
use super::relevance::grades;
use crate::engine::{Modality, Start};
use crate::evaluate::{CaptionEvaluator, Evaluator};
use crate::inputs::{ImageInputs, Prepare, TextInputs};
use crate::networks::AnyModel;
use crate::recipe::Recipe;
use crate::sources::{CaptionBatches, CaptionedThings};
use crate::{AnyEncoder, Error};

pub(super) fn of_captions(on: On<'_>, set: CaptionedSet) -> Result<Parts, Error> {
    let recipe = on.recipe;
    let device = models::device(recipe.device);
    let model = on.keys.open(on.opening(&device, 0))?;
    let things = Arc::new(things(recipe, set)?);
    let (images, texts) = inputs(&on, &model, &things.set)?;
    let set = &things.set;
    let labels = set.train.iter().map(|&item| things.thing(item) as u32);
    let plan = Plan::new(&recipe.sampler, &labels.collect::<Vec<u32>>(), recipe.seed)?;
    let evaluator = Judged {
        things: things.clone(),
        images: images.clone(),
        texts: texts.clone(),
        distance: on.distance(),
    };
    let keeps = images.keeps() || texts.keeps();
    let threads = available_parallelism().map_or(1, usize::from);
    let start = Start {
        unit: Modality::Image,
        batch: 2 * plan.batch_size(),
        dim: model.dim(),
        train: things.amount(&set.train),
        validation: things.amount(&set.validation),
        test: things.amount(&set.test),
        ..Start::default()
    };
    let validation = (!set.validation.is_empty()).then(|| {
        let judge: Box<dyn Evaluator<AnyEncoder>> = Box::new(evaluator.on(&set.validation));
        judge
    });
    let source = CaptionBatches {
        captions: RowPlan::new(plan.batch_size(), plan.batch_size(), recipe.seed)?,
        plan: Arc::new(plan),
        things: things.clone(),
        threads: if keeps {
            1
        } else {
            threads.min(recipe.train.ahead)
        },
        images,
        texts,
    };
    let distance = on.distance();
    Ok(Parts {
        tests: evaluator.tests(),
        source: Arc::new(source),
        baseline: None,
        learnt_from: None,
        dropout: on.keys.dropout(),
        curriculum: on.curriculum,
        validation,
        start,
        model,
        distance,
    })
}

/// Things with their relevance, as a recipe says.
fn things(recipe: &Recipe, set: CaptionedSet) -> Result<CaptionedThings, Error> {
    let grades = grades(recipe, &set)?;
    let shares = &recipe.relevance.quantiles;
    CaptionedThings::new(set, grades, shares, recipe.loss.thresholds())
}

/// The ways of images and of captions to their networks.
fn inputs(
    on: &On<'_>,
    model: &AnyModel,
    set: &CaptionedSet,
) -> Result<(ImageInputs, TextInputs), Error> {
    let device = models::device(on.recipe.device);
    let (image, text) = both(model)?;
    let [image_keys, text_keys] = on.keys.sides() else {
        return Err(unfit(model, "images with captions"));
    };
    let frozen = models::frozen(image, &device).filter(|_| models::is_frozen(image_keys));
    let images = ImageInputs::new(set.dataset.clone(), image.preprocess, frozen);
    let images = images.varied(variation(on.recipe), on.recipe.seed);
    let texts = TextInputs::new(Arc::new(text.clone()), models::is_frozen(text_keys));
    Ok((images, texts))
}

/// The network of images and that of captions.
fn both(
    model: &AnyModel,
) -> Result<(&crate::networks::ImageModel, &tercet_nn::SentenceModel), Error> {
    match model.sides().as_slice() {
        [AnyModel::Images(image), AnyModel::Texts(text)] => Ok((image, text)),
        _ => Err(unfit(model, "images with captions")),
    }
}

/// What is judged, and how.
struct Judged {
    things: Arc<CaptionedThings>,
    images: ImageInputs,
    texts: TextInputs,
    distance: tercet_kernels::Distance,
}

impl Judged {
    fn on(&self, items: &[usize]) -> CaptionEvaluator {
        CaptionEvaluator {
            things: self.things.clone(),
            items: items.to_vec(),
            images: self.images.clone(),
            texts: self.texts.clone(),
            distance: self.distance,
        }
    }

    /// Things never seen, and sources never seen of things that were.
    fn tests(&self) -> Vec<Test> {
        let set = &self.things.set;
        let tests = [
            (("unseen_sources", "unseen sources"), &set.test_sources),
            (("trained", "unseen classes"), &set.test),
        ];
        let tests = tests.into_iter().filter(|(_, items)| !items.is_empty());
        let tests = tests.map(|(name, items)| {
            let of = self.on(items);
            let judge: Judge = Box::new(move |encoder| of.judge(encoder));
            Test {
                name,
                judge,
                before: false,
            }
        });
        tests.collect()
    }
}

/// What a recipe holds out of its images with captions, for networks that have been trained: images are prepared as the
/// model's folder says, and every input goes through its network once.
///
/// # Errors
/// The data are no images with captions, cannot be read, or hold nothing out.
pub(crate) fn caption_tests(
    model: &AnyModel,
    recipe: &Recipe,
    distance: tercet_kernels::Distance,
) -> Result<Vec<Test>, Error> {
    let tercet_data::DataSource::Captioned(set) = tercet_data::open(&recipe.data, recipe.seed)?
    else {
        let set = recipe.data.set;
        return Err(Error::NoCaptions { set });
    };
    if set.test.is_empty() {
        return Err(Error::NothingHeldOut);
    }
    let (image, text) = both(model)?;
    let frozen = models::frozen(image, &models::device(recipe.device));
    let judged = Judged {
        images: ImageInputs::new(set.dataset.clone(), image.preprocess, frozen),
        texts: TextInputs::new(Arc::new(text.clone()), true),
        things: Arc::new(things(recipe, set)?),
        distance,
    };
    Ok(judged.tests())
}
