//! What a step tells of its batch.

use tercet_kernels::{Distance, Geometry, Margin, Rows, Spread};

use crate::event::{Quantiles, Step};
use crate::goal::Cost;
use crate::{Error, LossRecipe};

/// A batch's embeddings and what is needed to look at them.
pub(crate) struct Batch<'a> {
    pub(crate) embeddings: &'a [f32],
    pub(crate) dim: usize,
    pub(crate) labels: &'a [i64],
    pub(crate) distance: Distance,
    pub(crate) margin: Margin,
}

impl Batch<'_> {
    pub(crate) fn geometry(&self) -> Result<Geometry, Error> {
        let rows = Rows::new(self.embeddings, self.dim)?;
        let batch = tercet_kernels::Batch::within(rows, self.labels)?;
        Ok(Geometry::of(&batch, self.distance, self.margin))
    }
}

/// The counts and the geometry; the caller adds step, epoch and speed.
pub(crate) fn step(cost: &Cost, geometry: &Geometry) -> Step {
    let terms = &cost.terms;
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

/// Why there was nothing to learn from, if so.
pub(crate) fn missing(step: &Step, loss: &LossRecipe) -> Option<String> {
    let nothing = |what: &str| (step.selected == 0).then(|| what.to_owned());
    match loss {
        LossRecipe::Triplet(_) => {}
        LossRecipe::Contrastive(_) => return nothing("the batch has no pair"),
        LossRecipe::Other(_) => return nothing("the loss selects nothing of the batch"),
        LossRecipe::Given(_) => return nothing("the batch has no tuple that costs anything"),
    }
    if step.valid == 0 {
        return Some("no anchor of the batch has both a positive and a negative".to_owned());
    }
    (step.selected == 0).then(|| {
        let Step {
            hard,
            semi_hard,
            easy,
            ..
        } = step;
        format!(
            "none of {} triplets was selected: {hard} hard, {semi_hard} semi-hard, {easy} easy",
            step.valid
        )
    })
}

fn quantiles(spread: &Spread) -> Quantiles {
    Quantiles {
        mean: spread.mean,
        q05: spread.q05,
        q50: spread.q50,
        q95: spread.q95,
    }
}
