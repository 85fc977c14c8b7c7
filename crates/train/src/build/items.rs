//! The parts of runs on labelled images and rows of numbers.

use std::sync::Arc;
use std::thread::available_parallelism;

use tercet_data::{Augment, Dataset, ImageSet, Plan, VectorSet};

use super::models;
use super::parts::{Baseline, Judge, On, Parts, Test, fits};
use crate::engine::{Amount, Modality, Start};
use crate::evaluate::{Evaluator, ItemEvaluator, Items, raw_pixels};
use crate::inputs::{ImageInputs, Prepare, VectorInputs};
use crate::networks::{AnyModel, ImageModel};
use crate::recipe::Recipe;
use crate::sources::{ItemBatches, Labelling};
use crate::{AnyEncoder, Error};

/// The way of cells to every side.
type Sides = Vec<Arc<dyn Prepare<usize>>>;

pub(super) fn of_images(on: On<'_>, set: ImageSet) -> Result<Parts, Error> {
    let device = models::device(on.recipe.device);
    let model = on.keys.open(on.opening(&device, 0))?;
    let inputs = image_inputs(&on, &model, &set.dataset)?;
    let first = first_image(&model)?;
    let (dataset, preprocess) = (set.dataset.clone(), first.preprocess);
    let labels = on.recipe.data.labels;
    let of = |places: &[usize]| Items::of_images(set.dataset.as_ref(), places, labels);
    let evaluate = Evaluate {
        recipe: on.recipe,
        splits: set.splits,
        inputs: inputs.clone(),
        distance: on.distance(),
    };
    let test = (!set.test.is_empty()).then(|| Arc::new(evaluate.on(of(&set.test), true)));
    let baseline = test.clone().filter(|_| inputs.len() == 1).map(|test| {
        let baseline: Baseline = Box::new(move || raw_pixels(&test, dataset.as_ref(), &preprocess));
        baseline
    });
    let validation = (!set.validation.is_empty()).then(|| evaluate.on(of(&set.validation), false));
    let all = set.dataset.items();
    let classes: Vec<u32> = set.train.iter().map(|&item| all[item].class).collect();
    let start = Start {
        unit: Modality::Image,
        unreadable: set
            .report
            .as_ref()
            .map_or(0, |report| report.unreadable().len()),
        ..Start::default()
    };
    let kept = Split {
        train: set.train.clone(),
        classes,
        names: set.dataset.classes().into(),
        validation,
        test,
        baseline,
        start,
    };
    parts(on, model, inputs, kept)
}

pub(super) fn of_vectors(on: On<'_>, set: VectorSet) -> Result<Parts, Error> {
    let device = models::device(on.recipe.device);
    let model = on.keys.open(on.opening(&device, set.vectors.dim()))?;
    let one: Arc<dyn Prepare<usize>> = Arc::new(VectorInputs(set.vectors.clone()));
    let inputs: Sides = on.keys.sides().iter().map(|_| one.clone()).collect();
    let of = |places: &[usize]| Items {
        places: places.to_vec(),
        classes: places.iter().map(|&place| set.labels[place]).collect(),
        names: set.classes.clone(),
        groups: None,
        sources: None,
        labels: set.kind,
    };
    let evaluate = Evaluate {
        recipe: on.recipe,
        splits: set.splits,
        inputs: inputs.clone(),
        distance: on.distance(),
    };
    let start = Start {
        unit: Modality::Vector,
        ..Start::default()
    };
    let kept = Split {
        train: set.train.clone(),
        classes: set.train.iter().map(|&place| set.labels[place]).collect(),
        names: set.classes.clone(),
        validation: (!set.validation.is_empty()).then(|| evaluate.on(of(&set.validation), false)),
        test: (!set.test.is_empty()).then(|| Arc::new(evaluate.on(of(&set.test), true))),
        baseline: None,
        start,
    };
    parts(on, model, inputs, kept)
}

/// How items are judged.
struct Evaluate<'a> {
    recipe: &'a Recipe,
    splits: tercet_data::Splits,
    inputs: Sides,
    distance: tercet_kernels::Distance,
}

impl Evaluate<'_> {
    /// With or without the one-shot tests.
    fn on(&self, items: Items, one_shot: bool) -> ItemEvaluator {
        ItemEvaluator {
            items,
            inputs: self.inputs.clone(),
            distance: self.distance,
            episodes: if one_shot {
                self.recipe.evaluate.episodes
            } else {
                0
            },
            splits: self.splits,
        }
    }
}

/// What is learnt from and judged.
struct Split {
    train: Arc<[usize]>,
    /// The class of each that is learnt from.
    classes: Vec<u32>,
    names: Arc<[String]>,
    validation: Option<ItemEvaluator>,
    test: Option<Arc<ItemEvaluator>>,
    baseline: Option<Baseline>,
    start: Start,
}

fn parts(on: On<'_>, model: AnyModel, inputs: Sides, of: Split) -> Result<Parts, Error> {
    let recipe = on.recipe;
    let plan = Plan::new(&recipe.sampler, &of.classes, recipe.seed)?;
    let keeps = inputs.iter().any(|side| side.keeps());
    let threads = available_parallelism().map_or(1, usize::from);
    let amount = |items: &ItemEvaluator| amount(&items.items.classes);
    let start = Start {
        batch: inputs.len() * plan.batch_size(),
        dim: model.dim(),
        train: self::amount(&of.classes),
        validation: of.validation.as_ref().map(amount).unwrap_or_default(),
        test: of.test.as_deref().map(amount).unwrap_or_default(),
        ..of.start
    };
    let labelling = Labelling::new(recipe.data.labels, &of.names, &of.classes)?;
    let pattern = match inputs.len() {
        1 => labelling.relation(&of.classes[..1])?,
        _ => labelling.between(&of.classes[..1])?,
    };
    if let Some(wanted) = fits(&on.curriculum, &pattern) {
        return Err(Error::Unfit { wanted });
    }
    let source = ItemBatches {
        labelling,
        plan: Arc::new(plan),
        items: of.train,
        classes: of.classes.into(),
        threads: if keeps {
            1
        } else {
            threads.min(recipe.train.ahead)
        },
        inputs,
    };
    let distance = on.distance();
    Ok(Parts {
        source: Arc::new(source),
        validation: of.validation.map(|judge| {
            let judge: Box<dyn Evaluator<AnyEncoder>> = Box::new(judge);
            judge
        }),
        tests: of.test.into_iter().map(test).collect(),
        baseline: of.baseline,
        learnt_from: None,
        dropout: on.keys.dropout(),
        curriculum: on.curriculum,
        start,
        model,
        distance,
    })
}

fn test(of: Arc<ItemEvaluator>) -> Test {
    let judge: Judge = Box::new(move |encoder| of.judge(encoder));
    Test {
        name: ("trained", "trained network"),
        judge,
        before: true,
    }
}

fn amount(classes: &[u32]) -> Amount {
    let mut distinct = classes.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    Amount {
        classes: distinct.len(),
        items: classes.len(),
    }
}

/// The way of images to every side.
///
/// # Errors
/// A side that reads no images.
pub(super) fn image_inputs(
    on: &On<'_>,
    model: &AnyModel,
    dataset: &Arc<dyn Dataset>,
) -> Result<Sides, Error> {
    let augment = variation(on.recipe);
    let device = models::device(on.recipe.device);
    let models = model.sides();
    let sides = models.iter().zip(on.keys.sides()).map(|(model, keys)| {
        let AnyModel::Images(model) = model else {
            return Err(unfit(model, "images"));
        };
        let frozen = models::frozen(model, &device).filter(|_| models::is_frozen(keys));
        let inputs = ImageInputs::new(dataset.clone(), model.preprocess, frozen);
        let inputs = inputs.varied(augment, on.recipe.seed);
        let inputs: Arc<dyn Prepare<usize>> = Arc::new(inputs);
        Ok(inputs)
    });
    sides.collect()
}

/// How training images are varied; none where they are seen as they are.
pub(super) fn variation(recipe: &Recipe) -> Option<Augment> {
    Some(recipe.augment).filter(|augment| *augment != Augment::default())
}

/// The network of images of the first side.
fn first_image(model: &AnyModel) -> Result<ImageModel, Error> {
    match model.sides().first() {
        Some(AnyModel::Images(model)) => Ok((*model).clone()),
        Some(other) => Err(unfit(other, "images")),
        None => unreachable!("every model has a side"),
    }
}

pub(super) fn unfit(model: &AnyModel, given: &'static str) -> Error {
    Error::Inputs {
        wanted: model.reads(),
        given,
    }
}
