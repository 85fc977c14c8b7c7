//! What the microscope sees.

use std::path::PathBuf;

use serde::Serialize;
use serde_json::{Map, Value};
use tercet::kernels::{
    Criterion, Distance, Geometry, Loss, Margin, Reduce, Rows, Spread, Term, TermKind,
};
use tercet::train::CollapseCheck;

use super::costed::Costed;
use super::labels::Are;
use super::notes::notes;
use crate::arrays::Number;

/// Anchors that are named.
const WORST: usize = 5;

/// What `--json` prints. Names and meanings are promised: `docs/loss-json.md` lists them.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) value: f64,
    pub(super) objective: Words,
    /// As `[loss]` of a recipe takes it.
    pub(super) criterion: Criterion,
    pub(super) shares: Vec<TermShare>,
    pub(super) data: Data,
    pub(super) terms: Counts,
    pub(super) gradient: Slope,
    pub(super) triplets: Triplets,
    pub(super) anchors: Anchors,
    pub(super) positive: Spread,
    pub(super) negative: Spread,
    pub(super) norms: Norms,
    pub(super) candidate_norms: Option<Norms>,
    pub(super) mean_distance: f64,
    pub(super) mean_squared_distance: f64,
    pub(super) effective_rank: f64,
    pub(super) worst: Vec<Worst>,
    pub(super) collapsed: bool,
    /// Why nothing, or only half of it, can be learnt from this; and what a collapse asks for.
    pub(super) notes: Vec<String>,
}

/// The first term in words.
#[derive(Debug, Serialize)]
pub(super) struct Words {
    pub(super) loss: Map<String, Value>,
    pub(super) distance: Option<Distance>,
    pub(super) reduce: Reduce,
}

/// Keys of a term that are not those of its loss.
const OF_TERMS: [&str; 9] = [
    "distance",
    "reduce",
    "weight",
    "dims",
    "dim_weights",
    "normalize",
    "direction",
    "learn",
    "on",
];

impl Words {
    fn of(term: &Term) -> Self {
        let mut loss = table(term);
        OF_TERMS.iter().for_each(|key| drop(loss.remove(*key)));
        Self {
            loss,
            distance: term.distance(),
            reduce: term.reduce(),
        }
    }
}

/// A term as it is written down.
pub(super) fn table(term: &Term) -> Map<String, Value> {
    match serde_json::to_value(term) {
        Ok(Value::Object(table)) => table,
        _ => Map::new(),
    }
}

/// What a term adds to the value.
#[derive(Debug, Serialize)]
pub(super) struct TermShare {
    pub(super) kind: &'static str,
    pub(super) weight: f64,
    /// Before it is weighted.
    pub(super) value: f64,
    pub(super) selected: u64,
    pub(super) active: u64,
}

/// What was given.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Data {
    pub(super) embeddings: PathBuf,
    pub(super) labels: PathBuf,
    pub(super) candidates: Option<PathBuf>,
    pub(super) candidate_labels: Option<PathBuf>,
    pub(super) labels_are: Are,
    /// Bits per number.
    pub(super) bits: usize,
    pub(super) rows: usize,
    pub(super) candidate_rows: usize,
    pub(super) dim: usize,
    pub(super) normalized: bool,
    /// Different labels among the rows.
    pub(super) labels_of_rows: Classes,
}

/// How many rows have the same label.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Classes {
    pub(super) different: usize,
    pub(super) fewest_rows: usize,
    pub(super) most_rows: usize,
}

#[derive(Debug, Serialize)]
pub(super) struct Counts {
    pub(super) sum: f64,
    pub(super) terms: u64,
    pub(super) active: u64,
    pub(super) anchors: u64,
    pub(super) pairs: u64,
}

#[derive(Debug, Serialize)]
pub(super) struct Slope {
    pub(super) norm: f64,
    pub(super) candidate_norm: Option<f64>,
    /// Of the proxies that training begins with; none where the loss has none, or they were given.
    pub(super) proxy_norm: Option<f64>,
    pub(super) parameter: f64,
    /// Of the second number that the loss can learn.
    pub(super) second_parameter: f64,
}

#[derive(Debug, Serialize)]
pub(super) struct Triplets {
    pub(super) valid: u64,
    pub(super) hard: u64,
    pub(super) semi_hard: u64,
    pub(super) easy: u64,
    /// `None` of a loss without one.
    pub(super) margin: Option<Margin>,
}

#[derive(Debug, Serialize)]
pub(super) struct Anchors {
    pub(super) count: usize,
    pub(super) without_positive: u64,
    pub(super) without_negative: u64,
}

/// Lengths of the rows as given.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Norms {
    pub(super) min: f64,
    pub(super) mean: f64,
    pub(super) max: f64,
}

/// An anchor that costs much.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Worst {
    pub(super) row: usize,
    pub(super) label: String,
    pub(super) cost: f64,
}

impl Norms {
    pub(super) fn of<T: Number>(rows: Rows<'_, T>) -> Self {
        let lengths = || (0..rows.len()).map(|index| length(rows.row(index)));
        Self {
            min: lengths().fold(f64::INFINITY, f64::min),
            mean: lengths().sum::<f64>() / rows.len() as f64,
            max: lengths().fold(0.0, f64::max),
        }
    }
}

/// The Euclidean length of numbers, summed in f64.
pub(super) fn length<T: Number>(row: &[T]) -> f64 {
    let squares = row.iter().map(|x| x.to_f64() * x.to_f64());
    squares.sum::<f64>().sqrt()
}

/// The costliest anchors, the costliest first; of equal ones the first.
pub(super) fn worst(costs: &[f64], labels: &[String]) -> Vec<Worst> {
    let mut order: Vec<usize> = (0..costs.len()).filter(|&row| costs[row] > 0.0).collect();
    order.sort_by(|&one, &other| costs[other].total_cmp(&costs[one]));
    let each = order.into_iter().take(WORST).map(|row| Worst {
        row,
        label: labels[row].clone(),
        cost: costs[row],
    });
    each.collect()
}

/// The report so far; the caller adds what its files say.
pub(super) struct Seen<'a, T> {
    pub(super) criterion: &'a Criterion,
    pub(super) costed: &'a Costed<T>,
    /// What a label is.
    pub(super) are: Are,
    /// Mean squared length of the candidates as compared.
    pub(super) mean_square: f64,
}

impl<T: Number> Seen<'_, T> {
    /// Whether the first term is one of anchors, positives and negatives.
    pub(super) fn is_of_labels(&self) -> bool {
        let kind = self.criterion.terms()[0].kind();
        matches!(kind, TermKind::Objective(_) | TermKind::WholeBatch(_))
    }

    /// The loss of the first term, if it is a sum over rows.
    pub(super) fn loss(&self) -> Option<&Loss> {
        let objective = self.criterion.terms()[0].objective();
        objective.map(|objective| objective.loss())
    }

    pub(super) fn report(
        self,
        data: Data,
        gradient: Slope,
        norms: (Norms, Option<Norms>),
    ) -> Report {
        let (geometry, terms) = (self.costed.geometry, self.costed.terms);
        let look = self.look(&data);
        let notes = notes(&self, &data, (&look, &norms.0));
        Report {
            value: self.costed.value,
            objective: Words::of(&self.criterion.terms()[0]),
            criterion: self.criterion.clone(),
            shares: self.shares(),
            terms: Counts {
                sum: terms.sum(),
                terms: terms.terms(),
                active: terms.active(),
                anchors: terms.positive.anchors.max(terms.negative.anchors),
                pairs: terms.positive.pairs.max(terms.negative.pairs),
            },
            gradient,
            triplets: Triplets {
                valid: geometry.valid,
                hard: geometry.hard,
                semi_hard: geometry.semi_hard,
                easy: geometry.easy,
                margin: self.criterion.margin(),
            },
            anchors: Anchors {
                count: data.rows,
                without_positive: geometry.without_positive,
                without_negative: geometry.without_negative,
            },
            positive: geometry.positive,
            negative: geometry.negative,
            norms: norms.0,
            candidate_norms: norms.1,
            mean_distance: mean_distance(&geometry),
            mean_squared_distance: geometry.mean_squared_distance,
            effective_rank: geometry.effective_rank,
            worst: vec![],
            collapsed: look.is_collapsed(),
            notes,
            data,
        }
    }

    fn shares(&self) -> Vec<TermShare> {
        let each = self.criterion.terms().iter().zip(&self.costed.shares);
        let each = each.map(|(term, share)| TermShare {
            kind: term.kind().name(),
            weight: term.weight(),
            value: share.value,
            selected: share.terms.terms(),
            active: share.terms.active(),
        });
        each.collect()
    }

    fn look(&self, data: &Data) -> CollapseCheck {
        let geometry = &self.costed.geometry;
        CollapseCheck {
            // Of two rows or fewer the rank says as little as of two numbers per row.
            dim: data.dim.min(data.candidate_rows),
            effective_rank: geometry.effective_rank,
            mean_squared_distance: geometry.mean_squared_distance,
            healthy_distance: match data.candidate_rows {
                0 | 1 => 0.0,
                _ => 2.0 * self.mean_square,
            },
            loss: self.costed.value,
            selected: self.costed.terms.terms(),
            triplet: match self.loss() {
                Some(Loss::Triplet(loss)) => Some((loss.margin(), loss.select())),
                _ => None,
            },
            equal: None,
        }
    }
}

/// The mean distance of a positive or negative pair.
fn mean_distance(geometry: &Geometry) -> f64 {
    let (near, far) = (geometry.positive, geometry.negative);
    match near.count + far.count {
        0 => 0.0,
        count => (near.mean * near.count as f64 + far.mean * far.count as f64) / count as f64,
    }
}
