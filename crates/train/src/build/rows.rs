//! The parts of runs on the rows of tables.

use std::path::Path;
use std::sync::Arc;

use tercet_data::{ImageRowSet, RowSet, Table, VectorRowSet};

use super::items::{image_inputs, unfit};
use super::models;
use super::parts::{Judge, On, Parts, Test, fits};
use crate::batch::BatchSource;
use crate::engine::{Amount, Modality, Start};
use crate::evaluate::{Evaluator, RowEvaluator};
use crate::inputs::{Prepare, TextInputs, VectorInputs};
use crate::networks::AnyModel;
use crate::sources::RowBatches;
use crate::{AnyEncoder, Error};

pub(super) fn of_texts(on: On<'_>, set: RowSet<String>) -> Result<Parts, Error> {
    let device = models::device(on.recipe.device);
    let model = on.keys.open(on.opening(&device, 0))?;
    let keys = on.keys.sides();
    let models = model.sides();
    let sides = models.iter().zip(keys).map(|(model, keys)| {
        let AnyModel::Texts(model) = model else {
            return Err(unfit(model, "texts"));
        };
        let inputs = TextInputs::new(Arc::new(model.clone()), models::is_frozen(keys));
        let inputs: Arc<dyn Prepare<String>> = Arc::new(inputs);
        Ok(inputs)
    });
    let inputs = sides.collect::<Result<Vec<_>, Error>>()?;
    let learnt_from = format!(
        "{}, {} rows, {}",
        last(&set.train.path),
        set.train.len(),
        set.train.kind
    );
    let parts = parts(on, model, (inputs, Modality::Text), set)?;
    Ok(Parts {
        learnt_from: Some(learnt_from),
        ..parts
    })
}

pub(super) fn of_images(on: On<'_>, set: ImageRowSet) -> Result<Parts, Error> {
    let device = models::device(on.recipe.device);
    let model = on.keys.open(on.opening(&device, 0))?;
    let inputs = image_inputs(&on, &model, &set.images)?;
    parts(on, model, (inputs, Modality::Image), set.rows)
}

pub(super) fn of_vectors(on: On<'_>, set: VectorRowSet) -> Result<Parts, Error> {
    let device = models::device(on.recipe.device);
    let model = on.keys.open(on.opening(&device, set.vectors.dim()))?;
    let one: Arc<dyn Prepare<usize>> = Arc::new(VectorInputs(set.vectors));
    let inputs = on.keys.sides().iter().map(|_| one.clone()).collect();
    parts(on, model, (inputs, Modality::Vector), set.rows)
}

fn parts<C: Clone + Ord + Send + Sync + 'static>(
    on: On<'_>,
    model: AnyModel,
    (inputs, unit): (Vec<Arc<dyn Prepare<C>>>, Modality),
    set: RowSet<C>,
) -> Result<Parts, Error> {
    let recipe = on.recipe;
    let keeps = inputs.iter().any(|side| side.keeps());
    let threads = match unit {
        Modality::Image if !keeps => std::thread::available_parallelism().map_or(1, usize::from),
        _ => 1,
    };
    let threads = threads.min(recipe.train.ahead);
    let source = RowBatches::new(
        &set,
        &recipe.sampler,
        recipe.seed,
        (inputs.clone(), threads),
    )?;
    if let Some(wanted) = fits(&on.curriculum, &source.pattern()?) {
        return Err(Error::Rows {
            path: set.train.path,
            given: set.train.kind,
            wanted,
        });
    }
    let start = Start {
        unit,
        batch: source.batch_size(),
        dim: model.dim(),
        train: amount(&set.train),
        validation: set.validation.as_ref().map(amount).unwrap_or_default(),
        test: set.test.as_ref().map(amount).unwrap_or_default(),
        ..Start::default()
    };
    let distance = on.distance();
    let evaluator = |rows: Table<C>| RowEvaluator {
        rows,
        labels: set.labels,
        inputs: inputs.clone(),
        distance,
    };
    let validation = set.validation.map(|rows| {
        let judge: Box<dyn Evaluator<AnyEncoder>> = Box::new(evaluator(rows));
        judge
    });
    let tests = set.test.map(|rows| test(evaluator(rows))).into_iter();
    Ok(Parts {
        tests: tests.collect(),
        source: Arc::new(source) as Arc<dyn BatchSource<Input = _>>,
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

fn test<C: Clone + Ord + Send + Sync + 'static>(of: RowEvaluator<C>) -> Test {
    let judge: Judge = Box::new(move |encoder| of.judge(encoder));
    Test {
        name: ("after", "after"),
        judge,
        before: true,
    }
}

fn amount<C>(rows: &Table<C>) -> Amount {
    Amount {
        classes: rows.classes.len(),
        items: rows.len(),
    }
}

/// The last part of a path: the rest is nobody's business.
pub(super) fn last(path: &Path) -> String {
    let last = path.file_name().map(|name| name.to_string_lossy());
    last.map_or_else(|| path.display().to_string(), |name| format!("`{name}`"))
}
