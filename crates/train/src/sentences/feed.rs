//! From rows of texts to the lesson of a step.

use std::sync::Arc;

use tercet_data::{Drawn, Example, Kind, Plan, RowPlan, Sampler, text_id};

use super::reader::Reader;
use super::rows::Rows;
use crate::Error;
use crate::lesson::Lesson;
use crate::relation::{Relation, Tuples};
use crate::run::Recipe;

/// All that the lessons of texts are made from, apart from their steps.
#[derive(Clone)]
pub(super) struct Feed {
    rows: Rows,
    reader: Reader,
    order: Order,
    /// Negatives of an anchor.
    negatives: usize,
}

/// Which rows make up a step.
#[derive(Debug, Clone)]
enum Order {
    /// Any rows, each once an epoch.
    Rows(RowPlan),
    /// Rows by their classes.
    Classes(Arc<Plan>),
}

impl Feed {
    /// The lessons of a recipe.
    ///
    /// # Errors
    /// A sampler that cannot draw from these rows.
    pub(super) fn new(recipe: &Recipe, rows: Rows, reader: Reader) -> Result<Self, Error> {
        let order = match recipe.sampler {
            Sampler::Rows { batch, shuffle } => {
                let plan = RowPlan::new(rows.len(), batch, recipe.seed)?;
                Order::Rows(if shuffle { plan } else { plan.in_order() })
            }
            _ if rows.kind == Kind::Labelled => {
                let plan = Plan::new(&recipe.sampler, &rows.labels, recipe.seed)?;
                Order::Classes(Arc::new(plan))
            }
            _ => {
                let (path, kind) = (rows.path, rows.kind);
                return Err(Error::Unlabelled { path, kind });
            }
        };
        let negatives = match recipe.data.negatives {
            Some(negatives) => negatives,
            None => rows.negatives()?,
        };
        Ok(Self {
            rows,
            reader,
            order,
            negatives,
        })
    }

    /// Negatives of an anchor.
    pub(super) fn negatives(&self) -> usize {
        self.negatives
    }

    /// The epoch of a step, both from 0.
    pub(super) fn epoch_of(&self, step: u64) -> u64 {
        match &self.order {
            Order::Rows(plan) => plan.epoch_of(step),
            Order::Classes(plan) => plan.epoch_of(step),
        }
    }

    /// Texts of a step.
    pub(super) fn batch_size(&self) -> usize {
        let rows = match &self.order {
            Order::Rows(plan) => plan.batch_size(),
            Order::Classes(plan) => plan.batch_size(),
        };
        rows * match self.rows.kind {
            Kind::Labelled => 1,
            Kind::Scored => 2,
            _ => 2 + self.negatives,
        }
    }

    /// The lesson of a step, a pure function of this feed and the step.
    ///
    /// # Errors
    /// A row cannot be read, or has fewer negatives than wanted.
    pub(super) fn lesson(&self, step: u64) -> Result<Lesson, Error> {
        let rows = match &self.order {
            Order::Rows(plan) => plan.batch(step),
            Order::Classes(plan) => plan.batch(step),
        };
        let examples = rows.iter().map(|&row| Ok(self.rows.examples.row(row)?));
        let examples: Vec<Example> = examples.collect::<Result<_, Error>>()?;
        let (texts, relation) = match (self.rows.kind, &self.order) {
            (Kind::Labelled, _) => labelled(&examples),
            (Kind::Scored, _) => scored(&examples),
            (_, Order::Rows(plan)) => self.tuples((plan, step), &rows, &examples)?,
            (kind, Order::Classes(_)) => {
                let path = self.rows.path.clone();
                return Err(Error::Unlabelled { path, kind });
            }
        };
        let (inputs, truncated) = self.reader.inputs(&texts)?;
        Ok(Lesson {
            step,
            inputs,
            relation,
            truncated,
        })
    }

    /// All anchors, all positives, then the negatives in blocks.
    fn tuples<'a>(
        &self,
        (plan, step): (&RowPlan, u64),
        rows: &[usize],
        examples: &'a [Example],
    ) -> Result<(Vec<&'a str>, Relation), Error> {
        let epoch = plan.epoch_of(step);
        let drawn = rows.iter().zip(examples).map(|(&row, example)| {
            let drawn = plan.draw(epoch, row, example, self.negatives);
            let given = drawn.as_ref().map_or(0, |tuple| tuple.negatives.len());
            drawn
                .filter(|_| given == self.negatives)
                .ok_or_else(|| Error::Negatives {
                    path: self.rows.path.clone(),
                    row: row + 1,
                    wanted: self.negatives,
                    given,
                })
        });
        let drawn: Vec<Drawn<'a>> = drawn.collect::<Result<_, _>>()?;
        let anchors = drawn.iter().map(|tuple| tuple.anchor);
        let positives = drawn.iter().map(|tuple| tuple.positive);
        let negatives = (0..self.negatives)
            .flat_map(|block| drawn.iter().map(move |tuple| tuple.negatives[block]));
        let texts: Vec<&str> = anchors.chain(positives).chain(negatives).collect();
        let identities: Vec<u64> = texts.iter().map(|text| text_id(text)).collect();
        let relation = Relation::Tuples(Tuples::new(drawn.len(), &identities));
        Ok((texts, relation))
    }
}

fn labelled(examples: &[Example]) -> (Vec<&str>, Relation) {
    let each = examples.iter().filter_map(|example| match example {
        Example::Labelled { text, class } => Some((text.as_str(), i64::from(*class))),
        _ => None,
    });
    let (texts, classes) = each.unzip();
    (texts, Relation::Classes(classes))
}

/// All first texts, then all second ones.
fn scored(examples: &[Example]) -> (Vec<&str>, Relation) {
    let each = examples.iter().filter_map(|example| match example {
        Example::Scored { a, b, score } => Some(((a.as_str(), b.as_str()), *score)),
        _ => None,
    });
    let (pairs, scores): (Vec<(&str, &str)>, _) = each.unzip();
    let first = pairs.iter().map(|pair| pair.0);
    let second = pairs.iter().map(|pair| pair.1);
    (first.chain(second).collect(), Relation::Scored(scores))
}
