//! The rows of a table: search, triplet accuracy, correlation with scores, retrieval.

use std::collections::BTreeMap;
use std::sync::Arc;

use tercet_data::{Example, LabelKind, RowKind, Table};
use tercet_eval::{Exclude, Score, search, sts, triplet_accuracy};
use tercet_kernels::{Distance, Rows};

use super::evaluator::{Evaluator, Noted};
use super::labels::Labels;
use crate::inputs::Prepare;
use crate::networks::AnyEncoder;
use crate::{Encoder, Error};

/// Rows of a table to judge on.
pub(crate) struct RowEvaluator<C> {
    pub(crate) rows: Table<C>,
    /// How labels are read.
    pub(crate) labels: LabelKind,
    /// The way to one network, or to each of two.
    pub(crate) inputs: Vec<Arc<dyn Prepare<C>>>,
    pub(crate) distance: Distance,
}

impl<C: Clone + Ord + Send + Sync + 'static> RowEvaluator<C> {
    /// What fits the rows: of tuples, how well positives are found among all positives and, where every row has a
    /// negative, triplet accuracy; of scored pairs, correlations; of judged pairs, correlation with the judgement; of
    /// labelled cells, retrieval.
    ///
    /// # Errors
    /// A row cannot be read; embeddings cannot be judged.
    pub(crate) fn judge(&self, encoder: &AnyEncoder) -> Result<Noted, Error> {
        let examples = self.rows.all()?;
        let on = On {
            encoder,
            inputs: &self.inputs,
        };
        match self.rows.kind {
            RowKind::Labelled => self.labelled(&examples, &on),
            RowKind::Scored | RowKind::Judged => self.scored(&examples, &on),
            _ => {
                let tuples = Tuples::of(&examples);
                let mut found = self.search(&tuples, &on)?;
                found.scores.extend(self.triplets(&tuples, &on)?);
                Ok(found)
            }
        }
    }

    /// Every anchor asks all positives of all rows. A cell that occurs twice is one, with the positives of all its rows;
    /// a query does not find itself.
    fn search(&self, tuples: &Tuples<'_, C>, on: &On<'_, C>) -> Result<Noted, Error> {
        let (mut queries, mut corpus) = (Numbered::default(), Numbered::default());
        let mut relevance: Vec<Vec<(usize, f32)>> = Vec::new();
        for &(anchor, positives) in &tuples.belonging {
            let query = queries.number(anchor);
            relevance.resize_with(queries.cells.len(), Vec::new);
            for positive in positives {
                let document = corpus.number(positive);
                if relevance[query].iter().all(|&(other, _)| other != document) {
                    relevance[query].push((document, 1.0));
                }
            }
        }
        let candidates: Vec<u32> = (0..corpus.cells.len() as u32).collect();
        let others = candidates.len() as u32..;
        let own = queries.cells.iter().zip(others);
        let own = own.map(|(cell, other)| corpus.find(cell).map_or(other, |place| place as u32));
        let exclude = Exclude::Groups {
            queries: &own.collect::<Vec<u32>>(),
            candidates: &candidates,
        };
        let (asked, documents) = (on.embed(&queries.cells, 0)?, on.embed(&corpus.cells, 1)?);
        let (asked, documents) = (on.matrix(&asked)?, on.matrix(&documents)?);
        let found = search(asked, documents, &relevance, self.distance, &exclude)?;
        let wanted = ["recall_at_1", "recall_at_10", "mrr_at_10", "ndcg_at_10"];
        let scores = found.hit_scores().into_iter();
        Ok(Noted {
            scores: scores
                .filter(|score| wanted.contains(&score.name.as_str()))
                .collect(),
            note: found.note(),
        })
    }

    fn triplets(&self, tuples: &Tuples<'_, C>, on: &On<'_, C>) -> Result<Vec<Score>, Error> {
        let [anchors, positives, negatives] = &tuples.triplets;
        if anchors.is_empty() || anchors.len() < tuples.belonging.len() {
            return Ok(Vec::new());
        }
        let (anchors, positives) = (on.embed(anchors, 0)?, on.embed(positives, 1)?);
        let negatives = on.embed(negatives, 1)?;
        let found = triplet_accuracy(
            on.matrix(&anchors)?,
            on.matrix(&positives)?,
            on.matrix(&negatives)?,
            self.distance,
        )?;
        Ok(found.scores())
    }

    fn scored(&self, examples: &[Example<C>], on: &On<'_, C>) -> Result<Noted, Error> {
        let each = examples.iter().filter_map(|example| match example {
            Example::Scored { a, b, score } => Some(((a, b), *score)),
            Example::Judged { a, b, same } => Some(((a, b), f64::from(u8::from(*same)))),
            _ => None,
        });
        let (pairs, wanted): (Vec<(&C, &C)>, Vec<f64>) = each.unzip();
        let (first, second): (Vec<&C>, Vec<&C>) = pairs.into_iter().unzip();
        let (first, second) = (on.embed(&first, 0)?, on.embed(&second, 1)?);
        let found = sts(
            on.matrix(&first)?,
            on.matrix(&second)?,
            &wanted,
            self.distance,
        )?;
        Ok(Noted {
            scores: found.scores(),
            note: format!("{} pairs", wanted.len()),
        })
    }

    fn labelled(&self, examples: &[Example<C>], on: &On<'_, C>) -> Result<Noted, Error> {
        let each = examples.iter().filter_map(|example| match example {
            Example::Labelled { text, class } => Some((text, *class)),
            _ => None,
        });
        let (cells, classes): (Vec<&C>, Vec<u32>) = each.unzip();
        let rows = (0..self.inputs.len()).map(|side| on.embed(&cells, side));
        let rows: Vec<Vec<f32>> = rows.collect::<Result<_, Error>>()?;
        let items = Labels {
            classes: &classes,
            names: &self.rows.classes,
            kind: self.labels,
            distance: self.distance,
        };
        items.judge(&rows, None, on.encoder.dim())
    }
}

impl<C: Clone + Ord + Send + Sync + 'static> Evaluator<AnyEncoder> for RowEvaluator<C> {
    fn evaluate(&self, encoder: &AnyEncoder) -> Result<Vec<Score>, Error> {
        Ok(self.judge(encoder)?.scores)
    }
}

/// A network, and the way of cells to it.
struct On<'a, C> {
    encoder: &'a AnyEncoder,
    inputs: &'a [Arc<dyn Prepare<C>>],
}

impl<C> On<'_, C> {
    /// Embeds cells as queries (side 0) or documents (side 1): `(n, d)`.
    fn embed(&self, cells: &[&C], side: usize) -> Result<Vec<f32>, Error> {
        let side = side.min(self.inputs.len() - 1);
        let prepared = self.inputs[side].prepare(cells)?;
        self.encoder.encode_side(&prepared.inputs, side)
    }

    fn matrix<'r>(&self, rows: &'r [f32]) -> Result<Rows<'r, f32>, Error> {
        Ok(Rows::new(rows, self.encoder.dim())?)
    }
}

/// What tuples ask.
struct Tuples<'a, C> {
    /// Each anchor with all its positives.
    belonging: Vec<(&'a C, &'a [C])>,
    /// Anchor, first positive and first negative of each row that has one.
    triplets: [Vec<&'a C>; 3],
}

impl<'a, C> Tuples<'a, C> {
    fn of(examples: &'a [Example<C>]) -> Self {
        let mut tuples = Self {
            belonging: Vec::new(),
            triplets: [Vec::new(), Vec::new(), Vec::new()],
        };
        for example in examples {
            let Example::Tuple {
                anchor,
                positives,
                negatives,
            } = example
            else {
                continue;
            };
            tuples.belonging.push((anchor, positives));
            if let (Some(positive), Some(negative)) = (positives.first(), negatives.first()) {
                let one = [anchor, positive, negative];
                let lists = tuples.triplets.iter_mut().zip(one);
                lists.for_each(|(list, cell)| list.push(cell));
            }
        }
        tuples
    }
}

/// Cells, each once, numbered in the order of their first sight.
struct Numbered<'a, C> {
    cells: Vec<&'a C>,
    places: BTreeMap<&'a C, usize>,
}

impl<C> Default for Numbered<'_, C> {
    fn default() -> Self {
        Self {
            cells: Vec::new(),
            places: BTreeMap::new(),
        }
    }
}

impl<'a, C: Ord> Numbered<'a, C> {
    fn number(&mut self, cell: &'a C) -> usize {
        let next = self.cells.len();
        let place = *self.places.entry(cell).or_insert(next);
        if place == next {
            self.cells.push(cell);
        }
        place
    }

    fn find(&self, cell: &C) -> Option<usize> {
        self.places.get(cell).copied()
    }
}
