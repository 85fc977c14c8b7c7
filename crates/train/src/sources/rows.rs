//! Batches of the rows of a table: tuples, pairs, labelled cells.

use std::sync::Arc;

use tercet_data::{Drawn, Example, Plan, RowKind, RowPlan, RowSet, Sampler, Table};
use tercet_kernels::{Mark, Masked, Relation, Tuples};

use super::labelling::Labelling;
use crate::Error;
use crate::batch::{BatchSource, TrainingBatch};
use crate::inputs::{Input, Prepare, Prepared};

/// Batches of the rows of a table.
pub(crate) struct RowBatches<C> {
    rows: Table<C>,
    order: Order,
    labelling: Labelling,
    /// The way to one network, or to each of two.
    inputs: Vec<Arc<dyn Prepare<C>>>,
    /// Negatives of an anchor.
    negatives: usize,
    threads: usize,
}

/// Which rows make up a step.
#[derive(Debug, Clone)]
enum Order {
    /// Any rows, each once an epoch.
    Rows(RowPlan),
    /// Rows by their classes.
    Classes(Arc<Plan>),
}

impl Order {
    /// # Errors
    /// A sampler that cannot draw from these rows.
    fn new<C>(sampler: &Sampler, rows: &Table<C>, seed: u64) -> Result<Self, Error> {
        match *sampler {
            Sampler::Rows { batch, shuffle } => {
                let plan = RowPlan::new(rows.len(), batch, seed)?;
                Ok(Self::Rows(if shuffle { plan } else { plan.in_order() }))
            }
            _ if rows.kind == RowKind::Labelled => {
                let plan = Plan::new(sampler, &rows.labels, seed)?;
                Ok(Self::Classes(Arc::new(plan)))
            }
            _ => {
                let (path, kind) = (rows.path.clone(), rows.kind);
                Err(Error::Unlabelled { path, kind })
            }
        }
    }

    fn batch(&self, step: u64) -> Vec<usize> {
        match self {
            Self::Rows(plan) => plan.batch(step),
            Self::Classes(plan) => plan.batch(step),
        }
    }
}

impl<C: Clone + Send + Sync + 'static> RowBatches<C> {
    /// The batches of a table's rows.
    ///
    /// # Errors
    /// A sampler that cannot draw from these rows; labels that cannot be read as asked for.
    pub(crate) fn new(
        set: &RowSet<C>,
        sampler: &Sampler,
        seed: u64,
        (inputs, threads): (Vec<Arc<dyn Prepare<C>>>, usize),
    ) -> Result<Self, Error> {
        let rows = set.train.clone();
        Ok(Self {
            order: Order::new(sampler, &rows, seed)?,
            labelling: Labelling::new(set.labels, &rows.classes, &rows.labels)?,
            rows,
            inputs,
            negatives: set.negatives,
            threads,
        })
    }

    /// Cells of a step.
    pub(crate) fn batch_size(&self) -> usize {
        let rows = match &self.order {
            Order::Rows(plan) => plan.batch_size(),
            Order::Classes(plan) => plan.batch_size(),
        };
        rows * match self.rows.kind {
            RowKind::Labelled => self.inputs.len(),
            RowKind::Scored | RowKind::Judged => 2,
            _ => 2 + self.negatives,
        }
    }

    /// How rows of this kind belong together, with the fewest of them.
    ///
    /// # Errors
    /// Those of the relation.
    pub(crate) fn pattern(&self) -> Result<Relation, Error> {
        Ok(match self.rows.kind {
            RowKind::Labelled => self.labelling.relation(&self.rows.labels[..1])?,
            RowKind::Scored => Relation::Scored(vec![0.0]),
            RowKind::Judged => judged(&[true]),
            _ => {
                let ids: Vec<u64> = (0..2 + self.negatives as u64).collect();
                Relation::Tuples(Tuples::new(1, &ids)?)
            }
        })
    }

    /// The first and the other sides of a step's cells, and how their rows belong together.
    fn cells<'a>(
        &self,
        step: u64,
        rows: &[usize],
        examples: &'a [Example<C>],
    ) -> Result<([Vec<&'a C>; 2], Relation), Error> {
        match self.rows.kind {
            RowKind::Labelled => self.labelled(examples),
            RowKind::Scored => Ok(scored(examples)),
            RowKind::Judged => Ok(pairs(examples)),
            _ => self.tuples(step, rows, examples),
        }
    }

    fn labelled<'a>(
        &self,
        examples: &'a [Example<C>],
    ) -> Result<([Vec<&'a C>; 2], Relation), Error> {
        let each = examples.iter().filter_map(|example| match example {
            Example::Labelled { text, class } => Some((text, *class)),
            _ => None,
        });
        let (cells, classes): (Vec<&C>, Vec<u32>) = each.unzip();
        match self.inputs.len() {
            1 => Ok(([cells, Vec::new()], self.labelling.relation(&classes)?)),
            _ => Ok(([cells.clone(), cells], self.labelling.between(&classes)?)),
        }
    }

    /// All anchors; all positives, then the negatives in blocks.
    fn tuples<'a>(
        &self,
        step: u64,
        rows: &[usize],
        examples: &'a [Example<C>],
    ) -> Result<([Vec<&'a C>; 2], Relation), Error> {
        let Order::Rows(plan) = &self.order else {
            let (path, kind) = (self.rows.path.clone(), self.rows.kind);
            return Err(Error::Unlabelled { path, kind });
        };
        let epoch = plan.epoch_of(step);
        let drawn = rows.iter().zip(examples).map(|(&row, example)| {
            let drawn = plan.draw(epoch, row, example, self.negatives);
            let given = drawn.as_ref().map_or(0, |tuple| tuple.negatives.len());
            let drawn = drawn.filter(|_| given == self.negatives);
            drawn.ok_or_else(|| Error::Negatives {
                path: self.rows.path.clone(),
                row: row + 1,
                wanted: self.negatives,
                given,
            })
        });
        let drawn: Vec<Drawn<'a, C>> = drawn.collect::<Result<_, _>>()?;
        let anchors: Vec<&C> = drawn.iter().map(|tuple| tuple.anchor).collect();
        let positives = drawn.iter().map(|tuple| tuple.positive);
        let negatives = (0..self.negatives)
            .flat_map(|block| drawn.iter().map(move |tuple| tuple.negatives[block]));
        let others: Vec<&C> = positives.chain(negatives).collect();
        let all = anchors.iter().chain(&others);
        let identities: Vec<u64> = all.map(|cell| self.inputs[0].identity(cell)).collect();
        let relation = Relation::Tuples(Tuples::new(drawn.len(), &identities)?);
        Ok(([anchors, others], relation))
    }

    /// The inputs of one network, or of each of two.
    fn sides(&self, [first, second]: [Vec<&C>; 2], step: u64) -> Result<Vec<Prepared>, Error> {
        match self.inputs.as_slice() {
            [one, other] => {
                let places = [(step, 0), (step, first.len())];
                Ok(vec![
                    one.vary(&first, places[0])?,
                    other.vary(&second, places[1])?,
                ])
            }
            all => {
                let cells = [first, second].concat();
                let sides = all.iter().map(|inputs| inputs.vary(&cells, (step, 0)));
                sides.collect()
            }
        }
    }
}

/// First cells, then second ones, with a score each.
fn scored<C>(examples: &[Example<C>]) -> ([Vec<&C>; 2], Relation) {
    let each = examples.iter().filter_map(|example| match example {
        Example::Scored { a, b, score } => Some(((a, b), *score)),
        _ => None,
    });
    let (pairs, scores): (Vec<(&C, &C)>, Vec<f64>) = each.unzip();
    let (first, second) = pairs.into_iter().unzip();
    ([first, second], Relation::Scored(scores))
}

/// First cells, then second ones; each pair is positive or negative, and all others are neither.
fn pairs<C>(examples: &[Example<C>]) -> ([Vec<&C>; 2], Relation) {
    let each = examples.iter().filter_map(|example| match example {
        Example::Judged { a, b, same } => Some(((a, b), *same)),
        _ => None,
    });
    let (pairs, same): (Vec<(&C, &C)>, Vec<bool>) = each.unzip();
    let (first, second) = pairs.into_iter().unzip();
    ([first, second], judged(&same))
}

fn judged(same: &[bool]) -> Relation {
    let mark = |anchor: usize, candidate: usize| match anchor == candidate {
        true if same[anchor] => Mark::Positive,
        true => Mark::Negative,
        false => Mark::Neither,
    };
    Relation::Masked(Masked::between((same.len(), same.len()), mark))
}

impl<C: Clone + Send + Sync + 'static> BatchSource for RowBatches<C> {
    type Input = Input;

    fn batch(&self, step: u64) -> Result<TrainingBatch<Input>, Error> {
        let rows = self.order.batch(step);
        let examples = rows.iter().map(|&row| Ok(self.rows.examples.row(row)?));
        let examples: Vec<Example<C>> = examples.collect::<Result<_, Error>>()?;
        let (cells, relation) = self.cells(step, &rows, &examples)?;
        let sides = self.sides(cells, step)?;
        Ok(TrainingBatch {
            step,
            truncated: sides.iter().map(|side| side.truncated).sum(),
            sides: sides.into_iter().map(|side| side.inputs).collect(),
            relation,
        })
    }

    fn epoch_of(&self, step: u64) -> u64 {
        match &self.order {
            Order::Rows(plan) => plan.epoch_of(step),
            Order::Classes(plan) => plan.epoch_of(step),
        }
    }

    fn classes(&self) -> Option<usize> {
        let labelled = self.rows.kind == RowKind::Labelled && self.inputs.len() == 1;
        self.labelling.classes().filter(|_| labelled)
    }

    fn threads(&self) -> usize {
        self.threads
    }
}
