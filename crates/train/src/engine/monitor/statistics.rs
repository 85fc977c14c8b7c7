//! What a step tells of its batch.

use tercet_kernels::{
    Cost, Criterion, Geometry, Loss, Margin, NonNegative, Parameter, Relation, Rows, Select,
    Spread, StepContext, Workspace,
};

use crate::Error;
use crate::batch::TrainingBatch;
use crate::engine::event::{Quantiles, Step};

/// What a batch looks like before the weights move, in the distance and with the margin of its criterion.
pub(crate) struct Statistics(Geometry);

impl Statistics {
    pub(crate) fn of(
        rows: Rows<'_, f32>,
        relation: &Relation,
        criterion: &Criterion,
    ) -> Result<Self, Error> {
        let margin = criterion.margin();
        let margin = margin.unwrap_or(Margin::Hard(NonNegative::default()));
        Ok(Self(relation.geometry(
            rows,
            criterion.distance(),
            margin,
        )?))
    }

    /// The counts and the geometry; the caller adds step, epoch and speed.
    pub(crate) fn step(&self, cost: &Cost<f32>) -> Step {
        let (terms, geometry) = (&cost.terms, &self.0);
        Step {
            loss: cost.value,
            selected: terms.terms(),
            active: terms.active(),
            anchors: terms.positive.anchors.max(terms.negative.anchors),
            valid: geometry.valid,
            hard: geometry.hard,
            semi_hard: geometry.semi_hard,
            easy: geometry.easy,
            positive: quantiles(&geometry.positive),
            negative: quantiles(&geometry.negative),
            mean_squared_distance: geometry.mean_squared_distance,
            effective_rank: geometry.effective_rank,
            ..Step::default()
        }
    }
}

/// What a triplet loss asks for and what it selects; `None` for every other criterion.
pub(super) fn triplet(criterion: &Criterion) -> Option<(Margin, Select)> {
    match criterion.terms().first()?.objective()?.loss() {
        Loss::Triplet(loss) => Some((loss.margin(), loss.select())),
        _ => None,
    }
}

/// What similarities are multiplied with, where that is learnt.
pub(crate) fn scale(parameters: &[Parameter]) -> Option<f64> {
    let mut parameters = parameters.iter();
    let log = parameters.find(|parameter| parameter.name.ends_with("log_scale"))?;
    log.values.first().map(|&log| f64::from(log).exp())
}

/// Why there was nothing to learn from, if so.
pub(crate) fn missing(step: &Step, criterion: &Criterion) -> Option<String> {
    if step.selected > 0 {
        return None;
    }
    if triplet(criterion).is_none() {
        return Some("the loss selects nothing of the batch".to_owned());
    }
    if step.valid == 0 {
        return Some("no anchor of the batch has both a positive and a negative".to_owned());
    }
    let Step {
        hard,
        semi_hard,
        easy,
        valid,
        ..
    } = step;
    Some(format!(
        "none of {valid} triplets was selected: {hard} hard, {semi_hard} semi-hard, {easy} easy"
    ))
}

/// What a batch costs if all its embeddings are equal.
pub(crate) fn equal<I>(
    criterion: &Criterion,
    batch: &TrainingBatch<I>,
    parameters: &[Parameter],
    seed: u64,
) -> Option<f64> {
    // Proxies have the dimension of real embeddings, and leading dimensions want as many.
    if parameters.iter().any(|one| one.shape.len() > 1)
        || criterion
            .terms()
            .iter()
            .any(|term| term.dims().next().is_some())
    {
        return None;
    }
    let equal = vec![1.0; batch.len()];
    let rows = Rows::new(&equal, 1).ok()?;
    let context = StepContext {
        seed,
        step: batch.step,
        parameters,
        memory: None,
        workspace: &mut Workspace::default(),
    };
    let cost = criterion.cost(rows, &batch.relation, context).ok()?;
    Some(cost.value)
}

fn quantiles(spread: &Spread) -> Quantiles {
    Quantiles {
        mean: spread.mean,
        q05: spread.q05,
        q50: spread.q50,
        q95: spread.q95,
    }
}
